"""Metrics of a whole run: means with 95 % intervals, calibration, and counts by kind and writer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from evals.metrics import abstention
from evals.metrics.answers import best_threshold
from evals.metrics.uncertainty import RESAMPLES, Interval, bootstrap, bootstrap_mean, percentile
from evals.sets import SPLITS
from evals.types import Outcome, Question, Stage
from rag.types import Kind

# What is shown large, as far as there is room; by kind of question; what the gate watches; what
# ablations show.
LARGE = ("correct_answerable", "correct_unanswerable", "article_hit@10", "ece", "squad2_f1",
         "article_ndcg@10", "article_hit@1")  # fmt: skip
SLICED = ("correct", "correct_answerable", "correct_unanswerable", "citation_right",
          "article_hit@10", "kind_right")  # fmt: skip
KEYS = ("correct", "correct_answerable", "correct_unanswerable", "if_answered", "citation_right",
        "sentence_holds", "article_recall@10", "article_ndcg@10", "passage_ndcg@10",
        "window_right", "kind_right")  # fmt: skip
ABLATED = ("correct", "if_answered", "citation_right", "sentence_holds", "article_hit@1",
           "article_ndcg@10", "passage_ndcg@10")  # fmt: skip
COUNTED = (
    "questions", "right", "of the answerable", "wrong answers", "refusal precision",
    "refusal recall", "tempting answers given",
)  # fmt: skip
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


@dataclass(frozen=True, slots=True)
class Metric:
    """``name`` is that in the scores; ``label`` is for people. A share is written in per cent."""

    name: str
    label: str
    share: bool = True

    def write(self, value: float) -> str:
        return f"{100 * value:.1f} %" if self.share else f"{value:.3f}"


GROUPS: tuple[tuple[str, tuple[Metric, ...]], ...] = (
    (
        "Answers",
        (
            Metric("correct", "right, of all questions"),
            Metric("correct_answerable", "right, of those that have an answer"),
            Metric("correct_unanswerable", "refused, of those that have none"),
            Metric("if_answered", "right, were nothing refused"),
            Metric("answered", "answered at all"),
            Metric("em", "exact match"),
            Metric("f1", "F1 of the words"),
            Metric("em_if_answered", "exact match, were nothing refused"),
            Metric("f1_if_answered", "F1 of the words, were nothing refused"),
            Metric("squad2_em", "SQuAD 2.0 exact match"),
            Metric("squad2_f1", "SQuAD 2.0 F1"),
            Metric("squad2_f1_best", "SQuAD 2.0 F1, best threshold"),
            Metric("label_right", "yes or no right"),
            Metric("committed", "committed to yes or no"),
            Metric("latest_right", "newest article first, where the latest is asked for"),
            Metric("when_right", "date right"),
            Metric("list_f1", "F1 of lists"),
            Metric("dates_f1", "F1 of timelines' dates"),
            Metric("near_avoided", "tempting wrong answer not given"),
            Metric("kind_right", "kind of question understood"),
            Metric("window_right", "time asked for understood"),
        ),
    ),
    (
        "Evidence",
        (
            Metric("citation_right", "first source is a right article"),
            Metric("citation_precision", "sources that are right articles"),
            Metric("sentence_holds", "sentence shown holds the answer"),
            Metric("containment", "any sentence shown holds the answer"),
            Metric("iou", "overlap of quotation and answer", share=False),
        ),
    ),
    (
        "Retrieval",
        (
            Metric("article_hit@1", "right article first"),
            Metric("article_hit@10", "right article in ten"),
            Metric("article_recall@10", "right articles found in ten"),
            Metric("article_mrr@10", "articles, MRR@10", share=False),
            Metric("article_map@10", "articles, MAP@10", share=False),
            Metric("article_ndcg@10", "articles, nDCG@10", share=False),
            Metric("passage_hit@10", "right passage in ten"),
            Metric("passage_recall@10", "right passages found in ten"),
            Metric("passage_mrr@10", "passages, MRR@10", share=False),
            Metric("passage_map@10", "passages, MAP@10", share=False),
            Metric("passage_ndcg@10", "passages, nDCG@10", share=False),
        ),
    ),
    (
        "Knowing when not to answer",
        (
            Metric("coverage_at_80", "answered, when 80 % are to be right"),
            Metric("coverage_at_90", "answered, when 90 % are to be right"),
            Metric("answerable_coverage_at_80", "the answerable, when 80 % are to have F1 ≥ .5"),
            Metric("refused_at_5", "unanswerable refused at 5 % false refusals"),
            Metric("auroc", "AUROC of the confidence", share=False),
            Metric("aurc", "area under risk and coverage (less is better)", share=False),
            Metric("ece", "calibration error (less is better)", share=False),
        ),
    ),
)
METRICS = {metric.name: metric for _, metrics in GROUPS for metric in metrics}


def named(name: str) -> Metric:
    """The metric called so; one without a name for people goes by its own."""
    return METRICS.get(name, Metric(name, name, share=False))


def ordered(names: Sequence[str]) -> list[str]:
    """Names in the order in which people read them, unknown ones last."""
    places = {name: place for place, name in enumerate(METRICS)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of some questions.

    ``answerable`` have an answer, ``near`` a tempting wrong one. ``refused`` were not answered, and
    ``rightly_refused`` of them have no answer. ``wrong`` were answered, but not rightly;
    ``near_given`` of them with the tempting wrong answer.
    """

    questions: int
    right: int
    answerable: int
    answerable_right: int
    refused: int
    rightly_refused: int
    wrong: int
    near: int
    near_given: int


