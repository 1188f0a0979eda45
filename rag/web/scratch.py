"""Nothing in; a temporary folder of this process alone, gone afterwards, out.

A process that is killed leaves its folder behind; the next one removes it. Whose folder is still in
use is told by a lock of the operating system, which ends with the process that holds it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "dateline-"
_LOCK = ".lock"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder that only this user can enter; folders left by killed processes are removed."""
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        descriptor = _hold(folder)
        try:
            yield folder
        finally:
            os.close(descriptor)


def _hold(folder: Path) -> int:
    """Lock the folder; it gets the name that sweepers look for only once it is locked."""
    unlocked = folder / f"{_LOCK}-new"
    descriptor = os.open(unlocked, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    unlocked.rename(folder / _LOCK)
    return descriptor


def _sweep(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if _is_own(folder) and _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _is_left(folder: Path) -> bool:
    """Whether it has a lock that nobody holds; raises OSError when there is none."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
