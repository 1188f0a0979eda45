"""Entities: names, quoted strings and numbers in questions, with and without known names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.entities import MAX_WORDS, Entity, entities

KNOWN = {"quillen cup", "sharif", "d-8", "parachinar", "coopers' bridge", "port callan", "in"}


def found(text: str, *, known: set[str] | None = None) -> list[str]:
    return [one.text for one in entities(text, is_name=known.__contains__ if known else None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Did Iran's minister meet Dar in Port Callan?", ["Iran", "Dar", "Port Callan"]),
        ("Who is the Governor of the Bank of England?", ["Governor of the Bank of England"]),
        ("What did Coopers' Bridge cost in May?", ["Coopers' Bridge"]),
        ("Did Theresa May resign on Monday?", ["Theresa May"]),
        ("Tour de France winners", ["Tour de France"]),
        ("What did the WHO say about mpox?", ["WHO"]),
        ("Timeline of the Kurram clashes", ["Kurram"]),
        ("How did Ever Given get stuck?", ["Ever Given"]),
        ("Who flew on Apollo 11?", ["Apollo 11"]),
        ("Syria?", ["Syria"]),
        ("Sharif said so", ["Sharif"]),
        ("Parachinar road closure", []),
        ("When Will It End", []),
        ("I think so", []),
        ("", []),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert [one.text for one in entities(text) if one.sort == "name"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WHO WON THE QUILLEN CUP?", ["QUILLEN CUP"]),
        ("Who Won The Quillen Cup And Why?", ["Quillen Cup"]),
        ("what did sharif's wife say at the d-8", ["sharif", "d-8"]),
        ("Parachinar road closure", ["Parachinar"]),
        ("who closed coopers' bridge in port callan", ["coopers' bridge", "port callan"]),
        ("did Zorin meet sharif", ["Zorin", "sharif"]),
        ("in the dark", []),
    ],
)
def test_names_that_the_collection_knows(text: str, expected: list[str]) -> None:
    assert found(text, known=KNOWN) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('who said "the door is Open"', "the door is Open"),
        ("who said “we won”?", "we won"),
        ("what is «Sputnik»?", "Sputnik"),
        ("the film 'Salt Women' won", "Salt Women"),
    ],
)
def test_quoted(text: str, expected: str) -> None:
    assert [(one.text, one.sort) for one in entities(text)] == [(expected, "quoted")]


def test_apostrophes_are_no_quotes() -> None:
    assert entities("the dockers' pay and the miners' homes") == ()


def test_numbers() -> None:
    assert entities("in 2023", is_name=lambda phrase: True)[0].sort == "number"
    assert found("were 460,000 lorins paid on the 3rd for 2.5 acres") == ["460,000", "3rd", "2.5"]


@given(st.text(max_size=300), st.booleans())
def test_entities_are_slices_in_order_that_do_not_overlap(text: str, everything: bool) -> None:
    several = entities(text, is_name=lambda phrase: everything)
    assert several == entities(text, is_name=lambda phrase: everything)
    end = 0
    for one in several:
        assert text[one.start : one.end] == one.text
        assert end <= one.start < one.end
        end = one.end


@given(st.text(max_size=200))
def test_known_is_asked_in_lower_case_with_single_spaces(text: str) -> None:
    asked: list[str] = []
    entities(text, is_name=lambda phrase: bool(asked.append(phrase)))
    assert [" ".join(phrase.lower().split()) for phrase in asked] == asked


def test_only_the_first_words_are_read() -> None:
    assert entities("word " * MAX_WORDS + "Cairo") == ()
    assert entities("word " * (MAX_WORDS - 1) + "Cairo") == (
        Entity("Cairo", 5 * (MAX_WORDS - 1), 5 * MAX_WORDS, "name"),
    )
