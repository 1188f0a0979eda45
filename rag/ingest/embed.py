"""Embeds the passages of a build: ``embed`` for one shard, and a cache and a spool around it.

``embed`` is a pure function, so that any machine with the same model can be given a shard.
``PassageVectors`` is what one build does with it: it spools the texts to disk while articles are
read, takes the vectors of known texts from the cache, and embeds the others batch by batch.
"""

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
from rag.index.durability import Disk, Output, explain_write_errors
from rag.ingest.report import BuildMonitor
from rag.models.embedder import BATCH, Embedder
from rag.models.runtime import Float32
from rag.types import Progress

SPOOL_FILE = ".tmp-texts"


def embed(texts: Sequence[str], embedder: Embedder) -> Float32:
    """The vectors of a shard of passages, float32 [len(texts), dim] of length 1, in order.

    No file is read or written. A row depends on its text and the embedder's weights alone, so that
    it does not matter how the passages are cut into shards. AssertionError for a text that the
    embedder would cut short: the splitter has to prevent that.
    """
    longest = max(embedder.count(texts), default=0)
    if longest > embedder.max_tokens:
        raise AssertionError(f"a passage of {longest} tokens would be cut at {embedder.max_tokens}")
    return embedder.encode_passages(texts)


class Spool:
    """A temporary file of texts by row. After the first one was read back, no more can be added."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder
        self._path = folder / SPOOL_FILE
        self._ends = array("q", [0])
        self._open = ExitStack()
        self._file: BufferedReader | None = None

    def __enter__(self) -> Self:
        with explain_write_errors(self._folder):
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
        with explain_write_errors(self._folder):
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
            with explain_write_errors(self._folder):
                self._output.finish()
            self._file = self._open.enter_context(self._path.open("rb"))
        self._file.seek(self._ends[row])
        return self._file.read(self._ends[row + 1] - self._ends[row]).decode()


class PassageVectors:
    """Takes the passages' texts with ``add``, then gives their ``vectors``.

    ``embedded`` counts those that were not in the cache of the index ``folder``.
    """

    def __init__(self, embedder: Embedder, folder: Path, disk: Disk, monitor: BuildMonitor) -> None:
        self._embedder = embedder
        self._monitor = monitor
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

        Every batch is cached as soon as it is embedded, so that a build that was interrupted goes
        on from there. Raises BuildCancelled.
        """
        cached, vectors = self._cache.get_many(self._keys)
        missing = np.flatnonzero(~cached | full)
        longest_first = np.argsort(-self._spool.sizes[missing], kind="stable")
        self._fill(vectors, missing[longest_first])
        self._cache.keep_only(self._keys)
        return vectors

    def _fill(self, vectors: Float32, rows: NDArray[np.int64]) -> None:
        """Embeds ``rows`` into their places in ``vectors``."""
        started = time.perf_counter()
        for first in range(0, len(rows), BATCH):
            self._monitor.check()
            batch = rows[first : first + BATCH]
            vectors[batch] = embed(self._spool.texts(batch), self._embedder)
            self._cache.put_many([self._keys[row] for row in batch.tolist()], vectors[batch])
            self.embedded += len(batch)
            self._monitor.report(_progress(self.embedded, len(rows), time.perf_counter() - started))


def _progress(done: int, total: int, seconds: float) -> Progress:
    rate = done / seconds if seconds > 0 else 0.0
    return Progress("embedding", done, total, rate, (total - done) / rate if rate else None)
