"""Compares the files that an answer cites with what was indexed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from rag.ingest.files import ArticleFile, open_below

# A larger file is compared by its size alone: hashing it would outlast the answer.
MAX_HASHED_BYTES = 64_000_000
# So many files are looked for before a folder counts as another one.
MAX_LOOKED_FOR = 20


class Freshness:
    """Compares the articles' folder with what the index was built from; it only reads."""

    def __init__(self, folder: Path, files: Iterable[Mapping[str, Any]]) -> None:
        self._folder = folder
        self._records = {str(file["path"]): file for file in files if file.get("sha256")}

    def changed(self, path: str) -> bool:
        """Whether the file at ``path`` is gone or has other bytes.

        False where the folder is missing or is not the one that was indexed: then nothing is known.
        """
        record = self._records.get(path)
        if record is None or not self._is_indexed_folder:
            return False
        try:
            with open_below(self._folder, path.split("/")) as source:
                if source.size_bytes != record["size_bytes"]:
                    return True
                if source.size_bytes > MAX_HASHED_BYTES:
                    return False
                return _sha256(source) != str(record["sha256"])
        except (OSError, ValueError):
            return True

    @cached_property
    def _is_indexed_folder(self) -> bool:
        """Whether the index may be of this folder; not if none of several of its files is there."""
        if len(self._records) < 2:
            return self._folder.is_dir()
        some = islice(self._records, MAX_LOOKED_FOR)
        return any((self._folder / path).is_file() for path in some)


def _sha256(source: ArticleFile) -> str:
    return hashlib.file_digest(source.stream, "sha256").hexdigest()
