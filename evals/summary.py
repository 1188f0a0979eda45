"""Outcomes in; what they come to, with 95 % intervals, as a plain value that JSON can hold, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from math import isnan
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from evals.metrics import abstention
from evals.metrics.answers import best_threshold
from evals.metrics.latency import percentile
from evals.metrics.uncertainty import Interval, bootstrap, bootstrap_mean
from evals.sets import SPLITS
from evals.types import Outcome, Question, Stage
from rag.types import Kind

F1_IS_RIGHT = 0.5
DIGITS = 6
RANKS = 10
CURVE_POINTS = 400
PERCENTILES = (50, 95, 99)

Json = dict[str, Any]
Floats = NDArray[np.float64]
Columns = tuple[Floats, Floats, Floats]
Statistic = Callable[[Floats, Floats, Floats], float]

# Of how sure each answer was, whether it is right if given, and whether there is an answer at all.
ABSTENTION: Mapping[str, Statistic] = {
    "aurc": lambda sure, right, can: abstention.aurc(sure, right),
    "coverage_at_80": lambda sure, right, can: abstention.coverage_at(sure, right, 0.8),
    "coverage_at_90": lambda sure, right, can: abstention.coverage_at(sure, right, 0.9),
    "refused_at_5": lambda sure, right, can: abstention.refused_at(sure, can, 0.05),
    "auroc": lambda sure, right, can: abstention.auroc(sure, right),
    "ece": lambda sure, right, can: abstention.expected_calibration_error(
        abstention.reliability_bins(sure, right)
    ),
}
# A mean of absolute values is larger in every resample than it would be without chance.
PUSHED = frozenset({"ece"})


def summarise(outcomes: Sequence[Outcome]) -> Json:
    """Every half that has questions, and all together; ``headline`` names the part to quote.

    The same outcomes, but for their latencies, give the same value but for ``latency_ms``.
    """
    parts = {str(half): [o for o in outcomes if o.question.half == half] for half in SPLITS}
    splits = {name: _slice(part) for name, part in parts.items() if part}
    splits["all"] = _slice(outcomes)
    return {"headline": next(iter(splits)), "splits": splits}


def _slice(outcomes: Sequence[Outcome]) -> Json:
    by_kind = {kind: [o for o in outcomes if o.question.kind == kind] for kind in get_args(Kind)}
    return {
        "questions": len(outcomes),
        "metrics": _means(outcomes) | _abstention(outcomes),
        "kinds": {
            kind: {"questions": len(part), "metrics": _means(part)}
            for kind, part in by_kind.items()
            if part
        },
        "stages": _stages(outcomes),
        "ranks": _ranks(outcomes),
        "risk_coverage": _curve(outcomes),
        "reliability": _reliability(outcomes),
        "latency_ms": _latency(outcomes),
    }


def _means(outcomes: Sequence[Outcome]) -> Json:
    """The mean of each score over the questions that have it."""
    names = sorted({name for outcome in outcomes for name in outcome.scores})
    return _known(
        {
            name: bootstrap_mean([o.scores[name] for o in outcomes if name in o.scores])
            for name in names
        }
    )


def _abstention(outcomes: Sequence[Outcome]) -> Json:
    """What confidence is worth; nothing for searches, which have no answers."""
    answered = _answered(outcomes)
    columns = _columns(answered)
    found = {name: _interval(name, columns) for name in ABSTENTION}
    return _known(found | _best_f1(answered) | _first_answers(answered))


def _interval(name: str, columns: Columns) -> Interval:
    (sure, right, can), statistic = columns, ABSTENTION[name]
    return bootstrap(
        lambda drawn: statistic(sure[drawn], right[drawn], can[drawn]),
        len(sure),
        basic=name in PUSHED,
    )


def _best_f1(outcomes: Sequence[Outcome]) -> dict[str, Interval]:
    """SQuAD 2.0's best F1, of the questions that have one."""
    asked = [o for o in outcomes if "squad2_f1" in o.scores]
    sure, _, can = _columns(asked)
    worth = np.array([o.scores.get("f1_if_answered", 0.0) for o in asked])
    return {
        "squad2_f1_best": bootstrap(
            lambda drawn: best_threshold(sure[drawn], worth[drawn], can[drawn]).score,
            len(asked),
            basic=True,
        )
    }


