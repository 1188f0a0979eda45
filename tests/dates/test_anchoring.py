"""Date expressions of articles, resolved against the date of the article."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.answers import parse_when
from rag.dates.anchoring import (
    article_dates,
    date_line,
    dates_in,
    day_before,
    in_coming_year,
    is_time_of_day,
    iso,
    start_dates,
)
from rag.types import Window
from tests.answer.finding import dated
from tests.answer.making import article
from tests.dates.tables import HALVES, day, f1, named, rows
from tests.dates.test_tagger import texts

FLOORS = {"seen": 1.0, "unseen": 0.9}


@pytest.mark.parametrize("half", HALVES)
def test_the_table_is_understood(half: str) -> None:
    table = rows("articles", half)
    score, report = f1(
        table, lambda row: article_dates(row["text"], 0, len(row["text"]), day(row["published"]))
    )
    print(f"{half}: {len(table)} sentences, F1 {score:.4f}")
    assert score >= FLOORS[half], report if half == "seen" else f"F1 {score:.4f}"


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("They met on Friday.", date(2024, 12, 20)),
        ("They met on Thursday.", date(2024, 12, 19)),
        ("They will meet on Thursday.", date(2024, 12, 26)),
        ("It is to be held on 14 December.", date(2025, 12, 14)),
        ("It was held on 14 December.", date(2024, 12, 14)),
        ("She said on Monday that she would resign on 1 March.", date(2024, 12, 16)),
    ],
)
def test_the_verb_says_in_which_direction(text: str, on: date) -> None:
    assert article_dates(text, 0, len(text), date(2024, 12, 20))[0].after == on


@pytest.mark.parametrize(
    "text",
    [
        "The exhibition: 5 May.",
        "The company asked for time until Monday.",
        "It was a Friday.",
        "She comes on the first Wednesday of the month.",
        "They came the next day.",
        "More than two years ago he was mayor.",
    ],
)
def test_what_is_not_clear_is_left_out(text: str) -> None:
    assert article_dates(text, 0, len(text), date(2024, 12, 20)) == []


def test_only_the_sentence_is_read_and_offsets_are_those_of_the_text() -> None:
    text = "It burned in 1911. It was rebuilt in May. It stands."
    found = article_dates(text, 19, 41, date(2024, 12, 20))
    assert named(text, found) == {("May", "2024-05-01", "2024-06-01")}


@given(texts, texts, st.one_of(st.none(), st.dates()))
def test_any_sentence_has_spans_of_its_own(before: str, text: str, published: date | None) -> None:
    found = article_dates(before + text, len(before), len(before + text), published)
    alone = article_dates(text, 0, len(text), published)
    assert [(one.start - len(before), one.after, one.before) for one in found] == [
        (one.start, one.after, one.before) for one in alone
    ]
    assert published is not None or not any(one.relative for one in found)


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


def test_start_dates() -> None:
    text = "She has held the office since 2017."
    (found,) = start_dates(article(text, published=date(2024, 3, 14)), (0, len(text)))
    assert text[found.start : found.end] == "2017"


def test_a_date_without_a_year_can_be_looked_for_ahead() -> None:
    text = "The court has set a first day: 14 October."
    told = article(text, published=date(2024, 5, 18))
    (found,) = dates_in(told, (0, len(text)))
    assert in_coming_year(told, found).after == date(2024, 10, 14)
    tuesday = article("It met on Tuesday.", published=date(2024, 5, 18))
    (day,) = dates_in(tuesday, (0, 18))
    assert in_coming_year(tuesday, day) == day


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
