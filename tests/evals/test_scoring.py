"""Scores by kind of question, and where a wrong answer was lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from evals.scoring import score, stage
from evals.types import Gold, Question, Stage
from rag.types import Kind, Window

TEXT = "The flood killed ten people. It was the worst in years."
SENTENCE = "The flood killed ten people."
TEN = Gold("ten", "flood", 17, 20)
SPAN = Question("q", "How many?", "span", (TEN,), ("flood",))
UNANSWERABLE = Question("q", "How many?", unanswerable=True)
NOTHING: dict[str, Any] = {"answer": None, "kind": "span", "abstained": True, "window": None}
FOUND = (["flood"], [("flood", 0, 55)])
LOST = (["other"], [("other", 0, 55)])
MARCH = Window(date(2023, 3, 1), date(2023, 4, 1))
MARCH_JSON = {"after": "2023-03-01", "before": "2023-04-01", "said": "in March"}
APRIL_JSON = {"after": "2023-04-01", "before": None, "said": "since April"}


def cited(
    quote: str, article: str = "flood", *, sentence: str = SENTENCE, published: str = "2023-03-16"
) -> dict[str, Any]:
    start = max(TEXT.find(quote), 0)
    return {
        "article_id": article,
        "start": start,
        "end": start + len(quote),
        "quote": quote,
        "sentence": sentence,
        "published": published,
    }


def said(
    *citations: dict[str, Any], kind: Kind = "span", text: str = "", **more: Any
) -> dict[str, Any]:
    shown = text or citations[0]["quote"]
    return {
        "answer": shown,
        "kind": kind,
        "abstained": False,
        "window": None,
        "citations": list(citations),
        **more,
    }


def evidence(kind: Kind, *golds: Gold, **more: Any) -> Question:
    return Question("q", "?", kind, golds or (TEN,), ("flood",), **more)


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


@pytest.mark.parametrize(
    ("answer", "avoided"),
    [
        (said(cited("years")), 0),
        (said(cited("the worst in years", "other")), 0),
        (said(cited("people")), 1),
        (said(cited("ten"), cited("years")), 1),
        (NOTHING, 1),
    ],
)
def test_a_tempting_wrong_answer_is_given_in_its_place_or_in_its_words(
    answer: dict[str, Any], avoided: float
) -> None:
    start = TEXT.index("worst in years")
    near = (Gold("worst in years", "flood", start, start + 14),)
    assert score(replace(SPAN, near=near), answer, *FOUND)["near_avoided"] == avoided
    assert score(replace(UNANSWERABLE, near=near), answer, *FOUND)["near_avoided"] == avoided
    assert "near_avoided" not in score(SPAN, answer, *FOUND)


def test_a_right_answer_avoids_the_tempting_one_even_in_its_sentence() -> None:
    near = (Gold("ten people", "flood", 17, 27),)
    assert score(replace(SPAN, near=near), said(cited("ten")), *FOUND)["near_avoided"] == 1


@pytest.mark.parametrize(("kind", "avoided"), [("list", 0), ("span", 1)])
def test_any_entry_of_a_list_may_be_the_tempting_one(kind: Kind, avoided: float) -> None:
    near = (Gold("years", "flood", 49, 54),)
    answer = said(cited("flood"), cited("years"), kind=kind)
    assert score(evidence(kind, near=near), answer, *FOUND)["near_avoided"] == avoided
