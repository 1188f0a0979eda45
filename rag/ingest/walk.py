"""A folder in; what lies in it and below, in canonical order, out. Nothing is opened."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ArticleError
from rag.index.versions import CURRENT, VERSIONS
from rag.ingest.draft import Limits, printable
from rag.ingest.source import explain

_WRITTEN_BYTE = re.compile(rb"\\x([89a-f][0-9a-f])")
_KINDS = (
    (stat.S_ISLNK, "is a symbolic link, which is not followed"),
    (stat.S_ISFIFO, "is a FIFO, not a regular file"),
    (stat.S_ISSOCK, "is a socket, not a regular file"),
    (stat.S_ISCHR, "is a device, not a regular file"),
    (stat.S_ISBLK, "is a device, not a regular file"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file by its parts below the folder, as the system names them; or why it is not read."""

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
    """The system's name that ``as_text`` wrote so; it never writes ``\\xNN`` for ASCII."""
    data = text.encode("utf-8", "surrogatepass")
    return os.fsdecode(_WRITTEN_BYTE.sub(lambda m: bytes.fromhex(m[1].decode()), data))


def walk(folder: Path, limits: Limits) -> Iterator[Entry]:
    """Files by POSIX path, bytewise; hidden ones are passed over, links are never followed.

    A folder that holds an index is named once and not gone into: its files are copies of articles.

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


def _check_depth(entry: Entry, limits: Limits) -> None:
    if len(entry.parts) > limits.max_depth:
        raise ArticleError(
            f"The folder {printable(entry.path)} lies more than {limits.max_depth} folders deep; "
            f"raise max_depth or move it up."
        )


def _top(folder: Path) -> list[Entry]:
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


def _listed(folder: Path, entry: Entry) -> list[Entry]:
    try:
        entries = _entries(folder, entry.parts)
    except OSError as error:
        return [Entry(entry.parts, explain(error))]
    return [Entry(entry.parts, "is an index, not articles")] if _is_index(entries) else entries


def _is_index(entries: Iterable[Entry]) -> bool:
    """Whether an index was built in the folder with these entries."""
    kinds = {entry.parts[-1]: entry.is_folder for entry in entries}
    return kinds.get(CURRENT) is False and kinds.get(VERSIONS) is True


def _entries(folder: Path, parts: tuple[str, ...]) -> list[Entry]:
    with os.scandir(folder.joinpath(*parts)) as listing:
        entries = [_entry(item, parts) for item in listing if not item.name.startswith(".")]
    return sorted(entries, key=_order)


def _order(entry: Entry) -> bytes:
    # A folder sorts as the beginning of the paths below it.
    return os.fsencode(entry.parts[-1]) + (b"/" if entry.is_folder else b"")


def _entry(item: os.DirEntry[str], parts: tuple[str, ...]) -> Entry:
    parts = (*parts, item.name)
    try:
        mode = item.stat(follow_symlinks=False).st_mode
    except OSError as error:
        return Entry(parts, explain(error))
    trouble = next((said for is_kind, said in _KINDS if is_kind(mode)), "")
    return Entry(parts, trouble, is_folder=stat.S_ISDIR(mode))
