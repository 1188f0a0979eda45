"""A wish to rebuild in; one background build at a time, whose state anyone may look at, out."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

from rag.errors import IndexBusy, RagError
from rag.ingest.report import load_report
from rag.types import BuildReport, Progress
from rag.web.service import RunBuild, Service, log


@dataclass(frozen=True, slots=True)
class Status:
    """Where the rebuild is, or how the last one ended.

    ``error`` says why it failed; ``report`` is that of the last one that did not, by whichever
    program, and ``ended`` the time when it did: ISO, empty when it was not kept.
    """

    running: bool = False
    cancelling: bool = False
    started: float = 0.0
    progress: Progress | None = None
    report: BuildReport | None = None
    ended: str = ""
    error: str = ""


class Rebuild:
    """Runs the build in a thread of its own, then lets the service open what was built."""

    def __init__(self, service: Service, *, run_build: RunBuild) -> None:
        self._service = service
        self._run_build = run_build
        self._lock = threading.Lock()
        self._cancel = threading.Event()
        self._status = Status()
        self._thread: threading.Thread | None = None

    @property
    def status(self) -> Status:
        status = self._status
        kept = None if status.running else load_report(self._service.build.index)
        return status if kept is None else replace(status, report=kept.report, ended=kept.ended)

    def start(self) -> None:
        """Begin a rebuild. Raises IndexBusy while one is running."""
        with self._lock:
            if self._status.running:
                since = time.monotonic() - self._status.started
                raise IndexBusy(
                    f"A rebuild has been running for {since:.0f} seconds; wait for it to end."
                )
            self._cancel.clear()
            self._status = Status(running=True, started=time.monotonic())
            self._thread = threading.Thread(target=self._work, name="rebuild", daemon=True)
            self._thread.start()

    def cancel(self) -> None:
        """Ask a running build to stop, which it does at its next step; what was live stays live."""
        with self._lock:
            if self._status.running:
                self._status = replace(self._status, cancelling=True)
                self._cancel.set()

    def close(self) -> None:
        """Ask a running build to stop and wait for it; what was live stays live."""
        self._cancel.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        try:
            report = self._run_build(
                self._service.build, progress=self._note, cancelled=self._cancel.is_set
            )
            self._service.reload()
        except RagError as error:
            self._status = Status(error=str(error))
        except Exception:
            log.exception("The rebuild failed")
            self._status = Status(
                error="The rebuild stopped unexpectedly; the terminal shows why. "
                "The index that was there still answers."
            )
        else:
            self._status = Status(report=report)

    def _note(self, progress: Progress) -> None:
        with self._lock:
            self._status = replace(self._status, progress=progress)
