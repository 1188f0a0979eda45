"""Progress in; a line on the terminal that says how far a long task is out."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self, TextIO

from rag.types import Progress


class Meter:
    """Shows progress on ``stream``: one line rewritten in a terminal, else a line now and then.

    Used as a context, it leaves nothing of the rewritten line behind.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = 0.0
        self._stage = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._stage and self._stream.isatty():
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def __call__(self, progress: Progress) -> None:
        rewrites = self._stream.isatty()
        now = time.monotonic()
        if progress.stage == self._stage and now - self._shown < (0.1 if rewrites else 10.0):
            return
        self._stage, self._shown = progress.stage, now
        self._stream.write(
            f"\r{_progress(progress):<70}\r" if rewrites else f"{_progress(progress)}\n"
        )
        self._stream.flush()


def _progress(progress: Progress) -> str:
    of = f" of {progress.total:,}" if progress.total else ""
    rate = f", {progress.rate:,.0f} a second" if progress.rate else ""
    left = f", {_duration(progress.seconds_left)} left" if progress.seconds_left else ""
    return f"{progress.stage} {progress.done:,}{of}{rate}{left}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
