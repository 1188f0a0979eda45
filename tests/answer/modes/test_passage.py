"""Passage answers, by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answer.answerers.span import PassageMode
from rag.answer.evidence import NOTHING, Candidate, Found
from rag.types import Query
from tests.answer.finding import candidate, found, sentences, source

MODE = PassageMode(1.0)


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
    reply = MODE.answer(Found(query, [told], lambda: spans, lambda: sentences([told]), calibrate))
    assert asked == [[("bridges", 5.0), ("roads", 4.5)]]  # "dykes" is of the same sentence
    assert reply.confidence == pytest.approx(1 - 0.6 * 0.5)  # its sentence has even odds


def test_nothing_found() -> None:
    assert MODE.answer(found("Why?")) == NOTHING
