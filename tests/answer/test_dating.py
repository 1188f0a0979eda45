"""Date words of articles, by hand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.answers import parse_when
from rag.dates.anchoring import (
    ahead,
    begun_in,
    date_line,
    dates_in,
    day_before,
    is_time_of_day,
    iso,
)
from rag.types import Window
from tests.answer.finding import dated
from tests.answer.making import article


@pytest.mark.parametrize(
    ("text", "words", "days"),
    [
        ("They met on Tuesday.", ["Tuesday"], ["2024-03-12"]),
        ("Parties must hand in lists by 14 July.", ["14 July"], ["2024-07-14"]),
        ("It will sail from 15 June.", ["15 June"], ["2024-06-15"]),
        ("She has held the office since 2017.", [], []),
        ("It has until the end of April to decide.", ["the end of April"], ["2024-04-24"]),
        ("They asked for time until Friday.", ["Friday"], ["2024-03-15"]),
        ("It rained.", [], []),
    ],
)
def test_dates_in(text: str, words: list[str], days: list[str]) -> None:
    told = article(text, published=date(2024, 3, 14))
    found = dates_in(told, (0, len(text)))
    assert [text[one.start : one.end] for one in found] == words
    assert [str(one.after) for one in found] == days


def test_begun_in() -> None:
    text = "She has held the office since 2017."
    (found,) = begun_in(article(text, published=date(2024, 3, 14)), (0, len(text)))
    assert text[found.start : found.end] == "2017"


def test_a_date_without_a_year_can_be_looked_for_ahead() -> None:
    text = "The court has set a first day: 14 October."
    told = article(text, published=date(2024, 5, 18))
    (found,) = dates_in(told, (0, len(text)))
    assert ahead(told, found).after == date(2024, 10, 14)
    tuesday = article("It met on Tuesday.", published=date(2024, 5, 18))
    (day,) = dates_in(tuesday, (0, 18))
    assert ahead(tuesday, day) == day


@pytest.mark.parametrize(
    ("text", "told"),
    [("shortly before 4 a.m.", True), ("at 10.52 p.m.", True), ("at midnight", True),
     ("on Tuesday morning", False), ("the bridge", False)],
)  # fmt: skip
def test_time_of_day(text: str, told: bool) -> None:
    assert is_time_of_day(text) is told


def test_the_day_of_a_time_is_named_before_it() -> None:
    text = "The stage was lost on Tuesday. Nobody was hurt. The fire brigade came at 12.48 a.m."
    told = article(text, published=date(2024, 3, 14))
    found = day_before(told, text.index("The fire"))
    assert found is not None
    assert found.after == date(2024, 3, 12)
    assert day_before(told, 0) is None


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1, 800))
def test_iso_names_the_days(after: date, length: int) -> None:
    before = date.fromordinal(after.toordinal() + length)
    assert parse_when(iso(after, before)) == Window(after, before)


def test_the_date_line_is_a_slice_before_the_story() -> None:
    told = dated("It rained on 2024-03-14.").passage.article
    line = date_line(told)
    assert line is not None
    assert told.text[slice(*line)] == "2024-03-14"
    assert line[1] <= told.body
    assert date_line(article("2024-03-14", published=date(2024, 3, 14))) is None
    assert date_line(article("It rained.")) is None
