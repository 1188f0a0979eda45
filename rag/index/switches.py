"""The index folder goes in; the ids of the articles that are switched off come out, or change.

They stand in one small file beside the versions, which builds leave alone. Its last key is the
SHA-256 of everything before it, so that a damaged file, or one of another program, is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rag.errors import IndexUnusable
from rag.index.disk import Disk, explained, write_file
from rag.index.lock import changing
from rag.index.manifest import seal, unseal

FILE = "switched-off.json"
FORMAT = 1
_LOCK = ".switched-off.lock"
# Not a name that a build sweeps away: it may run while an article is switched.
_NEW = ".switched-off.new"


@dataclass(frozen=True, slots=True)
class Switches:
    """``off``: ids of articles, which need not be in the index; ``warning``: why it is ignored.

    ``raw`` are the file's bytes, empty where there is none.
    """

    off: frozenset[str] = frozenset()
    warning: str = ""
    raw: bytes = b""


def read(folder: Path) -> Switches:
    """What is switched off in the index of ``folder``; nothing, with a warning, if unclear."""
    try:
        raw = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return Switches()
    except OSError as error:
        return Switches(warning=_ignored(folder, f"cannot be read ({error.strerror})"))
    ids = _ids(raw)
    if ids is None:
        return Switches(warning=_ignored(folder, "is not as Dateline wrote it"), raw=raw)
    return Switches(ids, raw=raw)


def raw(folder: Path) -> bytes:
    """The file's bytes, to tell whether anything was switched; empty where there is none."""
    try:
        return (folder / FILE).read_bytes()
    except OSError:
        return b""


def switch(folder: Path, ids: Iterable[str], *, on: bool, disk: Disk | None = None) -> Switches:
    """Switch articles ``on`` or off, durably and at once; several may do so at the same time.

    Raises IndexUnusable when the file cannot be written, or what is there must not be replaced.
    """
    disk = disk or Disk()
    with explained(folder), changing(disk, folder / _LOCK):
        before = read(folder)
        if before.warning:
            raise IndexUnusable(
                f"{str(folder / FILE)!r} is not a file that Dateline wrote, so nothing was "
                "switched; move it away and try again."
            )
        off = before.off - set(ids) if on else before.off | set(ids)
        if off == before.off:
            return before
        raw = seal({"format": FORMAT, "off": sorted(off)})
        write_file(disk, folder / _NEW, raw)
        disk.rename(folder / _NEW, folder / FILE)
        disk.sync_folder(folder)
    return Switches(frozenset(off), raw=raw)


def _ids(raw: bytes) -> frozenset[str] | None:
    """The ids in the file; None unless every bit of it is as it was written."""
    values = unseal(raw)
    off = values.get("off") if values is not None and values["format"] == FORMAT else None
    if not isinstance(off, list) or not all(isinstance(one, str) for one in off):
        return None
    return frozenset(off)


def _ignored(folder: Path, reason: str) -> str:
    return (
        f"{str(folder / FILE)!r} {reason} and is ignored, so no article is switched off; "
        "move it away and switch them off again."
    )
