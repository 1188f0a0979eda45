"""A folder goes in; the right to write to it, or to keep a version of it, comes out.

Both are locks of the operating system on open files, so a process that dies gives them back.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from rag.errors import IndexBusy
from rag.index.disk import Disk, write_all

LOCK = ".lock"


@contextmanager
def writing(disk: Disk, folder: Path) -> Iterator[None]:
    """Holds the one right to build in ``folder``; raises IndexBusy when another build holds it."""
    descriptor = disk.extend(folder / LOCK)
    try:
        if not _try_lock(descriptor, fcntl.LOCK_EX):
            raise IndexBusy(_busy(folder, os.pread(descriptor, 100, 0)))
        disk.truncate(descriptor, 0)
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        write_all(disk, descriptor, f"{os.getpid()} {now}\n".encode())
        yield
    finally:
        os.close(descriptor)


@contextmanager
def changing(disk: Disk, path: Path) -> Iterator[None]:
    """Waits for the one right to change what the lock file ``path`` stands for, and holds it."""
    descriptor = disk.extend(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def removing(manifest: Path) -> Iterator[bool]:
    """Whether no reader holds the version of ``manifest``; while inside, none can begin to."""
    try:
        descriptor = os.open(manifest, os.O_RDONLY)
    except FileNotFoundError:
        yield True
        return
    try:
        yield _try_lock(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def hold(manifest: Path) -> BinaryIO:
    """Opens ``manifest``; its version is not removed until the file is closed.

    Raises FileNotFoundError when the version has been removed meanwhile.
    """
    file = manifest.open("rb")
    try:
        _share(file.fileno())
        if not os.path.samestat(os.fstat(file.fileno()), manifest.stat()):
            raise FileNotFoundError(errno.ENOENT, "removed by a build", str(manifest))
    except BaseException:
        file.close()
        raise
    return file


def _share(descriptor: int) -> None:
    """Waits for a build that is just removing this version, and then sees that it is gone.

    A file system without locks has no builds that would remove it either: reading goes on.
    """
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_SH)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy(folder: Path, owner: bytes) -> str:
    """Whose lock it is, as far as the owner has got with writing that down."""
    try:
        process, moment = owner.decode().split()
        since = datetime.fromisoformat(moment)
        who = f"(process {int(process)}) has been running since {since:%H:%M:%S}"
    except ValueError:
        who = "has just started"
    return (
        f"The index {str(folder)!r} is being written: another build {who}; wait for it, "
        "stop it, or choose another folder with --index."
    )
