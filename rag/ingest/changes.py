"""Finds which files of the articles' folder are new, changed or gone since a build."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from rag.ingest.files import FolderEntry, open_below, walk
from rag.ingest.records import Limits

# Size, inode and times of a file: while they stay, so do its bytes.
_Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths of files that are new, changed or gone since a build, ascending."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.new) + len(self.changed) + len(self.gone)


class ChangeDetector:
    """Compares the articles' folder with an index as often as asked; it only reads.

    The bytes of a file are hashed once, and again when the file was touched. Several threads may
    compare at once; one of them hashes.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._hashes: dict[str, tuple[_Stamp, str]] = {}
        self._lock = Lock()

    def since(self, files: Iterable[Mapping[str, Any]]) -> Changes:
        """What differs from the build that recorded ``files``.

        Raises ArticleError when the folder cannot be listed or passes a limit.
        """
        before = {str(file["path"]): file for file in files}
        with self._lock:
            now = {entry.path: entry for entry in walk(self._path, self._limits)}
            both = before.keys() & now.keys()
            changed = [path for path in both if self._differs(now[path], before[path])]
            self._hashes = {path: stamped for path, stamped in self._hashes.items() if path in now}
        return Changes(
            tuple(sorted(now.keys() - both)),
            tuple(sorted(changed)),
            tuple(sorted(before.keys() - both)),
        )

    def _differs(self, entry: FolderEntry, before: Mapping[str, Any]) -> bool:
        """Whether the bytes differ; of a file that was not read, only the size is compared."""
        size_bytes = int(before["size_bytes"])
        try:
            if not before["sha256"]:
                return 0 < size_bytes != self._path.joinpath(*entry.parts).lstat().st_size
            return self._sha256(entry, size_bytes) != str(before["sha256"])
        except OSError:
            return True

    def _sha256(self, entry: FolderEntry, size_bytes: int) -> str:
        """The file's SHA-256; empty, without reading it, when it has another size."""
        stat = self._path.joinpath(*entry.parts).lstat()
        if stat.st_size != size_bytes:
            return ""
        stamp = stat.st_size, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns
        stamped = self._hashes.get(entry.path)
        if stamped is None or stamped[0] != stamp:
            with open_below(self._path, entry.parts) as source:
                stamped = stamp, hashlib.file_digest(source.stream, "sha256").hexdigest()
            self._hashes[entry.path] = stamped
        return stamped[1]
