"""What a run comes to: means, coverage, ranks and counts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from evals.compare import run_json
from evals.summary import breakdown, counted_cells, first_right_rank, summarise
from evals.types import Outcome, Question
from tests.evals.small import QUESTIONS, run_small, small_set


@pytest.mark.parametrize(
    ("first_answers", "coverage"),
    [
        # Surest first: F1 of the first answer. A threshold may stop after any of them.
        ([1.0, 0.5, 0.5, 0.4, 0.4], 0.6),
        ([1.0, 1.0, 1.0, 0.49, 1.0], 1.0),
        ([0.49, 1.0, 1.0, 0.0, 0.0], 0.0),
    ],
)
def test_coverage_counts_a_first_answer_with_half_the_f1(
    first_answers: list[float], coverage: float
) -> None:
    outcomes = [
        Outcome(
            replace(QUESTIONS[0], half=None),
            {"confidence": 0.9 - 0.1 * place},
            scores={"if_answered": 0.0, "squad2_f1": 0.0, "f1_if_answered": f1},
        )
        for place, f1 in enumerate(first_answers)
    ]
    refused = Outcome(
        replace(QUESTIONS[8], half=None),
        {"confidence": 0.95},
        scores={"if_answered": 0.0, "squad2_f1": 1.0},
    )
    found = summarise([*outcomes, refused])["splits"]["all"]["metrics"]["answerable_coverage_at_80"]
    assert (found["value"], found["n"]) == (coverage, 5)
    assert found["low"] <= coverage <= found["high"]


def test_a_summary_is_deterministic_and_is_json() -> None:
    run = run_small()
    summary = summarise(run.outcomes)
    text = json.dumps(run_json(run, summary), allow_nan=False)
    assert json.loads(text)["summary"] == summary
    assert summarise(run.outcomes) == summary
    assert summary["headline"] == "test"
    assert set(summary["splits"]) == {"test", "dev", "all"}
    for value in summary["splits"]["all"]["metrics"].values():
        assert value["low"] <= value["value"] <= value["high"]


def test_a_summary_of_one_question_of_each_sort_is_json() -> None:
    for question in (
        QUESTIONS[0],
        QUESTIONS[8],
        Question("search", "herring", grades={"market": 1}),
    ):
        summary = summarise(
            run_small(asked_set=small_set(questions=(question,))).outcomes, resamples=20
        )
        json.dumps(summary, allow_nan=False)
        assert summary["splits"]["all"]["questions"] == 1


@pytest.mark.parametrize(
    ("retrieved", "rank"),
    [(("harbour", "bridge"), 1), (("market", "bridge", "harbour"), 3), (("market",), None)],
)
def test_the_rank_of_the_first_right_article(retrieved: tuple[str, ...], rank: int | None) -> None:
    outcome = Outcome(QUESTIONS[0], {}, retrieved=retrieved)
    assert first_right_rank(outcome) == rank


def outcome(writer: str, *, said: bool, right: bool, **question: Any) -> Outcome:
    """An outcome with only the scores that are counted; ``near`` stands for a tempting answer."""
    scores = {"answered": float(said), "correct": float(right)}
    near = question.pop("near_given", None)
    if near is not None:
        scores["near_avoided"] = float(not near)
    asked = Question("q", "?", writer=writer, **question)
    return Outcome(asked, {"confidence": 0.5}, scores=scores, stage="right" if right else "refused")


COUNTED_OUTCOMES = (
    outcome("g", said=True, right=True),
    outcome("g", said=True, right=False, near_given=True, kind="yesno"),
    outcome("g", said=False, right=False, near_given=False, history=("What?",)),
    outcome("h", said=False, right=True, unanswerable=True),
    outcome("h", said=True, right=False, unanswerable=True, in_full="Who was it?"),
)


def test_questions_are_counted_by_kind_by_writer_and_by_how_they_were_asked() -> None:
    found = breakdown(COUNTED_OUTCOMES)
    assert {group: list(parts) for group, parts in found.items()} == {
        "all": ["all"],
        "kind": ["span", "yesno"],
        "writer": ["g", "h"],
        "asked": ["follow-ups", "standalone"],
    }
    assert counted_cells(found["all"]["all"]) == [
        *("5", "40.0 %", "33.3 %", "40.0 %", "50.0 %", "50.0 %", "1 of 2")
    ]
    assert counted_cells(found["writer"]["g"])[:5] == ["3", "33.3 %", "33.3 %", "33.3 %", "0.0 %"]
    assert counted_cells(found["kind"]["yesno"])[4:] == ["–", "–", "1 of 1"]
    assert found["asked"]["follow-ups"]["questions"] == 2


def test_an_error_is_neither_an_answer_nor_a_refusal() -> None:
    scores = {"answered": 0.0, "correct": 0.0, "near_avoided": 0.0}
    failed = Outcome(Question("q", "?", writer="g"), {}, error="fell", scores=scores, stage="error")
    counts = breakdown([failed])["all"]["all"]
    assert (counts["refused"], counts["wrong"], counts["near_given"]) == (0, 0, 0)


def test_only_a_set_with_writers_has_a_breakdown() -> None:
    some = [replace(one, scores={**one.scores, "if_answered": 0.0}) for one in COUNTED_OUTCOMES]
    assert "breakdown" in summarise(some, resamples=5)
    assert "breakdown" not in summarise(run_small().outcomes, resamples=5)
