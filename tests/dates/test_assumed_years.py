"""Dates without a year, asked about articles that end before today: the tables and properties."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.dates.windows import Assumed, infer_window
from rag.errors import QuestionError
from tests.dates.tables import HALVES, day, iso, rows
from tests.dates.test_tagger import texts

TODAY, NEWEST = date(2026, 11, 22), date(2024, 6, 11)
# The unseen half was written before the rule; its failures were not looked at.
FLOORS = {"seen": 1.0, "unseen": 0.94}
days = st.dates(date(1100, 1, 1), date(2900, 12, 31))
MONTHS = [date(2000, number, 1).strftime("%B") for number in range(1, 13)]


@pytest.mark.parametrize("half", HALVES)
def test_the_table_is_understood(half: str) -> None:
    wrong, table = [], rows("collections", half)
    for row in table:
        found = infer_window(row["question"], date.fromisoformat(row["today"]), day(row["newest"]))
        window = found.filters
        if not window or list(iso(window.after, window.before)) != row["window"]:
            wrong.append(row["question"])
    share = 1 - len(wrong) / len(table)
    print(f"{half}: {len(table)} questions, {share:.4f} understood")
    assert share >= FLOORS[half], wrong if half == "seen" else f"{share:.4f}"


@pytest.mark.parametrize(
    ("question", "said", "words"),
    [
        ("What happened in June?", "June 2024", "June"),
        ("What happened on 7 July?", "7 July 2023", "7 July"),
        ("What happened before May?", "before May 2024", "before May"),
        ("What happened since January?", "since January 2024", "since January"),
        ("What happened before January?", "before January 2024", "before January"),
        ("What happened after 31 December?", "after 31 December 2023", "after 31 December"),
        ("Who fell ill last winter?", "winter 2023/24", "last winter"),
        ("Who fell ill since last winter?", "since winter 2023", "since last winter"),
        ("What fell from May to July?", "from May to July 2024", "from May to July"),
    ],
)
def test_the_year_that_was_taken_is_told(question: str, said: str, words: str) -> None:
    found = infer_window(question, TODAY, NEWEST)
    assert found.assumed == (Assumed(words, said),)
    assert found.filters is not None
    assert found.filters.said == said
    # Whoever asks again with those words is understood alike, without a look at the articles.
    again = infer_window(f"What happened {said}?", TODAY).filters
    assert again is not None
    assert (again.after, again.before) == (found.filters.after, found.filters.before)


@pytest.mark.parametrize(
    "question",
    [
        "What was said in June 2025?",
        "What was said last week?",
        "What was said yesterday?",
        "What was said in the past three days?",
        "What was said last year?",
        "What was said in May last year?",
        "What was said on Monday?",
        "What was said this June?",
        "What was said this year?",
        "What was said three weeks ago?",
    ],
)
def test_what_is_counted_from_today_stays_so(question: str) -> None:
    assert infer_window(question, TODAY, NEWEST) == infer_window(question, TODAY)


@given(texts, days, st.integers(0, 3000))
def test_articles_of_today_change_nothing(question: str, today: date, later: int) -> None:
    with suppress(QuestionError):
        newest = today + timedelta(days=later)
        assert infer_window(question, today, newest) == infer_window(question, today)


@given(st.sampled_from(MONTHS), days, days)
def test_a_month_is_the_latest_that_articles_can_be_of(
    month: str, today: date, newest: date
) -> None:
    window = infer_window(f"What happened in {month}?", today, newest).filters
    last = min(today, newest)
    assert window is not None
    assert window.after is not None
    assert window.after <= last
    following = window.after.replace(year=window.after.year + 1)
    assert following > last
    assert window.after.strftime("%B") == month


@given(texts, days, days)
def test_any_text_has_a_reading_or_a_reason(question: str, today: date, newest: date) -> None:
    with suppress(QuestionError):
        found = infer_window(question, today, newest)
        assert found == infer_window(question, today, newest)
        for one in found.assumed:
            assert one.words in question
            assert one.said.rstrip("/0123456789 ") in one.words.replace("last ", "")


@given(st.sampled_from(MONTHS), st.integers(1, 28), days, days)
def test_a_day_is_in_the_month_of_the_newest_article_or_before(
    month: str, number: int, today: date, newest: date
) -> None:
    assume(newest < today)
    window = infer_window(f"What happened on {number} {month}?", today, newest).filters
    assert window is not None
    assert window.after is not None
    assert (window.after.year, window.after.month) <= (newest.year, newest.month)
