"""Disks that count, break, or lose power at a step of a build."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.index.durability import Disk
from tests.index.small import QuickDisk

STEPS = [name for name, value in vars(Disk).items() if callable(value) and name[0] != "_"]


class SteppingDisk(QuickDisk):
    """Numbers the steps from 0; a subclass does something about them in ``around``."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def around(self, number: int, name: str, args: tuple[Any, ...], act: Callable[[], Any]) -> Any:
        return act()


def _numbered(name: str) -> Callable[..., Any]:
    plain = getattr(QuickDisk, name)

    def step(self: SteppingDisk, *args: Any) -> Any:
        self.done.append(name)
        return self.around(len(self.done) - 1, name, args, lambda: plain(self, *args))

    return step


for _name in STEPS:
    setattr(SteppingDisk, _name, _numbered(_name))


class FailingDisk(SteppingDisk):
    """Raises ``error`` at a step, or at it and every step after it."""

    def __init__(self, number: int, error: int, *, for_good: bool) -> None:
        super().__init__()
        self._number, self._error, self._for_good = number, error, for_good

    def around(self, number: int, name: str, args: tuple[Any, ...], act: Callable[[], Any]) -> Any:
        if number == self._number or (self._for_good and number > self._number):
            raise OSError(self._error, os.strerror(self._error))
        return act()


class KillingDisk(SteppingDisk):
    """Kills the process before a step."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def around(self, number: int, name: str, args: tuple[Any, ...], act: Callable[[], Any]) -> Any:
        if number == self._number:
            self.last_deed(name, args)
            os.kill(os.getpid(), signal.SIGKILL)
        return act()

    def last_deed(self, name: str, args: tuple[Any, ...]) -> None:
        """What still happens before the process dies."""


class TearingDisk(KillingDisk):
    """Kills the process half-way through a write."""

    def last_deed(self, name: str, args: tuple[Any, ...]) -> None:
        if name == "write":
            descriptor, data = args
            os.write(descriptor, data[: len(data) // 2])


@dataclass
class Unsynced:
    """A change that a power cut undoes with ``undo(path)``, until ``kept_by`` is synced.

    ``renamed`` is what was renamed to what: changes below it move once that is kept.
    """

    kept_by: Path
    path: Path
    undo: Callable[[Path], None]
    renamed: tuple[Path, Path] | None = None

    def moved(self, source: Path, target: Path) -> Unsynced:
        kept_by, path = (_rebased(path, source, target) for path in (self.kept_by, self.path))
        return Unsynced(kept_by, path, self.undo, self.renamed)


def _rebased(path: Path, source: Path, target: Path) -> Path:
    return target / path.relative_to(source) if path.is_relative_to(source) else path


class PowerCutDisk(KillingDisk):
    """Dies as a machine does: what was not synced is lost, the contents and the names alike."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self._open: dict[int, Path] = {}
        self._unsynced: list[Unsynced] = []

    def around(self, number: int, name: str, args: tuple[Any, ...], act: Callable[[], Any]) -> Any:
        change = self._change(name, args)
        result = super().around(number, name, args, act)
        if name in ("create", "extend"):
            self._open[result] = args[0]
        if name in ("sync", "sync_folder"):
            self._keep(self._open[args[0]] if name == "sync" else args[0])
        self._unsynced += change
        return result

    def _keep(self, synced: Path) -> None:
        kept = [change for change in self._unsynced if change.kept_by == synced]
        self._unsynced = [change for change in self._unsynced if change.kept_by != synced]
        for change in kept:
            if change.renamed:
                self._unsynced = [later.moved(*change.renamed) for later in self._unsynced]

    def _change(self, name: str, args: tuple[Any, ...]) -> list[Unsynced]:
        """What has to be synced to keep this step, and what undoes it otherwise."""
        if name in ("write", "truncate"):
            path = self._open[args[0]]
            data = path.read_bytes()
            return [Unsynced(path, path, lambda path: _put_back(path, data))]
        if name == "mkdir" or (name in ("create", "extend") and not args[0].exists()):
            return [Unsynced(args[0].parent, args[0], _remove)]
        if name == "rename":
            source, target = args
            old = target.read_bytes() if target.is_file() else None
            return [
                Unsynced(
                    target.parent,
                    target,
                    lambda path: _rename_back(source, path, old),
                    renamed=(source, target),
                )
            ]
        return []

    def last_deed(self, name: str, args: tuple[Any, ...]) -> None:
        for lost in reversed(self._unsynced):
            lost.undo(lost.path)


def _put_back(path: Path, data: bytes) -> None:
    if path.exists():
        path.write_bytes(data)


def _rename_back(source: Path, target: Path, overwritten: bytes | None) -> None:
    if target.exists():
        target.rename(source)
        if overwritten is not None:
            target.write_bytes(overwritten)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def in_child(act: Callable[[], Any]) -> int:
    """Runs ``act`` in a forked process: 0 when it returned, minus the signal that killed it."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)
