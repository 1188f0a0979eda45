"""Near misses: each kind of change, and that nothing unchanged comes out."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.near_misses import names, near_miss

CONTEXT = (
    "The bridge at Port Callan fell on 18 May 2023. Later, in Hollin Ford, Mayor Ilse Graye "
    "promised 40 million lorins. In 1998 the old ferry had been sold to Quillen."
)
ANSWER = (CONTEXT.index("40"), CONTEXT.index(" lorins"))
OTHERS = ["Brackwater", "Dorin Vaskell", "Tessel", "Veldmere", "Lanner"]


def changes(question: str) -> set[str]:
    made = (near_miss(question, CONTEXT, [ANSWER], OTHERS, random.Random(i)) for i in range(200))
    return {question for question in made if question}


def test_a_name_is_exchanged_for_one_of_the_context() -> None:
    assert any("Quillen" in q for q in changes("How much was promised in Hollin Ford?"))
    assert all("Hollin Ford promised" not in q for q in changes("What was promised?"))


def test_a_year_is_changed() -> None:
    made = changes("what was sold in 1998 ?")
    assert any("1998" not in question for question in made)


def test_an_opposite_is_put_in() -> None:
    assert "what was the last bridge?" in changes("what was the first bridge?")


@given(st.text(max_size=80), st.text(max_size=200), st.integers())
def test_a_near_miss_is_another_question(question: str, context: str, seed: int) -> None:
    made = near_miss(question, context, [], OTHERS, random.Random(seed))
    assert made is None or made != question


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He met Ilse Graye in Port Callan.", ["Ilse Graye", "Port Callan"]),
        ("Yesterday it rained. Nobody came.", []),
        ("the President of France spoke", ["President of France"]),
    ],
)
def test_names_do_not_begin_a_sentence(text: str, found: list[str]) -> None:
    assert names(text) == found
