"""Lists the articles' folder and opens files below it, safely.

Nothing outside the folder is opened, and nothing but regular files.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from rag.errors import ArticleError
from rag.index.versions import CURRENT, VERSIONS
from rag.ingest.records import Limits, printable

BUFFER_BYTES = 1 << 16
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# O_NONBLOCK: opening a FIFO that took the file's place since the folder was listed returns at once.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITTEN_BYTE = re.compile(rb"\\x([89a-f][0-9a-f])")
_KINDS = (
    (stat.S_ISLNK, "is a symbolic link, which is not followed"),
    (stat.S_ISFIFO, "is a FIFO, not a regular file"),
    (stat.S_ISSOCK, "is a socket, not a regular file"),
    (stat.S_ISCHR, "is a device, not a regular file"),
    (stat.S_ISBLK, "is a device, not a regular file"),
)


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """A file or folder by its parts below the articles' folder, as the system names them.

    ``trouble`` says why it is not read.
    """

    parts: tuple[str, ...]
    trouble: str = ""
    is_folder: bool = False

    @property
    def path(self) -> str:
        """The POSIX path as text that UTF-8 can hold: other bytes are written ``\\xNN``."""
        return as_text("/".join(self.parts))


def as_text(name: str) -> str:
    """A file name of the system as text that UTF-8 can hold."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def as_name(text: str) -> str:
    """The name of which ``as_text`` gave this text; it never writes ``\\xNN`` for ASCII."""
    data = text.encode("utf-8", "surrogatepass")
    return os.fsdecode(_WRITTEN_BYTE.sub(lambda m: bytes.fromhex(m[1].decode()), data))


def walk(folder: Path, limits: Limits) -> Iterator[FolderEntry]:
    """Every file in the bytewise order of POSIX paths, without hidden ones; links are not followed.

    A folder that holds an index is one entry and is not entered: its files are copies of articles.

    Raises ArticleError when ``folder`` cannot be listed, is an index or a limit is passed.
    """
    count = 0
    pending = list(reversed(_top(folder)))
    while pending:
        entry = pending.pop()
        if entry.is_folder:
            _check_depth(entry, limits)
            pending.extend(reversed(_listed(folder, entry)))
            continue
        count += 1
        if count > limits.max_files:
            raise ArticleError(
                f"There are more than {limits.max_files:,} files below {folder}; raise max_files "
                f"or name a smaller folder."
            )
        yield entry


def _check_depth(entry: FolderEntry, limits: Limits) -> None:
    if len(entry.parts) > limits.max_depth:
        raise ArticleError(
            f"The folder {printable(entry.path)} lies more than {limits.max_depth} folders deep; "
            f"raise max_depth or move it up."
        )


def _top(folder: Path) -> list[FolderEntry]:
    if not folder.exists():
        raise ArticleError(
            f"The articles' folder {folder} does not exist; create it or name another one."
        )
    if not folder.is_dir():
        raise ArticleError(f"{folder} is not a folder; name the folder that holds the articles.")
    try:
        entries = _entries(folder, ())
    except OSError as error:
        raise ArticleError(
            f"The articles' folder {folder} cannot be listed ({error.strerror}); mend its "
            f"permissions or name another one."
        ) from error
    if _is_index(entries):
        raise ArticleError(
            f"{folder} holds an index; name the folder that holds the articles, and keep the index "
            "in one of its own."
        )
    return entries


def _listed(folder: Path, entry: FolderEntry) -> list[FolderEntry]:
    try:
        entries = _entries(folder, entry.parts)
    except OSError as error:
        return [FolderEntry(entry.parts, explain(error))]
    return (
        [FolderEntry(entry.parts, "is an index, not articles")] if _is_index(entries) else entries
    )


def _is_index(entries: Iterable[FolderEntry]) -> bool:
    """Whether an index was built in the folder with these entries."""
    kinds = {entry.parts[-1]: entry.is_folder for entry in entries}
    return kinds.get(CURRENT) is False and kinds.get(VERSIONS) is True


def _entries(folder: Path, parts: tuple[str, ...]) -> list[FolderEntry]:
    with os.scandir(folder.joinpath(*parts)) as listing:
        entries = [_entry(item, parts) for item in listing if not item.name.startswith(".")]
    return sorted(entries, key=_order)


def _order(entry: FolderEntry) -> bytes:
    # A folder sorts as the beginning of the paths below it.
    return os.fsencode(entry.parts[-1]) + (b"/" if entry.is_folder else b"")


def _entry(item: os.DirEntry[str], parts: tuple[str, ...]) -> FolderEntry:
    parts = (*parts, item.name)
    try:
        mode = item.stat(follow_symlinks=False).st_mode
    except OSError as error:
        return FolderEntry(parts, explain(error))
    trouble = next((reason for is_kind, reason in _KINDS if is_kind(mode)), "")
    return FolderEntry(parts, trouble, is_folder=stat.S_ISDIR(mode))


class _HashingFile(io.RawIOBase):
    """A file that computes the SHA-256 of the bytes read from it."""

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


class ArticleFile:
    """An open regular file; ``stream`` is read once, from its beginning, by ``size_bytes``."""

    def __init__(self, descriptor: int) -> None:
        self._file = _HashingFile(descriptor)
        self.stream: io.BufferedReader = io.BufferedReader(self._file, BUFFER_BYTES)
        self.size_bytes = os.fstat(descriptor).st_size

    def __enter__(self) -> ArticleFile:
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


def open_below(folder: Path, parts: Sequence[str]) -> ArticleFile:
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
    return ArticleFile(descriptor)


def explain(error: OSError) -> str:
    """Why a file cannot be read, in words, without its path."""
    if error.errno == errno.ELOOP:
        return "is a symbolic link, which is not followed"
    return f"cannot be read: {error.strerror or type(error).__name__}"
