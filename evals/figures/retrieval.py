"""TIME and the folder of its index in; what the retriever as it is shipped finds out."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from evals.adapters import write_corpus
from evals.figures.figure import Figure
from evals.metrics.retrieval import ndcg
from evals.types import Question, QuestionSet
from rag.config import AskConfig, BuildConfig
from rag.index.local import LocalStore
from rag.ingest.build import build
from rag.models.embedder import reopen_embedder
from rag.retrieval.retriever import Retriever
from rag.types import Query


def build_time(time: QuestionSet, folder: Path, models: Path) -> BuildConfig:
    """Index the articles of TIME below ``folder``."""
    articles = write_corpus(time, folder / "time").parent
    config = BuildConfig(articles, folder / "time-index", models=models)
    build(config)
    return config


def retrieval(time: QuestionSet, config: BuildConfig) -> list[Figure]:
    """Articles found by the queries with an even number, which the fusion was tuned on, and others.

    A judgment of a document that is not in the collection is left out, as everywhere in the evals.
    """
    tuned = [question for question in time.questions if int(question.id) % 2 == 0]
    held_out = [question for question in time.questions if int(question.id) % 2 == 1]
    with LocalStore.open(config.index) as index:
        embedder = reopen_embedder(
            index.model_fingerprint, None, config.models_folder, threads=config.threads
        )
        retriever = Retriever(index, embedder, AskConfig(passages_per_article=1, top_k=10))
        known, new = _mean_ndcg(retriever, tuned), _mean_ndcg(retriever, held_out)
    return [
        Figure("TIME, tuned half of the queries: nDCG@10", f"{known:.3f}", "-", True),
        Figure("TIME, held-out half of the queries: nDCG@10", f"{new:.3f}", ".70", new >= 0.70),
    ]


def _mean_ndcg(retriever: Retriever, questions: Sequence[Question]) -> float:
    return statistics.mean(
        ndcg(
            [
                hit.passage.article.id
                for hit in retriever.retrieve(Query(question.question, question.question))
            ],
            question.grades,
            k=10,
        )
        for question in questions
    )
