"""Runs as JSON on disk, and what changed from one run of a set to another.

Two runs are compared question by question: a run with an earlier one, follow-ups with the same
questions written out in full, and variants of the engine with its defaults.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from evals.engine import Settings
from evals.metrics.uncertainty import PairedDifference, Significance, paired_difference, verdict
from evals.run import Run, run_set
from evals.sets import EvalSet, question_json
from evals.summary import ordered
from evals.types import Outcome
from rag.answer.rules.switches import ALL_RULES, RULE_GROUPS
from rag.errors import ConfigError
from rag.retrieval.retriever import reciprocal_rank_fusion

FORMAT = 1
DIGITS = 6
DEFAULT = Settings()
VARIANTS = (
    Settings("dense only", ask={"dense_weight": 1.0}),
    Settings("BM25 only", ask={"dense_weight": 0.0}),
    Settings("reciprocal ranks (RRF)", search={"fusion": reciprocal_rank_fusion}),
    Settings("copies not collapsed", search={"collapse": False}),
    Settings("without prefix", build={"prefix": False}),
    Settings("passages of 100 tokens", build={"max_tokens": 100}),
    Settings("passages of 300 tokens", build={"max_tokens": 300}),
    Settings("one passage per article", ask={"passages_per_article": 1}),
    Settings("whole sentences", ask={"reader": "sentence"}),
    *(
        Settings(f"without {group}", search={"rules": ALL_RULES.without(group)})
        for group in RULE_GROUPS
    ),
)


@dataclass(frozen=True, slots=True)
class Record:
    """What of a run is compared with another: the scores of each question, by id and by name.

    ``corpus`` and ``questions`` are the set's fingerprints, ``index`` that of the index.
    """

    name: str
    corpus: str
    questions: str
    index: str
    settings: Mapping[str, Any]
    scores: Mapping[str, Mapping[str, float]]
    asked: Mapping[str, str]

    @classmethod
    def of(cls, run: Run) -> Self:
        return cls(
            name=run.name,
            corpus=run.corpus,
            questions=run.questions,
            index=run.index.fingerprint,
            settings=run.settings,
            scores={o.question.id: _rounded(o.scores) for o in run.outcomes},
            asked={o.question.id: o.question.question for o in run.outcomes},
        )


def run_json(run: Run, summary: Mapping[str, Any]) -> dict[str, Any]:
    """All of a run, with its summary, as JSON that ``read_record`` reads."""
    return {
        "format": FORMAT,
        "set": run.name,
        "corpus": run.corpus,
        "questions": run.questions,
        "index": {
            "fingerprint": run.index.fingerprint,
            "articles": run.index.articles,
            "passages": run.index.passages,
        },
        "settings": run.settings,
        "warnings": list(run.warnings),
        "broken_quotations": list(run.broken),
        **({"left_out": list(run.left_out)} if run.left_out else {}),
        "peak_memory_mb": run.peak_memory_mb,
        "summary": summary,
        "outcomes": [_outcome_json(outcome) for outcome in run.outcomes],
    }


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "question": question_json(outcome.question),
        "answer": outcome.answer,
        "retrieved": list(outcome.retrieved),
        "passages": [list(passage) for passage in outcome.passages],
        "latency_ms": round(outcome.latency_ms, 2),
        "error": outcome.error,
        "scores": _rounded(outcome.scores),
        "stage": outcome.stage,
    }


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(value), DIGITS) for name, value in sorted(scores.items())}


def read_record(path: Path) -> Record:
    """What is compared of a run written by ``python -m evals run``.

    Raises ConfigError for a file that is not such a run.
    """
    try:
        values = json.loads(path.read_text("utf-8"))
        if values["format"] != FORMAT:
            raise ValueError(f"its format is {values['format']}, not {FORMAT}")
        outcomes = values["outcomes"]
        return Record(
            name=values["set"],
            corpus=values["corpus"],
            questions=values["questions"],
            index=values["index"]["fingerprint"],
            settings=values["settings"],
            scores={o["question"]["id"]: o["scores"] for o in outcomes},
            asked={o["question"]["id"]: o["question"]["question"] for o in outcomes},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{str(path)!r} is not the JSON of a run ({error}); "
            "make one with: python -m evals run SET --json FILE"
        ) from error


@dataclass(frozen=True, slots=True)
class Difference:
    """How a metric changed over the questions that both runs have it for.

    Higher is better for every metric of a question.
    """

    metric: str
    before: float
    after: float
    found: PairedDifference

    @property
    def verdict(self) -> Significance:
        return verdict(self.found)


@dataclass(frozen=True, slots=True)
class RunComparison:
    """``gained`` and ``lost`` are the questions, by id, that became right, or wrong."""

    differences: tuple[Difference, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def compare(before: Record, after: Record) -> RunComparison:
    """Compare question by question. Raises ConfigError when the questions are not the same."""
    if (before.questions, before.corpus) != (after.questions, after.corpus):
        raise ConfigError(
            f"The runs are over different questions or articles ({before.name!r} and "
            f"{after.name!r}), so they cannot be compared; run both over the same set."
        )
    names = metrics(before) & metrics(after)
    return RunComparison(
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


def compare_in_full(asked: EvalSet, run: Callable[[EvalSet], Run]) -> RunComparison:
    """What ``run`` makes of the follow-ups of a set, before, and of the same in full, after.

    Raises ConfigError when the set has no follow-up that is written out in full.
    """
    follow_ups = tuple(question for question in asked.questions if question.in_full)
    if not follow_ups:
        raise ConfigError(
            f"The set {asked.name!r} has no follow-up with a text in 'in_full'; add that field to "
            "questions that have a 'history'."
        )
    part = replace(asked, questions=follow_ups)
    before, after = Record.of(run(part)), Record.of(run(part.in_full()))
    return compare(before, replace(after, questions=before.questions))


def ablate(
    asked: EvalSet,
    *,
    work: Path,
    models: Path,
    variants: Sequence[Settings] = VARIANTS,
    say: Callable[[str], None] = lambda message: None,
) -> Mapping[str, tuple[Difference, ...]]:
    """The default compared with itself, then each variant with it, by name.

    Raises a RagError when an index can be neither built nor opened.
    """

    def record(settings: Settings) -> Record:
        say(f"{asked.name}: {settings.name}")
        run = run_set(asked, work=work, models=models, settings=settings)
        for warning in run.warnings:
            say(warning)
        return Record.of(run)

    base = record(DEFAULT)
    return {
        "default: min–max, 200 tokens, spans": compare(base, base).differences,
        **{one.name: compare(base, record(one)).differences for one in variants},
    }
