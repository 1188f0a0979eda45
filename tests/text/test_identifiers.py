"""Identifiers: which words are any, and which texts are about another one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.identifiers import identifiers, names_another


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("flight KL240", [("KL", "240")]),
        ("flight KL 240", [("KL", "240")]),
        ("the D-8 and the D8", [("D", "8")]),
        ("regulation 2024/77", [("/2024", "77")]),
        ("on 3 May 2024, 40 of 120 people, $5m, at 10", []),
        ("in May 2024 or on 12/05/2024", []),
    ],
)
def test_what_is_an_identifier(text: str, found: list[tuple[str, str]]) -> None:
    assert sorted(identifiers(text)) == sorted(found)


@pytest.mark.parametrize(
    ("question", "text", "another"),
    [
        ("How many flew on KL240?", "KL204 carried 112 passengers.", True),
        ("How many flew on KL240?", "KL204 waited for KL 240.", False),
        ("How many flew on KL240?", "The flight carried 112 passengers.", False),
        ("Who signed regulation 2024/77?", "Regulation 2024/17 was signed by Jo Falk.", True),
        ("Who signed regulation 2024/77?", "Regulation 2023/77 was signed by Jo Falk.", False),
        ("How many died in 2024?", "In 2023 seven died.", False),
    ],
)
def test_a_text_about_another_one(question: str, text: str, another: bool) -> None:
    assert names_another(identifiers(question), text) == another


@given(st.text(max_size=200))
def test_no_text_is_about_another_than_its_own(text: str) -> None:
    assert not names_another(identifiers(text), text)
