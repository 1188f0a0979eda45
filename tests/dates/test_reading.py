"""Which dates of a question filter: the table, its edges, and what is left of the question."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates.tagger import expressions
from rag.dates.windows import window_in
from rag.errors import QuestionError
from rag.types import Window
from tests.dates.tables import HALVES, iso, rows
from tests.dates.test_expressions import TODAY, texts

FLOORS = {"seen": 1.0, "unseen": 0.95}


def days(window: Window | None) -> list[str | None] | None:
    return list(iso(window.after, window.before)) if window else None


@pytest.mark.parametrize("half", HALVES)
def test_the_table_is_understood(half: str) -> None:
    wrong, table = [], rows("windows", half)
    for row in table:
        question = row["question"]
        found = window_in(question, date.fromisoformat(row["today"]))
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
    found = window_in("What happened after 3 March and before June?", TODAY)
    assert found.filters == Window(date(2024, 3, 4), date(2024, 6, 1), "after 3 March, before June")


def test_dates_that_leave_no_day_are_named() -> None:
    with pytest.raises(QuestionError, match="both 'after 2025' and 'before 2024'"):
        window_in("What happened after 2025 and before 2024?", date(2026, 3, 1))


def test_a_subject_outside_the_filter_is_no_second_reading() -> None:
    found = window_in("What was said in June 2024 about the October agreement?", TODAY)
    assert not found.ambiguous
    assert found.filters == Window(date(2024, 6, 1), date(2024, 7, 1), "June 2024")


@pytest.mark.parametrize("words", ["30 February 2024", "2024-02-30", "31 June"])
def test_an_impossible_day_is_named_and_stays_in_the_question(words: str) -> None:
    found = window_in(f"What happened on {words}?", TODAY)
    assert found.impossible == (words,)
    assert (found.filters, found.remainder) == (None, f"What happened on {words}?")


@pytest.mark.parametrize("question", ["June 2024", "June 2024?", "in 2023", "", "?", "yesterday"])
def test_of_a_question_that_is_only_a_date_nothing_remains(question: str) -> None:
    remainder = window_in(question, TODAY).remainder
    assert not any(character.isalnum() for character in remainder)


@given(texts, st.dates())
def test_any_text_has_a_reading_or_a_reason(question: str, today: date) -> None:
    with suppress(QuestionError):
        found = window_in(question, today)
        assert found == window_in(question, today)
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
    assert window_in(question, TODAY).filters is None