def _first_answers(outcomes: Sequence[Outcome]) -> dict[str, Interval]:
    """Coverage at 80 % accuracy of answerable questions, where an F1 of at least .5 is right.

    The coverage of Kamath, Jia and Liang 2020, arXiv:2006.09462.
    """
    asked = [o for o in outcomes if "f1_if_answered" in o.scores]
    sure, _, _ = _columns(asked)
    right = np.array([float(o.scores["f1_if_answered"] >= F1_IS_RIGHT) for o in asked])
    return {
        "answerable_coverage_at_80": bootstrap(
            lambda drawn: abstention.coverage_at(sure[drawn], right[drawn], 0.8), len(asked)
        )
    }


def _answered(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if "if_answered" in outcome.scores]


def _columns(outcomes: Sequence[Outcome]) -> Columns:
    return (
        np.array([float(o.answer.get("confidence", 0.0)) for o in outcomes]),
        np.array([o.scores["if_answered"] for o in outcomes]),
        np.array([float(not o.question.unanswerable) for o in outcomes]),
    )


def _known(found: Mapping[str, Interval]) -> Json:
    """Without the values that nothing can be said of."""
    return {
        name: {
            "value": round(one.value, DIGITS),
            "low": round(one.low, DIGITS),
            "high": round(one.high, DIGITS),
            "n": one.count,
        }
        for name, one in found.items()
        if not isnan(one.value) and not isnan(one.low)
    }


def _stages(outcomes: Sequence[Outcome]) -> Json:
    counts = Counter(outcome.stage for outcome in outcomes)
    return {stage: counts[stage] for stage in get_args(Stage)}


def _ranks(outcomes: Sequence[Outcome]) -> Json:
    """How often the first right article had each rank, of the questions that have one."""
    ranks = Counter(first_right_rank(o) for o in outcomes if "article_hit@1" in o.scores)
    later = sum(count for rank, count in ranks.items() if rank is not None and rank > RANKS)
    names: Json = {str(rank): ranks[rank] for rank in range(1, RANKS + 1)}
    return {**names, f"{RANKS + 1}+": later, "none": ranks[None]}


def right_articles(question: Question) -> set[str]:
    """The articles that hold an answer, or are relevant to a search."""
    return {*question.articles, *(name for name, grade in question.grades.items() if grade > 0)}


def first_right_rank(outcome: Outcome) -> int | None:
    """The rank, from 1, of the first right article that was found; None when there is none."""
    right = right_articles(outcome.question)
    return next((rank for rank, name in enumerate(outcome.retrieved, 1) if name in right), None)


def _curve(outcomes: Sequence[Outcome]) -> Json:
    """The risk-coverage curve, thinned to what can be drawn."""
    sure, right, _ = _columns(_answered(outcomes))
    curve = abstention.risk_coverage(sure, right)
    last = len(curve.risk) - 1
    points = np.unique(np.linspace(0, last, min(last + 1, CURVE_POINTS)).round().astype(int))
    return {
        "coverage": curve.coverage[points].round(DIGITS).tolist(),
        "risk": curve.risk[points].round(DIGITS).tolist(),
    }


def _reliability(outcomes: Sequence[Outcome]) -> list[Json]:
    sure, right, _ = _columns(_answered(outcomes))
    bins = abstention.reliability_bins(sure, right)
    return [
        {name: round(value, DIGITS) for name, value in asdict(one).items()}
        for one in bins
        if one.count
    ]


def _latency(outcomes: Sequence[Outcome]) -> Json:
    """Percentiles of the time from question to answer, of the questions without an error."""
    times = np.array([o.latency_ms for o in outcomes if not o.error])
    return _known({f"p{percent}": _percentile(times, percent) for percent in PERCENTILES})


def _percentile(times: Floats, percent: int) -> Interval:
    return bootstrap(lambda drawn: percentile(times[drawn].tolist(), percent), len(times))
