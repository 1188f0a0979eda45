"""Comparing: two records of the same questions in; what changed, and whether it is noise, out."""

from __future__ import annotations

from dataclasses import dataclass

from evals.metrics.uncertainty import PairedDifference, Verdict, paired_difference, verdict
from evals.names import ordered
from evals.record import Record
from rag.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Difference:
    """How a metric changed over the questions that both runs have it for; ``found`` says by what.

    Higher is better for every metric of a question.
    """

    metric: str
    before: float
    after: float
    found: PairedDifference

    @property
    def verdict(self) -> Verdict:
        return verdict(self.found)


@dataclass(frozen=True, slots=True)
class Compared:
    """``gained`` and ``lost`` are the questions, by id, that became right, or wrong."""

    differences: tuple[Difference, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def compare(before: Record, after: Record) -> Compared:
    """Compare question by question. Raises ConfigError when the questions are not the same."""
    if (before.questions, before.corpus) != (after.questions, after.corpus):
        raise ConfigError(
            f"The runs are over different questions or articles ({before.name!r} and "
            f"{after.name!r}), so they cannot be compared; run both over the same set."
        )
    names = metrics(before) & metrics(after)
    return Compared(
        tuple(difference(before, after, name) for name in ordered(list(names))),
        gained=_became(after, before, right=True),
        lost=_became(after, before, right=False),
    )


def difference(before: Record, after: Record, metric: str) -> Difference:
    """The change of one metric over the questions that both have it for, at least one."""
    ids = [
        question_id
        for question_id, scores in before.scores.items()
        if metric in scores and metric in after.scores.get(question_id, {})
    ]
    was = [before.scores[question_id][metric] for question_id in ids]
    now = [after.scores[question_id][metric] for question_id in ids]
    return Difference(metric, sum(was) / len(was), sum(now) / len(now), paired_difference(was, now))


def metrics(record: Record) -> set[str]:
    """The metrics that any question of a record has."""
    return {name for scores in record.scores.values() for name in scores}


def _became(after: Record, before: Record, *, right: bool) -> tuple[str, ...]:
    return tuple(
        question_id
        for question_id, scores in after.scores.items()
        if "correct" in scores
        and bool(scores["correct"]) == right
        and bool(before.scores[question_id]["correct"]) != right
    )
