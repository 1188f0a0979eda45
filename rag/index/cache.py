"""The cache of embeddings: vectors of earlier builds by a hash of model and text."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rag.index.durability import Disk, Output, explain_write_errors, make_folder, write_all
from rag.index.versions import CACHE

_FORMAT = b"dateline embeddings 1"
_KEY_BYTES = 32


def _checksum(record: bytes) -> bytes:
    return hashlib.blake2b(record, digest_size=8).digest()


class EmbeddingCache:
    """Vectors float32 [dim] by key, for one model."""

    def __init__(
        self, folder: Path, model_fingerprint: str, dim: int, *, disk: Disk | None = None
    ) -> None:
        """``folder`` is that of the index; nothing is written before ``put_many``."""
        self._folder, self._disk, self._dim = folder / CACHE, disk or Disk(), dim
        self._path = self._folder / f"{model_fingerprint}.embeddings"
        self._record = np.dtype([("key", "V32"), ("vector", "<f4", (dim,)), ("check", "V8")])
        header = b"%s %d" % (_FORMAT, dim)
        header = header.ljust(self._record.itemsize - 8, b"\0")
        self._header = header + _checksum(header)
        self._descriptor = -1
        self._records: NDArray[Any] | None = None
        self._sorted: NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def get_many(self, keys: Sequence[bytes]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Which keys are there, bool [n], and their vectors, float32 [n, dim], 0 for a miss."""
        found = np.zeros(len(keys), dtype=np.bool_)
        vectors = np.zeros((len(keys), self._dim), dtype=np.float32)
        records = self._mapped()
        for place, (key, row) in enumerate(zip(keys, self._rows_of(keys), strict=True)):
            record = records[row].tobytes() if row >= 0 else b""
            if record[:_KEY_BYTES] == key and record[-8:] == _checksum(record[:-8]):
                found[place] = True
                vectors[place] = records[row]["vector"]
        return found, vectors

    def _mapped(self) -> NDArray[Any]:
        """All whole records after the header; none if the file is not one of ours."""
        if self._records is None:
            self._records = np.empty(0, dtype=self._record)
            if self._is_ours():
                count = self._path.stat().st_size // self._record.itemsize
                whole = np.memmap(self._path, dtype=self._record, mode="r", shape=count)
                self._records = np.asarray(whole)[1:]
            self._sorted = np.argsort(self._prefixes(), kind="stable")
        return self._records

    def _is_ours(self) -> bool:
        try:
            with self._path.open("rb") as file:
                return file.read(len(self._header)) == self._header
        except OSError:
            return False

    def _prefixes(self) -> NDArray[np.uint64]:
        """The first 64 bits of each record's key."""
        return np.ascontiguousarray(_rows(self._mapped())[:, :8]).view("<u8").reshape(-1)

    def _rows_of(self, keys: Sequence[bytes]) -> list[int]:
        """The last record whose key begins as each of ``keys`` does; -1 if there is none."""
        prefixes = self._prefixes()[self._sorted]
        wanted = np.array([int.from_bytes(key[:8], "little") for key in keys], dtype=np.uint64)
        places = np.searchsorted(prefixes, wanted, side="right") - 1
        return [int(self._sorted[place]) if place >= 0 else -1 for place in places]

    def put_many(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Adds ``vectors`` [n, dim]; they outlive this process from the moment this returns."""
        data = self._encoded(keys, vectors)
        with explain_write_errors(self._folder.parent):
            self._align(self._opened())
            write_all(self._disk, self._descriptor, data)
        self._records = None

    def _opened(self) -> int:
        """The descriptor for adding records, kept until ``close``."""
        if self._descriptor < 0:
            make_folder(self._disk, self._folder)
            self._descriptor = self._disk.extend(self._path)
        return self._descriptor

    def close(self) -> None:
        """Stops adding; a later ``put_many`` begins again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def _align(self, descriptor: int) -> None:
        """Cuts off a torn record, or all of a file that is not ours, before more is added."""
        size = os.fstat(descriptor).st_size
        whole = size - size % self._record.itemsize if self._is_ours() else 0
        if whole != size:
            self._disk.truncate(descriptor, whole)
        if whole == 0:
            write_all(self._disk, descriptor, self._header)

    def _encoded(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> bytes:
        records = np.zeros(len(keys), dtype=self._record)
        records["key"] = np.frombuffer(b"".join(keys), dtype="V32")
        records["vector"] = vectors
        raw = [record[:-8] for record in map(bytes, _rows(records))]
        return b"".join(record + _checksum(record) for record in raw)

    def keep_only(self, live: Sequence[bytes]) -> None:
        """Drops all but the ``live`` keys, once more than half of the records are of others."""
        live = sorted(set(live))
        if len(self._mapped()) <= 2 * len(live):
            return
        temporary = self._path.with_name(f".tmp-{self._path.name}")
        with explain_write_errors(self._folder.parent):
            with Output(self._disk, temporary) as output:
                output.write(self._header)
                for start in range(0, len(live), 4096):
                    self._copy(live[start : start + 4096], output)
            self._disk.rename(temporary, self._path)
            self._disk.sync_folder(self._folder)
        self._records = None
        self.close()

    def _copy(self, keys: list[bytes], output: Output) -> None:
        found, vectors = self.get_many(keys)
        kept = [key for key, there in zip(keys, found, strict=True) if there]
        output.write(self._encoded(kept, vectors[found]))


def _rows(records: NDArray[Any]) -> NDArray[np.uint8]:
    """The records as bytes: uint8 [n, record]."""
    return records.view(np.uint8).reshape(len(records), records.dtype.itemsize)
