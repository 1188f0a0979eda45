"""Haystack as a worker: BM25 and embeddings in its in-memory store, joined by reciprocal ranks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from evals.bench.workers.protocol import (
    BuildCost,
    CorpusPassage,
    Stopwatch,
    WorkerSettings,
    main,
    read_passages,
    vectors_file,
)

STORE = "store.json"


class Haystack:
    """The hybrid pipeline of its documentation; its extractive reader when one is given."""

    packages: tuple[str, ...] = (
        "haystack-ai",
        "sentence-transformers-haystack",
        "transformers-haystack",
        "torch",
    )

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._finder: Any = None
        self._reader: Any = None

    def build(self, corpus: str, index: str) -> BuildCost:
        from haystack.document_stores.in_memory import InMemoryDocumentStore  # type: ignore[import-not-found, unused-ignore]

        clock = Stopwatch()
        documents = self._documents(corpus, clock)
        store = InMemoryDocumentStore()
        store.write_documents(documents)
        Path(index).mkdir(parents=True)
        store.save_to_disk(str(Path(index) / STORE))
        return BuildCost(store.count_documents(), clock.seconds)

    def _documents(self, corpus: str, clock: Stopwatch) -> list[Any]:
        passages, given = list(read_passages(corpus)), vectors_file(corpus)
        if given:
            return _with_vectors(passages, given)
        documents = [_document(passage) for passage in passages]
        with clock:
            return _embedded(documents, self._settings.model)

    def open(self, index: str) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore  # type: ignore[import-not-found, unused-ignore]

        store = InMemoryDocumentStore.load_from_disk(str(Path(index) / STORE))
        store.return_embedding = False
        self._finder = _finder(store, self._settings.model)
        if self._settings.reader:
            self._reader = _reader(self._settings.reader)

    def search(self, question: str, top_k: int) -> list[str]:
        return [document.meta["article"] for document in self._find(question, top_k)]

    def ask(self, question: str, top_k: int) -> str:
        documents = self._find(question, top_k)
        answers = self._reader.run(query=question, documents=documents)["answers"]
        return (answers[0].data or "") if answers else ""

    def _find(self, question: str, top_k: int) -> list[Any]:
        found = self._finder.run(
            {
                "embedder": {"text": question},
                "words": {"query": question, "top_k": top_k},
                "vectors": {"top_k": top_k},
                "joiner": {"top_k": top_k},
            }
        )
        documents: list[Any] = found["joiner"]["documents"]
        return documents


def _finder(store: Any, model: str) -> Any:
    from haystack import Pipeline  # type: ignore[import-not-found, unused-ignore]
    from haystack.components.joiners import DocumentJoiner  # type: ignore[import-not-found, unused-ignore]
    from haystack.components.retrievers.in_memory import (  # type: ignore[import-not-found, unused-ignore]
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack_integrations.components.embedders.sentence_transformers import (  # type: ignore[import-not-found, unused-ignore]
        SentenceTransformersTextEmbedder,
    )

    pipeline = Pipeline()
    embedder = SentenceTransformersTextEmbedder(
        model=model, progress_bar=False, local_files_only=True
    )
    pipeline.add_component("embedder", embedder)
    pipeline.add_component("vectors", InMemoryEmbeddingRetriever(store))
    pipeline.add_component("words", InMemoryBM25Retriever(store))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
    pipeline.connect("embedder.embedding", "vectors.query_embedding")
    pipeline.connect("vectors.documents", "joiner.documents")
    pipeline.connect("words.documents", "joiner.documents")
    pipeline.warm_up()
    return pipeline


def _reader(folder: str) -> Any:
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader  # type: ignore[import-not-found, unused-ignore]

    reader = TransformersExtractiveReader(model=folder)
    reader.warm_up()
    return reader


def _document(passage: CorpusPassage) -> Any:
    from haystack import Document  # type: ignore[import-not-found, unused-ignore]

    return Document(id=passage.id, content=passage.text, meta={"article": passage.article})


def _embedded(documents: list[Any], model: str) -> list[Any]:
    from haystack_integrations.components.embedders.sentence_transformers import (  # type: ignore[import-not-found, unused-ignore]
        SentenceTransformersDocumentEmbedder,
    )

    embedder = SentenceTransformersDocumentEmbedder(
        model=model, progress_bar=False, local_files_only=True
    )
    embedder.warm_up()
    embedded: list[Any] = embedder.run(documents)["documents"]
    return embedded


def _with_vectors(passages: list[CorpusPassage], vectors: Path) -> list[Any]:
    import numpy as np

    documents = []
    for passage, vector in zip(passages, np.load(vectors, mmap_mode="r"), strict=True):
        document = _document(passage)
        document.embedding = vector.tolist()
        documents.append(document)
    return documents


if __name__ == "__main__":
    main(Haystack, sys.argv)
