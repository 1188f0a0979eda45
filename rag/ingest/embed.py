"""Embeds the passages of a build, in row order, taking known vectors from the cache."""

from __future__ import annotations

import hashlib
import time
from array import array
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rag.index.cache import EmbeddingCache
from rag.index.disk import Disk, Output, explained
from rag.ingest.report import Watch
from rag.models.embedder import BATCH, Embedder
from rag.models.runtime import Float32
from rag.types import Progress

FILE = ".tmp-texts"


class Spool:
    """Takes texts with ``add``; after the first of them is read back, it takes no more."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder
        self._path = folder / FILE
        self._ends = array("q", [0])
        self._open = ExitStack()
        self._file: BufferedReader | None = None

    def __enter__(self) -> Self:
        with explained(self._folder):
            self._output = Output(self._disk, self._path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._output.close()
        self._open.close()
        with suppress(OSError):  # the next build sweeps it
            self._disk.unlink(self._path)

    def add(self, text: str) -> None:
        """Append the text of the next row."""
        data = text.encode()
        with explained(self._folder):
            self._output.write(data)
        self._ends.append(self._ends[-1] + len(data))

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The length of each text in bytes of UTF-8."""
        ends = np.array(self._ends, dtype=np.int64)
        return ends[1:] - ends[:-1]

    def texts(self, rows: Iterable[int]) -> list[str]:
        """The texts of ``rows``, in that order."""
        return [self._read(int(row)) for row in rows]

    def _read(self, row: int) -> str:
        if self._file is None:
            with explained(self._folder):
                self._output.finish()
            self._file = self._open.enter_context(self._path.open("rb"))
        self._file.seek(self._ends[row])
        return self._file.read(self._ends[row + 1] - self._ends[row]).decode()


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
