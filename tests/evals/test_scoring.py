"""Scores of spans, refusals, windows and searches, and where a wrong answer was lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from evals.scoring import score, stage
from evals.types import Gold, Question, Stage
from rag.types import Window
from tests.evals.flood import (
    APRIL_JSON,
    FOUND,
    LOST,
    MARCH,
    MARCH_JSON,
    NOTHING,
    SPAN,
    TEN,
    UNANSWERABLE,
    cited,
    evidence,
    said,
)


def test_a_right_span() -> None:
    scores = score(SPAN, said(cited("ten")), *FOUND)
    ranking = {name: value for name, value in scores.items() if "@" in name}
    assert set(ranking.values()) == {1.0}
    assert len(ranking) == 18
    assert {name: value for name, value in scores.items() if name not in ranking} == {
        "answered": 1,
        "kind_right": 1,
        "em": 1,
        "f1": 1,
        "squad2_em": 1,
        "squad2_f1": 1,
        "citation_right": 1,
        "citation_precision": 1,
        "sentence_holds": 1,
        "iou": 1,
        "correct": 1,
    }


@pytest.mark.parametrize(
    ("citation", "changed"),
    [
        (cited("ten people"), {"em": 0, "f1": 2 / 3, "iou": 3 / 10}),
        (cited("flood"), {"em": 0, "f1": 0, "iou": 0, "correct": 0}),
        (
            cited("ten", "other"),
            {"citation_right": 0, "citation_precision": 0, "sentence_holds": 0, "iou": 0}
            | {"correct": 0},
        ),
        (cited("ten", sentence="It was often so."), {"sentence_holds": 0}),
    ],
)
def test_a_span_that_is_not_quite_it(citation: dict[str, Any], changed: dict[str, float]) -> None:
    right = score(SPAN, said(cited("ten")), *FOUND)
    scores = score(SPAN, said(citation), *FOUND)
    wanted = right | changed
    wanted |= {f"squad2_{name}": wanted[name] for name in ("em", "f1")}
    assert scores == pytest.approx(wanted)


def test_a_refusal_is_wrong_of_an_answerable_question() -> None:
    scores = score(SPAN, NOTHING, *FOUND)
    assert scores["article_mrr@10"] == 1
    assert {v for name, v in scores.items() if "@" not in name and name != "kind_right"} == {0.0}
    assert "citation_precision" not in scores


def test_a_refusal_is_right_of_an_unanswerable_question() -> None:
    right = {"answered": 0, "kind_right": 1, "squad2_em": 1, "squad2_f1": 1, "correct": 1}
    assert score(UNANSWERABLE, NOTHING, *FOUND) == right
    wrong = {"answered": 1, "kind_right": 1, "squad2_em": 0, "squad2_f1": 0, "correct": 0}
    assert score(UNANSWERABLE, said(cited("ten")), *FOUND) == wrong


@pytest.mark.parametrize(("window", "right"), [(MARCH_JSON, 1), (APRIL_JSON, 0), (None, 0)])
def test_window(window: dict[str, str] | None, right: float) -> None:
    question = replace(SPAN, window=MARCH)
    assert score(question, said(cited("ten"), window=window), *FOUND)["window_right"] == right
    assert score(question, NOTHING | {"window": window}, *FOUND)["window_right"] == right


def test_the_window_of_as_of_is_not_judged() -> None:
    question = replace(SPAN, as_of=date(2023, 3, 14))
    answer = NOTHING | {"window": {"after": None, "before": "2023-03-15", "said": ""}}
    scores = score(question, answer, *LOST)
    assert "window_right" not in scores
    assert stage(question, answer, scores, *LOST) == "not_retrieved"


def test_a_search_has_retrieval_metrics_only() -> None:
    question = Question("q", "BRIDGES", "passage", grades={"a": 2, "b": 0}, articles=("a",))
    scores = score(question, said(cited("ten")), ["b", "a"], [("b", 0, 9), ("a", 0, 9)])
    assert all(name.startswith("article_") for name in scores)
    assert (scores["article_mrr@10"], scores["article_hit@1"]) == (1 / 2, 0)
    assert stage(question, NOTHING, scores, ["b", "a"], []) == "right"
    assert stage(question, NOTHING, scores, ["b"], []) == "not_retrieved"


def test_passages_are_judged_by_gold_spans() -> None:
    scores = score(SPAN, NOTHING, ["flood"], [("flood", 20, 55), ("flood", 0, 18)])
    assert (scores["article_mrr@10"], scores["passage_mrr@10"]) == (1, 1 / 2)


def test_a_date_line_is_in_no_passage() -> None:
    line = Gold("2023-03-12", "flood", 6, 16)
    question = evidence("when", line, when=Window(date(2023, 3, 12), date(2023, 3, 13)))
    read = (["flood"], [("flood", 17, 55)])
    scores = score(question, NOTHING, *read)
    assert scores["article_hit@1"] == 1
    assert "passage_hit@1" not in scores
    assert stage(question, NOTHING, scores, *read) == "refused"
    assert stage(question, NOTHING, scores, *LOST) == "not_retrieved"
    both = replace(question, answers=(line, TEN))
    assert score(both, NOTHING, *read)["passage_recall@1"] == 1
    assert stage(both, NOTHING, scores, ["flood"], [("flood", 30, 55)]) == "refused"


@pytest.mark.parametrize(
    "question", [SPAN, UNANSWERABLE, evidence("yesno", label="yes"), evidence("list")]
)
def test_an_error_counts_nothing_everywhere(question: Question) -> None:
    scores = score(question, {}, *FOUND)
    assert set(scores) == set(score(question, NOTHING, *FOUND))
    assert set(scores.values()) == {0.0}
    assert stage(question, {}, scores, *FOUND) == "error"


def test_a_public_set_s_guessed_kind_is_not_scored() -> None:
    question = Question("q", "?", answers=(Gold("ten"),), kind_known=False)
    scores = score(question, said(cited("ten", "anywhere")), *LOST)
    assert "kind_right" not in scores
    assert "citation_right" not in scores
    assert scores["correct"] == 1
    assert stage(question, NOTHING, score(question, NOTHING, *LOST), *LOST) == "refused"


def test_an_answer_without_a_place_has_to_stand_in_a_gold_article() -> None:
    question = Question("q", "?", answers=(Gold("ten"),), articles=("flood",))
    assert score(question, said(cited("ten")), *FOUND)["sentence_holds"] == 1
    assert score(question, said(cited("ten", "other")), *FOUND)["sentence_holds"] == 0


WRONG = said(cited("years", sentence="It was the worst in years."))


@pytest.mark.parametrize(
    ("question", "answer", "read", "where"),
    [
        (SPAN, said(cited("ten")), FOUND, "right"),
        (SPAN, said(cited("ten")), LOST, "right"),
        (SPAN, WRONG, LOST, "not_retrieved"),
        (SPAN, NOTHING, LOST, "not_retrieved"),
        (SPAN, WRONG, (["flood"], [("flood", 30, 55)]), "not_retrieved"),
        (SPAN, WRONG, FOUND, "not_read"),
        (SPAN, NOTHING, FOUND, "refused"),
        (SPAN, NOTHING | {"window": APRIL_JSON}, LOST, "wrong_window"),
        (replace(SPAN, window=MARCH), NOTHING | {"window": APRIL_JSON}, LOST, "wrong_window"),
        (replace(SPAN, window=MARCH), NOTHING | {"window": MARCH_JSON}, LOST, "not_retrieved"),
        (replace(SPAN, window=MARCH), WRONG, FOUND, "not_read"),
        (UNANSWERABLE, NOTHING, FOUND, "right"),
        (UNANSWERABLE, WRONG, LOST, "not_refused"),
    ],
)
def test_stage(
    question: Question, answer: dict[str, Any], read: tuple[Any, Any], where: Stage
) -> None:
    assert stage(question, answer, score(question, answer, *read), *read) == where
