"""Windows that are set, and how a question's own dates narrow them, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from rag.dates.windows import Assumed, explicit_window, narrowed, newest_asked_about, years_taken
from rag.errors import QuestionError
from rag.types import Window

JUNE, JULY = date(2024, 6, 1), date(2024, 7, 1)


def test_nothing_given_is_no_window() -> None:
    assert explicit_window() is None


@pytest.mark.parametrize(
    ("after", "before", "as_of", "expected"),
    [
        (JUNE, None, None, Window(JUNE, None, "after 2024-06-01")),
        (None, JULY, None, Window(None, JULY, "before 2024-07-01")),
        (JUNE, JULY, None, Window(JUNE, JULY, "after 2024-06-01, before 2024-07-01")),
        (None, None, JUNE, Window(None, date(2024, 6, 2), "as of 2024-06-01")),
        (None, JULY, JUNE, Window(None, date(2024, 6, 2), "before 2024-07-01, as of 2024-06-01")),
        (None, JUNE, JULY, Window(None, JUNE, "before 2024-06-01, as of 2024-07-01")),
        (JUNE, None, JUNE, Window(JUNE, date(2024, 6, 2), "after 2024-06-01, as of 2024-06-01")),
        (None, None, date.max, Window(None, None, "as of 9999-12-31")),
    ],
)
def test_what_all_of_them_allow(
    after: date | None, before: date | None, as_of: date | None, expected: Window
) -> None:
    assert explicit_window(after=after, before=before, as_of=as_of) == expected


def test_a_window_without_a_day_is_refused() -> None:
    with pytest.raises(
        QuestionError, match="No day is both after 2024-07-01 and before 2024-06-01"
    ):
        explicit_window(after=JULY, before=JUNE)


@pytest.mark.parametrize(
    ("explicit", "inferred", "expected"),
    [
        (None, None, None),
        (Window(JUNE, JULY, "set"), None, Window(JUNE, JULY, "set")),
        (None, Window(JUNE, JULY, "June"), Window(JUNE, JULY, "June")),
        (
            Window(None, JULY, "as of 2024-06-30"),
            Window(JUNE, None, "since June"),
            Window(JUNE, JULY, "as of 2024-06-30, since June"),
        ),
        (Window(JUNE, JULY), Window(date(2024, 1, 1), date(2025, 1, 1)), Window(JUNE, JULY)),
        (Window(JUNE, JULY, "set"), Window(None, JUNE, "before June"), Window(JUNE, JULY, "set")),
    ],
)
def test_a_question_only_narrows_what_is_set(
    explicit: Window | None, inferred: Window | None, expected: Window | None
) -> None:
    assert narrowed(explicit, inferred) == expected


def test_a_day_lies_inside_by_half_open_bounds() -> None:
    window = Window(JUNE, JULY)
    assert window.contains(JUNE)
    assert not window.contains(JULY)
    assert not window.contains(None)
    assert Window().contains(None)


@pytest.mark.parametrize(
    ("newest", "window", "expected"),
    [
        (None, None, None),
        (JUNE, None, JUNE),
        (JUNE, Window(JULY, None), JUNE),
        (JULY, Window(None, JUNE), date(2024, 5, 31)),
        (None, Window(None, JUNE), date(2024, 5, 31)),
        (JUNE, Window(None, date.min), JUNE),
    ],
)
def test_the_last_day_that_is_asked_about(
    newest: date | None, window: Window | None, expected: date | None
) -> None:
    assert newest_asked_about(newest, window) == expected


def test_years_that_were_taken_are_told_in_one_sentence() -> None:
    taken = (Assumed("May", "May 2024"), Assumed("June", "June 2024"))
    assert years_taken((), JUNE) == ""
    assert years_taken(taken, JUNE) == (
        "“May” is read as “May 2024” and “June” is read as “June 2024”, since the articles that "
        "are searched end on 2024-06-01."
    )
