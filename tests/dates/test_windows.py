"""The window of a question: inferred from its dates, set by the user, or joined of both."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates.tagger import expressions
from rag.dates.windows import (
    Assumed,
    assumed_years_note,
    explicit_window,
    infer_window,
    intersect_windows,
    newest_asked_about,
)
from rag.errors import QuestionError
from rag.types import Window
from tests.dates.tables import HALVES, iso, rows
from tests.dates.test_tagger import TODAY, texts

FLOORS = {"seen": 1.0, "unseen": 0.95}


def days(window: Window | None) -> list[str | None] | None:
    return list(iso(window.after, window.before)) if window else None


@pytest.mark.parametrize("half", HALVES)
def test_the_table_is_understood(half: str) -> None:
    wrong, table = [], rows("windows", half)
    for row in table:
        question = row["question"]
        found = infer_window(question, date.fromisoformat(row["today"]))
        said = {
            "window": days(found.filters),
            "subject": [question[one.start : one.end] for one in found.subject],
            "ambiguous": found.ambiguous,
            "other": days(found.other),
            "remainder": found.remainder,
        }
        wrong += [(question, name) for name, value in said.items() if value != row[name]]
    share = 1 - len({question for question, _ in wrong}) / len(table)
    print(f"{half}: {len(table)} questions, {share:.4f} understood")
    assert share >= FLOORS[half], wrong if half == "seen" else f"{share:.4f}"


def test_said_is_what_stands_in_the_question() -> None:
    found = infer_window("What happened after 3 March and before June?", TODAY)
    assert found.filters == Window(date(2024, 3, 4), date(2024, 6, 1), "after 3 March, before June")


def test_dates_that_leave_no_day_are_named() -> None:
    with pytest.raises(QuestionError, match="both 'since 2025' and 'before 2024'"):
        infer_window("What has been reported since 2025 and before 2024?", date(2026, 3, 1))


def test_preferred_days_that_exclude_each_other_are_none() -> None:
    found = infer_window("Did the ferry that sank after 2025 sail before 2024?", date(2026, 3, 1))
    assert (found.filters, found.firm) == (None, False)


@pytest.mark.parametrize(
    ("question", "firm"),
    [
        ("Who resigned in June 2024?", False),
        ("How many ships were queueing on Tuesday?", False),
        ("As of 3 June 2024, how many had died?", True),
        ("What has been closed since May 2024?", True),
        ("What was published about the strike in June 2024?", True),
        ("How many were hurt, in the papers of 3 June 2024?", True),
        ("What did the report of 3 June 2024 say?", True),
        ("What was in yesterday's paper about the strike?", True),
        ("Who led, as reported on 17 May?", False),
    ],
)
def test_only_dates_of_publication_are_firm(question: str, firm: bool) -> None:
    found = infer_window(question, TODAY)
    assert found.filters is not None
    assert found.firm == firm


def test_a_subject_outside_the_filter_is_no_second_reading() -> None:
    found = infer_window("What was said in June 2024 about the October agreement?", TODAY)
    assert not found.ambiguous
    assert found.filters == Window(date(2024, 6, 1), date(2024, 7, 1), "June 2024")


@pytest.mark.parametrize("words", ["30 February 2024", "2024-02-30", "31 June"])
def test_an_impossible_day_is_named_and_stays_in_the_question(words: str) -> None:
    found = infer_window(f"What happened on {words}?", TODAY)
    assert found.impossible == (words,)
    assert (found.filters, found.remainder) == (None, f"What happened on {words}?")


@pytest.mark.parametrize("question", ["June 2024", "June 2024?", "in 2023", "", "?", "yesterday"])
def test_of_a_question_that_is_only_a_date_nothing_remains(question: str) -> None:
    remainder = infer_window(question, TODAY).remainder
    assert not any(character.isalnum() for character in remainder)


@given(texts, st.dates())
def test_any_text_has_a_reading_or_a_reason(question: str, today: date) -> None:
    with suppress(QuestionError):
        found = infer_window(question, today)
        assert found == infer_window(question, today)
        assert found.filters is None or found.filters.said
        assert found.ambiguous or found.other is None
        assert all(one in expressions(question, today) for one in found.subject)
        # What remains are characters of the question, in their order.
        letters = iter(question)
        assert all(letter in letters for letter in found.remainder if not letter.isspace())


@pytest.mark.parametrize(
    "question",
    [
        "Were more than 1500 arrested in Georgia?",
        "Were around 1500 arrested in Georgia?",
        "Were over 2000 killed in the flood?",
        "Were fewer than 1900 homeless after it?",
    ],
)
def test_a_count_is_no_year(question: str) -> None:
    assert infer_window(question, TODAY).filters is None


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
    assert intersect_windows(explicit, inferred) == expected


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
    assert assumed_years_note((), JUNE) == ""
    assert assumed_years_note(taken, JUNE) == (
        "“May” is read as “May 2024” and “June” is read as “June 2024”, since the articles that "
        "are searched end on 2024-06-01."
    )
