from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Answer, Article, Citation, Hit, IndexInfo, Passage, Query, Window
from rag.web import coverage
from rag.web.conversation import window_of
from rag.web.coverage import Coverage, CoveragePeriod, Unit
from tests.answer.making import article

TODAY = date(2025, 1, 15)
INFO = IndexInfo("1", "f", None, None, "2025-01-15T00:00:00Z", 4, 4)


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


def test_a_short_time_is_counted_by_day_with_its_gaps() -> None:
    found = coverage.coverage([*days("2024-06-03", "2024-06-06", "2024-06-03"), None], None)
    assert [(period.said, period.articles) for period in found.periods] == [
        ("3 June 2024", 2),
        ("4 June 2024", 0),
        ("5 June 2024", 0),
        ("6 June 2024", 1),
    ]
    assert (found.unit, found.gaps, found.undated) == ("day", 2, 1)


def test_weeks_begin_on_monday_and_the_window_is_kept_to() -> None:
    window = Window(date(2024, 6, 5), date(2024, 7, 10), "then")
    found = coverage.coverage(days("2024-06-09", "2024-07-09", "2024-07-10"), window)
    assert [(str(period.first), period.articles) for period in found.periods] == [
        ("2024-06-05", 1),
        ("2024-06-10", 0),
        ("2024-06-17", 0),
        ("2024-06-24", 0),
        ("2024-07-01", 0),
        ("2024-07-08", 1),
    ]
    assert found.periods[-1].before == window.before


@pytest.mark.parametrize(
    ("last", "unit", "periods"),
    [
        ("2024-01-31", "day", 31),
        ("2024-02-01", "week", 5),
        ("2024-06-30", "week", 26),
        ("2024-07-01", "month", 7),
        ("2027-01-02", "month", 37),
        ("2027-01-03", "year", 4),
    ],
)
def test_the_unit_follows_the_length(last: str, unit: Unit, periods: int) -> None:
    found = coverage.coverage(days("2024-01-01", last), None)
    assert (found.unit, len(found.periods)) == (unit, periods)


DAYS = st.dates(date(1950, 1, 1), date(2024, 12, 31))


@given(st.lists(DAYS, min_size=1, max_size=20), st.none() | st.tuples(DAYS, DAYS))
def test_periods_follow_each_other_and_every_article_is_counted_once(
    published: list[date], ends: tuple[date, date] | None
) -> None:
    window = Window(min(ends), max(ends) + timedelta(days=1)) if ends else None
    found = coverage.coverage(published, window)
    expected = Counter(
        next((p.first for p in found.periods if p.first <= day < p.before), None)
        for day in published
        if window is None or window.contains(day)
    )
    assert None not in expected
    assert {p.first: p.articles for p in found.periods if p.articles} == expected
    assert all(a.before == b.first for a, b in zip(found.periods, found.periods[1:], strict=False))
    if window is not None and found.periods:
        assert (found.periods[0].first, found.periods[-1].before) == (window.after, window.before)


@given(st.lists(DAYS, min_size=2, max_size=5))
def test_the_words_for_a_period_are_understood_as_exactly_its_days(published: list[date]) -> None:
    for period in coverage.coverage(published, None).periods:
        window = window_of(period.said, TODAY)
        assert (window.after, window.before) == (period.first, period.before)


def test_nothing_dated_leaves_nothing_to_plot() -> None:
    assert coverage.coverage([None, None], Window(date(2024, 1, 1))) == Coverage(undated=2)
    late = Window(date(2024, 1, 1))
    assert coverage.coverage(days("2023-05-01"), late) == Coverage()
    assert coverage.show(coverage.NOTHING)[0].visible is False
    one = coverage.coverage(days("2024-06-03"), None)
    assert coverage.show(one)[0].visible is False


def hit(number: int, score: float, day: str, copies: tuple[Article, ...] = ()) -> Hit:
    one = replace(article(f"Text {number}."), id=str(number), published=date.fromisoformat(day))
    others = tuple(Passage(copy, 0, 4, 0) for copy in copies)
    return Hit(Passage(one, 0, 4, 0), score, number, score, score, others)


def test_the_topic_is_what_is_cited_and_what_is_nearly_as_relevant() -> None:
    copy = replace(article("Copy."), id="copy", published=date(2024, 6, 4))
    hits = [
        hit(1, 0.8, "2024-06-03", (copy,)),
        hit(2, 0.45, "2024-06-05"),
        hit(3, 0.43, "2024-06-07"),
    ]
    far = replace(article("Far."), id="far", published=date(2024, 6, 9))
    cited = Citation(
        hits[0].passage.article, 0, 4, 0, 4, 1.0, also=(Citation(far, 0, 3, 0, 4, 1.0),)
    )
    answer = Answer(Query("q", "q"), "timeline", "Text", (cited,), 0.9, None, (), INFO)
    assert [one.id for one in coverage.topic(answer, hits)] == ["1", "far", "copy", "2"]
    assert len(coverage.coverage_of(answer, hits).periods) == 7
    empty = replace(answer, citations=(), text=None, reason="nothing_retrieved")
    assert coverage.coverage_of(empty, []) == coverage.NOTHING


def test_bars_are_as_long_as_their_numbers() -> None:
    found = coverage.coverage(days("2024-06-01", "2024-06-01", "2024-06-03"), None)
    pieces = coverage.bars(found)
    assert [text.strip() for text, _ in pieces] == [
        "1 June 2024", "2", "2 June 2024", "–", "3 June 2024", "1",
    ]  # fmt: skip
    assert [label for _, label in pieces] == [None, "articles", None, None, None, "articles"]
    # A digit takes the room of two spaces.
    assert [1 + len(text.rstrip("\n")) for text, label in pieces if label] == [40, 20]
    assert coverage.summary(found) == (
        "3 articles near this question · 1 day without any. Choose a day to ask again about it "
        "alone."
    )


@pytest.mark.parametrize(
    ("index", "first"), [(0, 1), (1, 1), (2, 2), (5, 3), (6, None), (-1, None), ("0", None)]
)
def test_what_is_chosen(index: object, first: int | None) -> None:
    found = coverage.coverage(days("2024-06-01", "2024-06-03"), None)
    event = gr.SelectData(None, {"index": index, "value": ["", None]})
    period = coverage.chosen(found, event)
    assert (period and period.first.day) == first


def test_names_fit_their_unit() -> None:
    span = CoveragePeriod(date(2024, 6, 3), date(2024, 6, 10), 1)
    units: dict[Unit, str] = {
        "day": "3 June 2024",
        "week": "week of 3 June 2024",
        "month": "June 2024",
        "year": "2024",
    }
    for unit, name in units.items():
        assert coverage.bars(Coverage(unit, (span,)))[0][0].strip() == name