def breakdown(outcomes: Sequence[Outcome]) -> dict[str, dict[str, dict[str, Any]]]:
    """Counts by name, in groups: all together, by kind, by writer, alone or as a follow-up."""
    groups: dict[str, dict[str, list[Outcome]]] = {"all": {"all": list(outcomes)}}
    for outcome in outcomes:
        for group, name in _places(outcome.question):
            groups.setdefault(group, {}).setdefault(name, []).append(outcome)
    order = {kind: place for place, kind in enumerate(get_args(Kind))}
    return {
        group: {
            name: asdict(count(parts[name]))
            for name in sorted(parts, key=lambda name: (order.get(name, 0), name))
        }
        for group, parts in groups.items()
    }


def count(outcomes: Sequence[Outcome]) -> Counts:
    """The counts of these outcomes; an error is neither an answer nor a refusal."""
    asked = [outcome for outcome in outcomes if "correct" in outcome.scores]
    refused = [o for o in asked if not o.scores["answered"] and not o.error]
    return Counts(
        questions=len(asked),
        right=_right(asked),
        answerable=sum(not o.question.unanswerable for o in asked),
        answerable_right=_right([o for o in asked if not o.question.unanswerable]),
        refused=len(refused),
        rightly_refused=sum(o.question.unanswerable for o in refused),
        wrong=sum(bool(o.scores["answered"]) and not o.scores["correct"] for o in asked),
        near=sum("near_avoided" in o.scores for o in asked),
        near_given=sum(near_given(o) for o in asked),
    )


def counted_cells(one: Mapping[str, int]) -> list[str]:
    """The figures that ``COUNTED`` names, of counts as JSON; a dash where there is none.

    Refusal precision is the share of refused questions that have no answer, refusal recall the
    share of questions without an answer that were refused.
    """
    unanswerable = one["questions"] - one["answerable"]
    return [
        str(one["questions"]),
        _share(one["right"], one["questions"]),
        _share(one["answerable_right"], one["answerable"]),
        _share(one["wrong"], one["questions"]),
        _share(one["rightly_refused"], one["refused"]),
        _share(one["rightly_refused"], unanswerable),
        f"{one['near_given']} of {one['near']}" if one["near"] else "–",
    ]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def near_given(outcome: Outcome) -> bool:
    """Whether the tempting wrong answer was given."""
    return not outcome.error and not outcome.scores.get("near_avoided", 1.0)


def _right(outcomes: Sequence[Outcome]) -> int:
    return sum(bool(outcome.scores["correct"]) for outcome in outcomes)


def _places(question: Question) -> Iterator[tuple[str, str]]:
    yield "kind", question.kind
    if question.writer:
        yield "writer", question.writer
    follow_up = bool(question.history or question.in_full)
    yield "asked", "follow-ups" if follow_up else "standalone"


