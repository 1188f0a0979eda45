"""Span answers, by hand."""

from __future__ import annotations

import pytest

from rag.answer.answerers.span import SpanMode
from rag.answer.evidence import NOTHING
from tests.answer.finding import candidate, found, matcher, source

ASKED = "How many people died in the Tessel flood?"


def test_the_best_span_with_its_sources() -> None:
    spans = [
        candidate(source("In the Tessel flood 7 people died."), "7", 6.0),
        candidate(source("Seven died there.", article_id="b"), "Seven", 5.0),
    ]
    reply = SpanMode(0.5).answer(found(ASKED, spans, sure=0.8))
    (shown,) = reply.picks
    assert (shown.quote, [also.quote for also in shown.also]) == ("7", ["Seven"])
    assert (reply.text, reply.confidence, reply.disagreement) == (None, 0.8, False)


def test_all_sides_are_shown() -> None:
    spans = [
        candidate(source("In the Tessel flood 7 people died."), "7", 6.0),
        candidate(source("In the Tessel flood 9 people died.", article_id="b"), "9", 5.0),
    ]
    reply = SpanMode(0.5, matcher()).answer(found(ASKED, spans))
    assert ([one.quote for one in reply.picks], reply.disagreement) == (["7", "9"], True)
    alone = SpanMode(0.5).answer(found(ASKED, spans))
    assert ([one.quote for one in alone.picks], alone.disagreement) == (["7"], False)


def test_nothing_found() -> None:
    assert SpanMode(0.5, matcher()).answer(found(ASKED)) == NOTHING


def test_who_says_only_the_same_word_is_no_further_source() -> None:
    asked = "In how many pillars were cracks found?"
    spans = [
        candidate(source("Cracks were found in two pillars of the bridge."), "two", 6.0),
        candidate(source("The two nations met in Cairo.", article_id="b"), "two", 1.0),
        candidate(source("Cracks were seen in two pillars.", article_id="c"), "two", 5.0),
    ]
    (shown,) = SpanMode(0.5, matcher()).answer(found(asked, spans)).picks
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
    reply = SpanMode(0.5).answer(found(asked, [wrong, right], sure=0.8))
    assert reply.picks[0].quote == other
    doubtful = SpanMode(0.5).answer(found(asked, [wrong], sure=0.8))
    assert (doubtful.picks[0].quote, doubtful.confidence < 0.4) == (best, True)
    assert SpanMode(0.5).answer(found(asked, [right], sure=0.8)).confidence == 0.8
