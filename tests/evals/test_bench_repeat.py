"""Copies with edits: the same each time, alike, and yet different."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evals.bench.repeat import DAYS, edited, edited_text, turned
from evals.types import Document

TEXTS = st.text(st.sampled_from("abcde ABC 0123456789,.\n"), max_size=120)
STORY = Document(
    "r-1",
    "Shares of Bahia fell 12 pct on Monday, said Comissaria Smith. They rose 0.5 in March.",
    "Bahia, a review",
    "1987-02-26",
)


@given(TEXTS, st.integers(1, 60))
def test_a_copy_is_the_same_each_time_and_keeps_all_other_words(text: str, copy: int) -> None:
    other = edited_text(text, copy)
    assert other == edited_text(text, copy)
    assert len(other.split()) == len(text.split())
    for before, after in zip(text.split(), other.split(), strict=True):
        assert before == after or not (before.isalpha() and before.islower())


@given(st.text(max_size=200))
def test_copy_0_is_the_original(text: str) -> None:
    assert edited_text(text, 0) == text


def test_names_numbers_and_days_change_and_alike_within_a_copy() -> None:
    first, second = edited(STORY, 1), edited(STORY, 2)
    assert edited(STORY, 0) is STORY
    assert len({STORY.text, first.text, second.text}) == 3
    assert (first.id, first.date, second.date) == ("r-1~1", "1987-03-28", "1987-04-27")
    assert "Tuesday" in first.text
    assert "Wednesday" in second.text
    assert "April" in first.text
    assert (
        edited_text("said Smith, then Smith", 1).split()[1::2][0].strip(",")
        == (edited_text("then Smith", 1).split()[1])
    )


@given(st.integers(1, 10**12), st.integers(1, 60))
def test_a_number_stays_as_long(number: int, copy: int) -> None:
    other = edited_text(str(number), copy)
    assert len(other) == len(str(number))
    assert other.isdecimal()
    assert not other.startswith("0")


@given(st.sampled_from(DAYS), st.integers(0, 60))
def test_a_day_stays_a_day(day: str, copy: int) -> None:
    assert edited_text(f"on {day}", copy).removeprefix("on ") in DAYS


@given(st.integers(1, 60), st.integers(0, 10**6))
def test_a_turned_vector_is_near_of_length_1_and_the_same_each_time(copy: int, row: int) -> None:
    vector = np.full(384, 384**-0.5, np.float32)
    moved = turned(vector, copy=copy, row=row)
    assert np.array_equal(moved, turned(vector, copy=copy, row=row))
    assert abs(float(np.linalg.norm(moved)) - 1) < 1e-5
    assert 0.93 < float(moved @ vector) < 0.99
    assert turned(vector, copy=0, row=row) is vector