def summarise(outcomes: Sequence[Outcome], *, resamples: int = RESAMPLES) -> Json:
    """Every half that has questions, and all together; ``headline`` names the part to quote.

    Of questions with writers, ``breakdown`` has the counts by kind and by writer. The same
    outcomes, but for their latencies, give the same value but for ``latency_ms``. Intervals are
    from so many ``resamples``.
    """
    parts = {str(half): [o for o in outcomes if o.question.half == half] for half in SPLITS}
    splits = {name: _slice(part, resamples) for name, part in parts.items() if part}
    splits["all"] = _slice(outcomes, resamples)
    summary: Json = {"headline": next(iter(splits)), "splits": splits}
    if any(outcome.question.writer for outcome in outcomes):
        summary["breakdown"] = breakdown(outcomes)
    return summary


def _slice(outcomes: Sequence[Outcome], resamples: int) -> Json:
    by_kind = {kind: [o for o in outcomes if o.question.kind == kind] for kind in get_args(Kind)}
    return {
        "questions": len(outcomes),
        "metrics": _means(outcomes, resamples) | _abstention(outcomes, resamples),
        "kinds": {
            kind: {"questions": len(part), "metrics": _means(part, resamples)}
            for kind, part in by_kind.items()
            if part
        },
        "stages": _stages(outcomes),
        "ranks": _ranks(outcomes),
        "risk_coverage": _curve(outcomes),
        "reliability": _reliability(outcomes),
        "latency_ms": _latency(outcomes, resamples),
    }


def _means(outcomes: Sequence[Outcome], resamples: int) -> Json:
    """The mean of each score over the questions that have it."""
    names = sorted({name for outcome in outcomes for name in outcome.scores})
    return _known(
        {
            name: bootstrap_mean(
                [o.scores[name] for o in outcomes if name in o.scores], resamples=resamples
            )
            for name in names
        }
    )


def _abstention(outcomes: Sequence[Outcome], resamples: int) -> Json:
    """What confidence is worth; nothing for searches, which have no answers."""
    answered = _answered(outcomes)
    columns = _columns(answered)
    found = {name: _interval(name, columns, resamples) for name in ABSTENTION}
    return _known(found | _best_f1(answered, resamples) | _first_answers(answered, resamples))


def _interval(name: str, columns: Columns, resamples: int) -> Interval:
    (sure, right, can), statistic = columns, ABSTENTION[name]
    return bootstrap(
        lambda drawn: statistic(sure[drawn], right[drawn], can[drawn]),
        len(sure),
        basic=name in PUSHED,
        resamples=resamples,
    )


def _best_f1(outcomes: Sequence[Outcome], resamples: int) -> dict[str, Interval]:
    """SQuAD 2.0's best F1, of the questions that have one."""
    asked = [o for o in outcomes if "squad2_f1" in o.scores]
    sure, _, can = _columns(asked)
    worth = np.array([o.scores.get("f1_if_answered", 0.0) for o in asked])
    return {
        "squad2_f1_best": bootstrap(
            lambda drawn: best_threshold(sure[drawn], worth[drawn], can[drawn]).score,
            len(asked),
            basic=True,
            resamples=resamples,
        )
    }


def _first_answers(outcomes: Sequence[Outcome], resamples: int) -> dict[str, Interval]:
    """Coverage at 80 % accuracy of answerable questions, where an F1 of at least .5 is right.

    The coverage of Kamath, Jia and Liang 2020, arXiv:2006.09462.
    """
    asked = [o for o in outcomes if "f1_if_answered" in o.scores]
    sure, _, _ = _columns(asked)
    right = np.array([float(o.scores["f1_if_answered"] >= F1_IS_RIGHT) for o in asked])
    return {
        "answerable_coverage_at_80": bootstrap(
            lambda drawn: abstention.coverage_at(sure[drawn], right[drawn], 0.8),
            len(asked),
            resamples=resamples,
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


def _latency(outcomes: Sequence[Outcome], resamples: int) -> Json:
    """Percentiles of the time from question to answer, of the questions without an error."""
    times = np.array([o.latency_ms for o in outcomes if not o.error])
    return _known(
        {f"p{percent}": _percentile(times, percent, resamples) for percent in PERCENTILES}
    )


def _percentile(times: Floats, percent: int, resamples: int) -> Interval:
    return bootstrap(
        lambda drawn: percentile(times[drawn].tolist(), percent), len(times), resamples=resamples
    )
