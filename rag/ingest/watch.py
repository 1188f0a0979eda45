"""Watching a build: callbacks of whoever started it in; how far it is, or its end, out."""

from __future__ import annotations

from collections.abc import Callable

from rag.errors import BuildCancelled
from rag.types import Progress


class Watch:
    """Tells ``progress`` how far a build is, and asks ``cancelled`` whether to go on."""

    def __init__(
        self,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._progress = progress
        self._cancelled = cancelled

    def report(self, step: Progress) -> None:
        if self._progress is not None:
            self._progress(step)

    def check(self) -> None:
        """Raises BuildCancelled once the build is not wanted any more."""
        if self._cancelled is not None and self._cancelled():
            raise BuildCancelled(
                "The build was cancelled; what was embedded is kept, and the version that was "
                "live still serves."
            )
