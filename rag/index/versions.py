"""The index folder goes in; its numbered versions, the live one and the leftovers come out.

::

    CURRENT               the live version's name and the SHA-256 of its manifest
    versions/000042/      one immutable version
    versions/.tmp-000043  one being written, or what a killed build left of it
    switched-off.json     articles that are not searched, whichever version is live
    last-build.json       the report of the last build
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from rag.errors import IndexDamaged
from rag.index.disk import Disk, remove_tree, replace_file
from rag.index.lock import removing
from rag.index.manifest import MANIFEST

CURRENT = "CURRENT"
VERSIONS = "versions"
CACHE = "cache"
TEMPORARY = ".tmp-"
# What stands under a temporary name beside CURRENT for a moment, or for the length of a build.
_REPLACED = (CURRENT, "last-build.json", "texts")
_NAME = re.compile(r"\d{6,18}")


def read_current(folder: Path) -> bytes:
    """The bytes of CURRENT; empty if there is none."""
    try:
        return (folder / CURRENT).read_bytes()
    except FileNotFoundError:
        return b""


def live_version(folder: Path, current: bytes) -> str:
    """The version that ``current``, the bytes of CURRENT, names.

    Raises IndexDamaged unless its manifest is the very one for which ``set_current`` wrote them.
    """
    match = re.fullmatch(rb"(\d{6,18}) ([0-9a-f]{64})\n", current)
    if match is None:
        raise IndexDamaged(f"{CURRENT} does not name a version")
    version, checksum = match[1].decode(), match[2].decode()
    try:
        manifest = (folder / VERSIONS / version / MANIFEST).read_bytes()
    except OSError as error:
        reason = f"its {MANIFEST} cannot be read ({error.strerror})"
        raise IndexDamaged(f"{CURRENT} names version {version}, but {reason}") from error
    if hashlib.sha256(manifest).hexdigest() != checksum:
        raise IndexDamaged(f"{CURRENT} names version {version}, but with another {MANIFEST}")
    return version


def set_current(disk: Disk, folder: Path, version: str, manifest: bytes) -> None:
    """Makes ``version`` the live one, at once and durably."""
    checksum = hashlib.sha256(manifest).hexdigest()
    replace_file(disk, folder / CURRENT, f"{version} {checksum}\n".encode())


def version_names(folder: Path) -> list[str]:
    """Every version there is, newest first."""
    with suppress(FileNotFoundError, NotADirectoryError):
        names = [path.name for path in (folder / VERSIONS).iterdir()]
        return sorted(filter(_NAME.fullmatch, names), key=int, reverse=True)
    return []


def next_name(folder: Path) -> str:
    """The name of the version to write: one more than the highest number there is."""
    names = version_names(folder)
    return f"{int(names[0]) + 1 if names else 1:06d}"


def sweep(disk: Disk, folder: Path) -> None:
    """Removes what killed builds left half written; only for the holder of the lock.

    The folder itself may be one that others use too: there only files of our own names go.
    """
    own = [folder / f"{TEMPORARY}{name}" for name in _REPLACED]
    for parent in (folder / VERSIONS, folder / CACHE):
        own += sorted(parent.glob(f"{TEMPORARY}*"))
    for path in own:
        if path.is_symlink() or path.exists():
            remove_tree(disk, path)


def collect(disk: Disk, folder: Path, keep: Iterable[str]) -> None:
    """Removes every version but those named and those that a reader holds.

    A version leaves by one rename, so that a build killed here leaves no half of one. What cannot
    be removed now is tried again by the next build: a published version is not undone for it.
    """
    keep = set(keep)
    for name in version_names(folder):
        if name not in keep:
            with suppress(OSError):
                _remove(disk, folder / VERSIONS / name)


def _remove(disk: Disk, version: Path) -> None:
    gone = version.with_name(TEMPORARY + version.name)
    with removing(version / MANIFEST) as free:
        if not free:
            return
        disk.rename(version, gone)
    remove_tree(disk, gone)
