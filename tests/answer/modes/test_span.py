"""Span answers, by hand."""

from __future__ import annotations

from rag.answer.modes.base import NOTHING
from rag.answer.modes.span import SpanMode
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
