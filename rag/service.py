"""Keeps one engine open for everybody who asks, replaces it when there is a newer index, and runs
builds in the background.
"""

from __future__ import annotations

import ipaddress
import logging
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from rag.answer.engine import Engine
from rag.config import AskConfig, BuildConfig
from rag.errors import IndexBusy, IndexMissing, RagError
from rag.index import versions
from rag.ingest.report import load_report
from rag.types import BuildReport, Progress

log = logging.getLogger(__name__)


OpenEngine = Callable[[AskConfig], Engine]


class RunBuild(Protocol):
    """``rag.build``: builds the index from the articles' folder and reports its progress."""

    def __call__(
        self,
        config: BuildConfig,
        *,
        progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> BuildReport: ...


class _LentEngine:
    """An engine, the number of its users, and whether a newer one has replaced it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.users = 0
        self.replaced = False


class Service:
    """Lends the live engine; one that was replaced is closed when its last user is done."""

    def __init__(self, ask: AskConfig, build: BuildConfig, *, open_engine: OpenEngine) -> None:
        self.ask = ask
        self._open = open_engine
        self._lock = threading.Lock()
        self._reloading = threading.Lock()
        self._live: _LentEngine | None = None
        self.build = build

    @property
    def articles(self) -> Path:
        """The folder that the articles are read from and uploads are saved to."""
        return self.build.articles

    def reload(self) -> None:
        """Open the newest version and let it answer from now on.

        Raises what the engine raises when it cannot be opened; the engine before it then stays.
        """
        with self._reloading:
            self._put(_LentEngine(self._open(self.ask)))

    def switch(self, article_ids: Collection[str], *, on: bool) -> None:
        """Switch articles on or off for every lease from now on.

        Raises IndexUnusable when that cannot be written, and what ``reload`` raises.
        """
        versions.set_switches(self.build.index, article_ids, on=on)
        self.reload()

    @contextmanager
    def lease(self) -> Iterator[Engine]:
        """The live engine, kept open for the length of the block.

        Raises IndexMissing when nothing was indexed yet.
        """
        self._follow()
        lent = self._take()
        try:
            yield lent.engine
        finally:
            self._give_back(lent)

    def close(self) -> None:
        """Close the live engine when its last question is done; further leases are refused."""
        self._put(None)

    def _follow(self) -> None:
        """Open a version that another process has built; if that fails, keep the old one."""
        with self._lock:
            lent = self._live
        if lent is None or lent.engine.current() or not self._reloading.acquire(blocking=False):
            return
        try:
            self._put(_LentEngine(self._open(self.ask)))
        except RagError as error:
            log.warning("The newer index is not used: %s", error)
        finally:
            self._reloading.release()

    def _take(self) -> _LentEngine:
        with self._lock:
            if self._live is None:
                raise IndexMissing(
                    "Nothing is indexed yet: add articles in the Articles tab, then rebuild."
                )
            self._live.users += 1
            return self._live

    def _give_back(self, lent: _LentEngine) -> None:
        with self._lock:
            lent.users -= 1
            done = lent.replaced and not lent.users
        if done:
            lent.engine.close()

    def _put(self, new: _LentEngine | None) -> None:
        with self._lock:
            old, self._live = self._live, new
            if old is None:
                return
            old.replaced = True
            idle = not old.users
        if idle:
            old.engine.close()


@dataclass(frozen=True, slots=True)
class Status:
    """Where the rebuild is, or how the last one ended.

    ``error`` says why it failed. ``report`` and ``ended`` are those of the last build that did
    not fail, whichever program ran it; ``ended`` is an ISO time, empty where none was stored.
    """

    running: bool = False
    cancelling: bool = False
    started: float = 0.0
    progress: Progress | None = None
    report: BuildReport | None = None
    ended: str = ""
    error: str = ""


class Rebuild:
    """Runs builds in a thread of their own; the service then opens the new version."""

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
        last = None if status.running else load_report(self._service.build.index)
        return status if last is None else replace(status, report=last.report, ended=last.ended)

    def start(self) -> None:
        """Start a rebuild. Raises IndexBusy while one is running."""
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
        """Ask a running build to stop at its next step; the live version stays live."""
        with self._lock:
            if self._status.running:
                self._status = replace(self._status, cancelling=True)
                self._cancel.set()

    def close(self) -> None:
        """Ask a running build to stop, and wait for it; the live version stays live."""
        self._cancel.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        try:
            report = self._run_build(
                self._service.build, progress=self._on_progress, cancelled=self._cancel.is_set
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

    def _on_progress(self, progress: Progress) -> None:
        with self._lock:
            self._status = replace(self._status, progress=progress)


_CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_LOOKING_UP = {"socket.getaddrinfo", "socket.gethostbyname"}


def stay_offline() -> None:
    """From now on, any attempt to reach another machine raises ConnectionRefusedError."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _CONNECTING:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in _LOOKING_UP:
        host = arguments[0]
    else:
        return
    if host and not _is_this_machine(host):
        raise ConnectionRefusedError("Dateline opens no connection to another machine.")


def _is_this_machine(host: str | bytes) -> bool:
    name = host.decode("latin-1") if isinstance(host, bytes) else host
    try:
        return name == "localhost" or ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False
