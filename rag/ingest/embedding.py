"""Embedding: the texts of all passages, in row order, in; their vectors out.

Only texts that this model was never given before are embedded; the others' vectors are cached.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rag.index.cache import EmbeddingCache
from rag.index.disk import Disk
from rag.ingest.spool import Spool
from rag.ingest.watch import Watch
from rag.models.embedder import BATCH, Embedder
from rag.models.runtime import Float32
from rag.types import Progress


class Embedding:
    """Takes texts with ``add``, then gives their ``vectors``; ``embedded`` counts the new ones."""

    def __init__(self, embedder: Embedder, folder: Path, disk: Disk, watch: Watch) -> None:
        self._embedder = embedder
        self._watch = watch
        self._spool = Spool(disk, folder)
        self._cache = EmbeddingCache(folder, embedder.fingerprint, embedder.dim, disk=disk)
        self._keys: list[bytes] = []
        self.embedded = 0

    def __enter__(self) -> Self:
        self._spool.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._cache.close()
        self._spool.__exit__(kind, error, _)

    def add(self, text: str) -> None:
        """Append the text of the next row."""
        self._keys.append(hashlib.sha256(f"{self._embedder.fingerprint}\0{text}".encode()).digest())
        self._spool.add(text)

    def vectors(self, *, full: bool) -> Float32:
        """float32 [texts, dim] of length 1; ``full`` embeds all of them, cached or not.

        Every batch is cached as soon as it is embedded, so that an interrupted build goes on where
        it was. Raises BuildCancelled.
        """
        found, vectors = self._cache.get_many(self._keys)
        missing = np.flatnonzero(~found | full)
        longest_first = np.argsort(-self._spool.sizes[missing], kind="stable")
        self._embed(missing[longest_first], vectors)
        self._cache.keep_only(self._keys)
        return vectors

    def _embed(self, rows: NDArray[np.int64], vectors: Float32) -> None:
        started = time.perf_counter()
        for first in range(0, len(rows), BATCH):
            self._watch.check()
            batch = rows[first : first + BATCH]
            texts = self._spool.texts(batch)
            self._check_lengths(texts)
            vectors[batch] = self._embedder.encode_passages(texts)
            self._cache.put_many([self._keys[row] for row in batch.tolist()], vectors[batch])
            self.embedded += len(batch)
            self._watch.report(_step(self.embedded, len(rows), time.perf_counter() - started))

    def _check_lengths(self, texts: Sequence[str]) -> None:
        longest = max(self._embedder.count(texts))
        if longest > self._embedder.max_tokens:
            raise AssertionError(
                f"a passage of {longest} tokens would be cut at {self._embedder.max_tokens}"
            )


def _step(done: int, total: int, seconds: float) -> Progress:
    rate = done / seconds if seconds > 0 else 0.0
    return Progress("embedding", done, total, rate, (total - done) / rate if rate else None)
