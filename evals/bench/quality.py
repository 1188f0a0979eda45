"""What systems found and said, and what is right, in; metrics with intervals, and beside
Dateline's, out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from evals.bench.corpora import Corpus
from evals.bench.results import Asked
from evals.bench.systems import DATELINE
from evals.metrics.answers import exact_match, f1
from evals.metrics.retrieval import ndcg, recall_at, reciprocal_rank
from evals.metrics.uncertainty import Interval, bootstrap_mean, paired_difference, verdict
from evals.types import Question

Score = Callable[[Question, Asked], float]

_RANKED: Mapping[str, Callable[[Sequence[str], Mapping[str, int]], float]] = {
    "Recall@10": partial(recall_at, k=10),
    "MRR@10": partial(reciprocal_rank, k=10),
    "nDCG@10": partial(ndcg, k=10),
}


@dataclass(frozen=True, slots=True)
class Quality:
    """A metric of one system: its mean with the 95 % interval, and how that is beside Dateline's.

    ``beside`` is "better", "worse" or "inside the noise" by a paired test over the same questions;
    empty for Dateline itself.
    """

    metric: str
    system: str
    mean: Interval
    beside: str


def held_out(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The queries of TIME with an odd number: Dateline's search was tuned on the others."""
    return tuple(one for one in questions if one.id.isdigit() and int(one.id) % 2)


def qualities(
    corpus: Corpus, questions: Sequence[Question], asked: Mapping[str, Asked]
) -> list[Quality]:
    """Every metric that the corpus allows, of every system, over ``questions``."""
    scores: dict[str, Score] = {}
    if corpus.plan.kind == "judged":
        scores = {name: partial(_ranked, metric) for name, metric in _RANKED.items()}
    if corpus.plan.kind == "reading":
        scores = {"EM": partial(_said, exact_match), "F1": partial(_said, f1)}
    return [one for name, score in scores.items() for one in _beside(name, score, questions, asked)]


def _beside(
    name: str, score: Score, questions: Sequence[Question], asked: Mapping[str, Asked]
) -> list[Quality]:
    values = {system: [score(one, own) for one in questions] for system, own in asked.items()}
    base = values.get(DATELINE.name)
    return [
        Quality(
            name,
            system,
            bootstrap_mean(own),
            verdict(paired_difference(base, own)) if base and system != DATELINE.name else "",
        )
        for system, own in values.items()
    ]


def _ranked(
    metric: Callable[[Sequence[str], Mapping[str, int]], float], question: Question, asked: Asked
) -> float:
    return metric(asked.found.get(question.id, ()), question.grades)


def _said(metric: Callable[[str, Sequence[str]], float], question: Question, asked: Asked) -> float:
    """As SQuAD 2.0 has it: no answer is right where there is none."""
    golds = [gold.text for gold in question.answers]
    return metric(asked.answers.get(question.id, ""), golds)
