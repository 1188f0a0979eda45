"""Dateline as a worker: its own builder and its own pipeline, with nothing changed but threads."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from evals.bench.workers.protocol import (
    BuildCost,
    Stopwatch,
    WorkerSettings,
    main,
    read_passages,
    vectors_file,
)
from rag.answer.pipeline import Pipeline
from rag.config import AskConfig, BuildConfig
from rag.ingest.build import build
from rag.models.embedder import Embedder, open_embedder
from rag.models.runtime import Float32

ARTICLES = "articles"


class Timed:
    """The embedder of ``inner``, whose time is taken."""

    def __init__(self, inner: Embedder, clock: Stopwatch) -> None:
        self.fingerprint, self.dim, self.max_tokens = inner.fingerprint, inner.dim, inner.max_tokens
        self._inner, self._clock = inner, clock

    def encode_queries(self, texts: Sequence[str]) -> Float32:
        return self._inner.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Float32:
        with self._clock:
            return self._inner.encode_passages(texts)

    def count(self, texts: Sequence[str]) -> list[int]:
        return self._inner.count(texts)


class Served:
    """The embedder of ``inner``, but passages have the vectors that the corpus gives them.

    They are found by the text after the line of date and title that Dateline puts before it.
    Raises KeyError for a passage that the corpus does not have.
    """

    def __init__(self, inner: Embedder, corpus: str, vectors: Path) -> None:
        self.fingerprint, self.dim, self.max_tokens = inner.fingerprint, inner.dim, inner.max_tokens
        self._inner = inner
        self._vectors = np.load(vectors, mmap_mode="r")
        keys = [_key(passage.text) for passage in read_passages(corpus)]
        self._keys = np.array(keys, dtype=np.uint64)
        self._order = np.argsort(self._keys, kind="stable")
        self._keys = self._keys[self._order]

    def encode_queries(self, texts: Sequence[str]) -> Float32:
        return self._inner.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Float32:
        return np.asarray(self._vectors[[self._row(text) for text in texts]], dtype=np.float32)

    def _row(self, text: str) -> int:
        passage = text.partition("\n")[2]
        key = np.uint64(_key(passage))
        place = int(np.searchsorted(self._keys, key))
        if place == len(self._keys) or self._keys[place] != key:
            raise KeyError(f"the corpus has no vector for the passage {passage[:60]!r}")
        return int(self._order[place])

    def count(self, texts: Sequence[str]) -> list[int]:
        return self._inner.count(texts)


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


class Dateline:
    """The builder with an embedder that is timed, and the pipeline as the command line opens it."""

    packages: tuple[str, ...] = ("dateline", "openvino", "faiss-cpu", "numpy")

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._pipeline: Any = None
        self._today: date | None = None

    def build(self, corpus: str, index: str) -> BuildCost:
        clock, models, threads = Stopwatch(), Path(self._settings.models), self._settings.threads
        with clock:
            embedder = open_embedder(Path(self._settings.model), models, threads=threads)
            given = vectors_file(corpus)
            if given:
                embedder = Served(embedder, corpus, given)
        articles = Path(corpus) / ARTICLES
        config = BuildConfig(articles, Path(index), models=models, threads=threads)
        report = build(config, full=True, embedder=Timed(embedder, clock))
        return BuildCost(report.passages, clock.seconds)

    def open(self, index: str) -> None:
        config = AskConfig(
            index=Path(index), models=Path(self._settings.models), threads=self._settings.threads
        )
        self._pipeline = Pipeline.open(config=config)
        # As in the evals: "last week" in a question on old news is the week before its newest.
        self._today = self._pipeline.info.newest_article

    def search(self, question: str, top_k: int) -> list[str]:
        hits = self._pipeline.search(question, top_k=top_k, today=self._today)
        return [passage.article.id for hit in hits for passage in (hit.passage, *hit.copies)]

    def ask(self, question: str, top_k: int) -> str:
        answer = self._pipeline.ask(question, top_k=top_k, today=self._today)
        return answer.citations[0].quote if answer.citations else ""


if __name__ == "__main__":
    main(Dateline, sys.argv)
