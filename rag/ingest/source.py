"""A place below a folder in, an open regular file out that hashes what is read from it."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

BUFFER_BYTES = 1 << 16
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# O_NONBLOCK: opening a FIFO that took the file's place since the folder was listed returns at once.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class _HashingFile(io.RawIOBase):
    """Hands bytes through and keeps their SHA-256."""

    def __init__(self, descriptor: int) -> None:
        self._file = io.FileIO(descriptor)
        self.digest = hashlib.sha256()
        self.size_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer) or 0
        self.digest.update(memoryview(buffer)[:count])
        self.size_bytes += count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class Source:
    """An open regular file; ``stream`` is read once, from its beginning, by ``size_bytes``."""

    def __init__(self, descriptor: int) -> None:
        self._file = _HashingFile(descriptor)
        self.stream: io.BufferedReader = io.BufferedReader(self._file, BUFFER_BYTES)
        self.size_bytes = os.fstat(descriptor).st_size

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stream.close()

    @property
    def sha256(self) -> str:
        """SHA-256 of the file in hexadecimal; empty as long as it was not read to its end."""
        whole = self._file.size_bytes >= self.size_bytes
        return self._file.digest.hexdigest() if whole else ""


def open_below(folder: Path, parts: Sequence[str]) -> Source:
    """Open ``folder/parts[0]/…/parts[-1]``; below ``folder`` no symbolic link is ever followed.

    Raises OSError when it cannot be opened, is anything but a regular file, or a part is not a
    plain name, and ValueError for a NUL in a name.
    """
    if any(part in {"", ".", ".."} or "/" in part for part in parts):
        raise OSError(errno.EINVAL, "leads out of its folder")
    at = os.open(folder, _FOLDER)
    try:
        for part in parts[:-1]:
            deeper = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = deeper
        descriptor = os.open(parts[-1], _FILE, dir_fd=at)
    finally:
        os.close(at)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file")
    return Source(descriptor)


def explain(error: OSError) -> str:
    """The reason of a file that cannot be read, without its path."""
    if error.errno == errno.ELOOP:
        return "is a symbolic link, which is not followed"
    return f"cannot be read: {error.strerror or type(error).__name__}"
