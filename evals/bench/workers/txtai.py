"""txtai as a worker: its hybrid index with contents, and its extractive pipeline."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from evals.bench.workers.protocol import (
    BuildCost,
    Stopwatch,
    WorkerSettings,
    main,
    read_passages,
    vectors_file,
)

SEPARATOR = "\t"


class Txtai:
    """``Embeddings(hybrid=True, content=True)``; RAG over its Questions when a reader is given."""

    packages: tuple[str, ...] = ("txtai", "torch", "transformers", "faiss-cpu")

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._embeddings: Any = None
        self._reader: Any = None

    def build(self, corpus: str, index: str) -> BuildCost:
        clock, given = Stopwatch(), vectors_file(corpus)
        with clock:
            embeddings = _served(given) if given else _new(self._settings.model)
        if not given:
            embeddings.model.encode = _timed(embeddings.model.encode, clock)
        embeddings.index(_rows(corpus))
        if given:
            # Questions are embedded by the model, as if it had embedded the passages too.
            del embeddings.config["transform"], embeddings.config["method"]
            embeddings.config["path"] = self._settings.model
        embeddings.save(index)
        return BuildCost(embeddings.count(), clock.seconds)

    def open(self, index: str) -> None:
        from txtai import RAG, Embeddings  # type: ignore[import-not-found, unused-ignore]

        self._embeddings = Embeddings()
        self._embeddings.load(index)
        if self._settings.reader:
            self._reader = RAG(
                self._embeddings, self._settings.reader, gpu=False, task="question-answering"
            )
            _bound(self._reader.model.tokenizer, self._reader.model.model.config)

    def search(self, question: str, top_k: int) -> list[str]:
        found = self._embeddings.search(question, top_k)
        return [row["id"].split(SEPARATOR)[0] for row in found]

    def ask(self, question: str, top_k: int) -> str:
        """It reads as many passages as is its default, which are 3, joined into one text."""
        try:
            answers = self._reader([(None, question, question, None)])
        except TypeError:  # What its pipeline raises where the model points to no answer.
            return ""
        return answers[0][1] or ""


def _bound(tokenizer: Any, config: Any) -> None:
    """Tell the tokenizer what the network reads at most, which not every folder of weights does.

    It cuts three long passages to that; without it, they are an error.
    """
    tokenizer.model_max_length = min(tokenizer.model_max_length, config.max_position_embeddings)


def _rows(corpus: str) -> Iterator[tuple[str, str, None]]:
    for passage in read_passages(corpus):
        yield f"{passage.article}{SEPARATOR}{passage.id}", passage.text, None


def _new(model: str) -> Any:
    from txtai import Embeddings  # type: ignore[import-not-found, unused-ignore]

    return Embeddings(path=model, hybrid=True, content=True, gpu=False)


def _timed(encode: Callable[..., Any], clock: Stopwatch) -> Callable[..., Any]:
    def timed(data: Any, category: Any = None) -> Any:
        with clock:
            return encode(data, category)

    return timed


def _served(vectors: Any) -> Any:
    """Embeddings that are handed the vectors in the order of the passages."""
    import numpy as np
    from txtai import Embeddings  # type: ignore[import-not-found, unused-ignore]

    rows = iter(np.load(vectors, mmap_mode="r"))

    def serve(texts: Sequence[str]) -> Any:
        return np.array([next(rows) for _ in texts])

    return Embeddings(method="external", transform=serve, hybrid=True, content=True)


if __name__ == "__main__":
    main(Txtai, sys.argv)
