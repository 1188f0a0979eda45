"""The systems that stand side by side: nothing in; what each is and what it is made of out."""

from __future__ import annotations

from dataclasses import dataclass

from rag.errors import RagError


class BenchError(RagError):
    """Something that leaves one system, on one corpus or on all, out of the comparison."""


@dataclass(frozen=True, slots=True)
class System:
    """A system: ``workers/<name>.py`` drives it.

    ``requirements`` are installed into an environment of its own; none means Dateline's own.
    ``how`` says in one sentence what of it is used.
    """

    name: str
    title: str
    how: str
    requirements: tuple[str, ...] = ()


DATELINE = System(
    "dateline",
    "Dateline",
    "As it is shipped: int8 vectors and BM25, date and title before what is embedded.",
)
# Packages that Dateline uses too have no version here: requirements.lock gives them the same one.
# haystack-ai 3.4.1 has the same code as 3.4.0, but wants a later certifi than the lock has.
SYSTEMS = (
    DATELINE,
    System(
        "haystack",
        "Haystack",
        "InMemoryDocumentStore; BM25 and embedding retrievers joined by reciprocal rank fusion; "
        "TransformersExtractiveReader over the ten passages.",
        (
            "haystack-ai==3.4.0",
            "sentence-transformers-haystack==2.0.0",
            "transformers-haystack==2.0.0",
            "sentence-transformers",
            "torch",
        ),
    ),
    System(
        "txtai",
        "txtai",
        "Embeddings(hybrid=True, content=True); RAG over Questions, which reads the first three "
        "passages.",
        ("txtai==9.14.0", "torch"),
    ),
    System(
        "plain",
        "plain",
        "sentence-transformers, exact FAISS and rank_bm25, min-max fusion by halves; a "
        "transformers model over the ten passages.",
        ("rank-bm25==0.2.2", "sentence-transformers", "faiss-cpu", "torch"),
    ),
)
