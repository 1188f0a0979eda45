"""Answers that are a quotation: a span, or a whole sentence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answer.answerers.span import PassageAnswerer, SpanAnswerer
from rag.answer.evidence import NO_ANSWER, Candidate, Evidence
from rag.types import Query
from tests.answer.finding import candidate, found, matcher, sentences, source

ASKED = "How many people died in the Tessel flood?"


def test_the_best_span_with_its_sources() -> None:
    spans = [
        candidate(source("In the Tessel flood 7 people died."), "7", 6.0),
        candidate(source("Seven died there.", article_id="b"), "Seven", 5.0),
    ]
    reply = SpanAnswerer(0.5).answer(found(ASKED, spans, sure=0.8))
    (shown,) = reply.picks
    assert (shown.quote, [also.quote for also in shown.also]) == ("7", ["Seven"])
    assert (reply.text, reply.confidence, reply.disagreement) == (None, 0.8, False)


def test_all_sides_are_shown() -> None:
    spans = [
        candidate(source("In the Tessel flood 7 people died."), "7", 6.0),
        candidate(source("In the Tessel flood 9 people died.", article_id="b"), "9", 5.0),
    ]
    reply = SpanAnswerer(0.5, matcher()).answer(found(ASKED, spans))
    assert ([one.quote for one in reply.picks], reply.disagreement) == (["7", "9"], True)
    alone = SpanAnswerer(0.5).answer(found(ASKED, spans))
    assert ([one.quote for one in alone.picks], alone.disagreement) == (["7"], False)


def test_nothing_found() -> None:
    assert SpanAnswerer(0.5, matcher()).answer(found(ASKED)) == NO_ANSWER


def test_who_says_only_the_same_word_is_no_further_source() -> None:
    asked = "In how many pillars were cracks found?"
    spans = [
        candidate(source("Cracks were found in two pillars of the bridge."), "two", 6.0),
        candidate(source("The two nations met in Cairo.", article_id="b"), "two", 1.0),
        candidate(source("Cracks were seen in two pillars.", article_id="c"), "two", 5.0),
    ]
    (shown,) = SpanAnswerer(0.5, matcher()).answer(found(asked, spans)).picks
    assert [also.article_id for also in shown.also] == ["c"]


@pytest.mark.parametrize(
    ("asked", "text", "best", "other"),
    [
        ("How many markets were opened?", "They were recently opened: six markets.",
         "recently", "six"),
        ("How many passengers died?", "It hurt seven. Two passengers died.", "seven", "Two"),
        ("How many were injured?", "Two died there. Seven were injured.", "Two", "Seven"),
    ],
)  # fmt: skip
def test_what_gives_no_number_or_that_of_others_is_passed_over(
    asked: str, text: str, best: str, other: str
) -> None:
    told = source(text)
    wrong, right = candidate(told, best, 6.0), candidate(told, other, 5.0)
    reply = SpanAnswerer(0.5).answer(found(asked, [wrong, right], sure=0.8))
    assert reply.picks[0].quote == other
    doubtful = SpanAnswerer(0.5).answer(found(asked, [wrong], sure=0.8))
    assert (doubtful.picks[0].quote, doubtful.confidence < 0.4) == (best, True)
    assert SpanAnswerer(0.5).answer(found(asked, [right], sure=0.8)).confidence == 0.8


MODE = PassageAnswerer(1.0)


def test_the_sentence_counts_beside_the_span() -> None:
    told = source("The dyke broke in the night. Foxes had dug holes in it.")
    spans = [candidate(told, "Foxes", 5.0), candidate(told, "in the night", 4.5)]
    assert MODE.answer(found("How did the dyke break?", spans)).picks[0].quote == "in the night"


def test_a_reason_is_preferred_where_one_is_asked_for() -> None:
    told = source("The dyke broke at Ford. It broke because foxes had dug holes.")
    spans = [candidate(told, "at Ford", 5.0), candidate(told, "foxes had dug holes", 5.5)]
    assert MODE.answer(found("Where did it break?", spans)).picks[0].quote == "at Ford"
    assert MODE.answer(found("Why did it break?", spans)).picks[0].quote == "foxes had dug holes"


def test_the_words_of_who_is_asked_for_are_preferred() -> None:
    told = source("Dar promised bridges. Khan promised roads.")
    spans = [candidate(told, "bridges", 5.0), candidate(told, "roads", 4.5)]
    assert MODE.answer(found("What did Khan promise?", spans)).picks[0].quote == "roads"


def test_the_confidence_is_that_of_the_span_that_is_quoted() -> None:
    told = source("Dar promised bridges and dykes. Khan promised roads.")
    spans = [candidate(told, "bridges", 5.0), candidate(told, "dykes", 4.9)]
    spans.append(candidate(told, "roads", 4.5))
    asked: list[list[tuple[str, float]]] = []

    def calibrate(ranked: Sequence[Candidate]) -> float:
        asked.append([(one.quote, one.score) for one in ranked])
        return 0.4

    query = Query("What did Dar promise?", "What did Dar promise?")
    reply = MODE.answer(
        Evidence(
            query, [told], lambda: [], lambda read: spans, lambda: sentences([told]), calibrate
        )
    )
    assert asked == [[("bridges", 5.0), ("roads", 4.5)]]  # "dykes" is of the same sentence
    assert reply.confidence == pytest.approx(1 - 0.6 * 0.5)  # its sentence has even odds


def test_no_sentence_found() -> None:
    assert MODE.answer(found("Why?")) == NO_ANSWER
