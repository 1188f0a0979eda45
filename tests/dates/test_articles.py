"""Date expressions of articles: the table, undated articles, offsets, and any text at all."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates.anchoring import article_dates
from tests.dates.tables import HALVES, day, f1, named, rows
from tests.dates.test_expressions import texts

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
