"""Scores by kind of question: yes and no, when, lists, timelines, the latest, passages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from evals.scoring import score, stage
from evals.types import Gold, Question
from rag.types import Window
from tests.evals.flood import (
    FOUND,
    NOTHING,
    TEN,
    UNANSWERABLE,
    cited,
    evidence,
    said,
)


@pytest.mark.parametrize(
    ("label", "text", "article", "right", "committed", "correct"),
    [
        ("yes", "yes", "flood", 1, 1, 1),
        ("yes", "no", "flood", 0, 1, 0),
        ("yes", "yes", "other", 1, 1, 0),
        ("yes", "unclear", "flood", 0, 0, 0),
        ("unclear", "unclear", "flood", 1, 0, 1),
        ("unclear", "yes", "flood", 0, 1, 0),
        ("yes", "It was so.", "flood", 0, 0, 0),
    ],
)
def test_yes_and_no(
    label: str, text: str, article: str, right: float, committed: float, correct: float
) -> None:
    answer = said(cited("ten", article), kind="yesno", text=text)
    scores = score(evidence("yesno", label=label), answer, *FOUND)
    assert (scores["label_right"], scores["committed"], scores["correct"]) == (
        right,
        committed,
        correct,
    )


def test_unclear_is_no_answer_unless_it_is_the_right_one() -> None:
    unclear = said(cited("ten"), kind="yesno", text="unclear")
    unanswerable = replace(UNANSWERABLE, kind="yesno")
    assert score(unanswerable, unclear, *FOUND)["correct"] == 1
    assert score(unanswerable, said(cited("ten"), kind="yesno", text="no"), *FOUND)["correct"] == 0
    assert score(evidence("yesno", label="unclear"), NOTHING, *FOUND)["label_right"] == 0
    wanted = evidence("yesno", label="yes")
    scores = score(wanted, unclear, *FOUND)
    assert scores["answered"] == 0
    assert stage(wanted, unclear, scores, *FOUND) == "refused"


@pytest.mark.parametrize(
    ("text", "article", "right", "correct"),
    [
        ("2023-03-12", "flood", 1, 1),
        ("2023-03", "flood", 0, 0),
        ("2023-03-12", "other", 1, 0),
        ("on Sunday", "flood", 0, 0),
    ],
)
def test_when(text: str, article: str, right: float, correct: float) -> None:
    question = evidence("when", when=Window(date(2023, 3, 12), date(2023, 3, 13)))
    scores = score(question, said(cited("ten", article), kind="when", text=text), *FOUND)
    assert (scores["when_right"], scores["correct"]) == (right, correct)


@pytest.mark.parametrize(
    ("quotes", "list_f1", "correct"),
    [(("a1", "b2", "c3"), 1, 1), (("a1", "b2"), 0.8, 1), (("a1",), 0.5, 0), (("a1", "x"), 0.4, 0)],
)
def test_lists(quotes: tuple[str, ...], list_f1: float, correct: float) -> None:
    golds = [Gold(text, "flood", 0, 2) for text in ("a1", "b2", "c3", "c3")]
    answer = said(*map(cited, quotes), kind="list", text="; ".join(quotes))
    scores = score(evidence("list", *golds, all_answers=True), answer, *FOUND)
    assert scores["list_f1"] == pytest.approx(list_f1)
    assert scores["correct"] == correct


@pytest.mark.parametrize(
    ("entries", "dates_f1", "precision", "correct"),
    [
        ([("flood", "2023-03-12"), ("flood", "2023-03-13")], 1, 1, 1),
        ([("flood", "2023-03-12"), ("other", "2023-05-01")], 1 / 2, 1 / 2, 1),
        ([("other", "2023-03-12"), ("other", "2023-03-13")], 1, 0, 0),
        ([("flood", "2023-05-01")], 0, 1, 0),
    ],
)
def test_timelines(
    entries: list[tuple[str, str]], dates_f1: float, precision: float, correct: float
) -> None:
    question = evidence("timeline", dates=(date(2023, 3, 12), date(2023, 3, 13)))
    answer = said(*(cited("ten", name, published=day) for name, day in entries), kind="timeline")
    scores = score(question, answer, *FOUND)
    assert scores["dates_f1"] == pytest.approx(dates_f1)
    assert scores["citation_precision"] == pytest.approx(precision)
    assert scores["correct"] == correct


def test_the_latest_comes_from_the_newest_article() -> None:
    question = Question(
        *("q", "Who?", "latest", (TEN, Gold("ten", "older", 0, 3)), ("flood", "older")),
        newest=("flood",),
    )
    new = score(question, said(cited("ten"), kind="latest"), *FOUND)
    old = score(question, said(cited("ten", "older"), kind="latest"), *FOUND)
    assert (new["latest_right"], new["correct"]) == (1, 1)
    assert (old["latest_right"], old["correct"]) == (0, 1)


@pytest.mark.parametrize(
    ("citations", "held", "contained", "correct"),
    [
        ([cited("flood")], 1, 1, 1),
        ([cited("years", sentence="It was the worst in years."), cited("ten")], 0, 1, 0),
        ([cited("years", sentence="It was the worst in years.")], 0, 0, 0),
    ],
)
def test_a_passage_is_judged_by_the_sentence_shown(
    citations: list[dict[str, Any]], held: float, contained: float, correct: float
) -> None:
    scores = score(evidence("passage"), said(*citations, kind="passage"), *FOUND)
    assert scores["sentence_holds"] == held
    assert scores["containment"] == contained
    assert scores["correct"] == correct


@pytest.mark.parametrize(
    ("citations", "correct"),
    [
        ([cited("years", sentence="It was bad."), cited("ten")], 1),
        ([cited("ten"), cited("ten", "x")], 1),
        ([cited("ten"), cited("ten", "x"), cited("ten", "y")], 0),
        ([cited("years", sentence="It was bad.")], 0),
    ],
)
def test_a_summary_may_say_it_anywhere(citations: list[dict[str, Any]], correct: float) -> None:
    assert (
        score(evidence("summary"), said(*citations, kind="summary"), *FOUND)["correct"] == correct
    )
