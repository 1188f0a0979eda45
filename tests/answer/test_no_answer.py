"""What would help where there is no answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.no_answer import advice
from rag.text.analyzer import analyse
from rag.types import IndexInfo, Query, Reason, Window

PASSAGES = [
    "Pezeshkian and Sharif met in Cairo on the sidelines of the summit.",
    "Officials of Ankara and Cairo spoke about border trade.",
]
INFO = IndexInfo("000001", "f", date(2024, 12, 20), date(2024, 6, 9), "", 2, 2)
EMPTY = IndexInfo("000001", "f", None, None, "", 0, 0)
UNDATED = IndexInfo("000001", "f", None, None, "", 1, 1)


def mentions(terms: Sequence[str]) -> bool:
    return any(set(terms) <= set(analyse(passage)) for passage in PASSAGES)


def told(
    reason: Reason,
    question: str,
    *names: str,
    window: Window | None = None,
    info: IndexInfo = INFO,
) -> str:
    query = Query(question, question, window, entities=names)
    return advice(reason, query, info, mentions)


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [
        (
            "",
            "2024-06-09",
            "No article was published before 2024-06-09; the newest is of 2024-12-20.",
        ),
        (
            "2025-01-01",
            "",
            "No article was published after 2024-12-20; the oldest is of 2024-06-09.",
        ),
        (
            "2024-08-01",
            "2024-09-01",
            "No article was published from 2024-08-01 to 2024-08-31; the oldest is of 2024-06-09, "
            "the newest of 2024-12-20.",
        ),
        (
            "2024-08-01",
            "2024-08-02",
            "No article was published on 2024-08-01; the oldest is of 2024-06-09, "
            "the newest of 2024-12-20.",
        ),
    ],
)
def test_an_empty_window_is_told_with_the_days_that_there_are(
    after: str, before: str, expected: str
) -> None:
    window = Window(day(after), day(before), "after and before")
    assert told("outside_window", "Who met?", window=window) == expected


def test_a_window_of_the_question_can_be_left_out_of_it() -> None:
    window = Window(date(2025, 6, 1), date(2025, 7, 1), "in June 2025")
    assert told("outside_window", "Who met in June 2025?", window=window) == (
        "No article was published after 2024-12-20; the oldest is of 2024-06-09; "
        "asked without “in June 2025”, all 2 articles would be searched."
    )
    inside = Window(date(2024, 6, 1), date(2024, 7, 1), "in June")
    assert told("low_confidence", "Was Sharif at the summit in June?", "Sharif", window=inside) == (
        "Articles mention Sharif, but none found says what was asked; "
        "asked without “in June”, all 2 articles would be searched."
    )


@pytest.mark.parametrize("reason", ["low_confidence", "no_span", "nothing_retrieved"])
@pytest.mark.parametrize(
    ("question", "names", "expected"),
    [
        ("Who met in Sandoria?", ["Sandoria"], "No article mentions Sandoria."),
        (
            "Did Sharif fly to Sandoria or Lomarria?",
            ["Sharif", "Sandoria", "Lomarria"],
            "No article mentions Sandoria or Lomarria, though some mention Sharif.",
        ),
        (
            "Did Sharif and Pezeshkian swim?",
            ["Sharif", "Pezeshkian"],
            "Articles mention Sharif and Pezeshkian, but none has the word “swim”.",
        ),
        (
            "Who can swim or dive?",
            [],
            "No article has the word “swim” or “dive”.",
        ),
        (
            "What summit was Pezeshkian or Ankara at?",
            ["Pezeshkian", "Ankara"],
            "Articles mention Pezeshkian and Ankara, but none found says what was asked.",
        ),
        # Both words occur, but never together: nobody of that name is mentioned.
        ("Who is Ankara Sharif?", ["Ankara Sharif"], "No article mentions Ankara Sharif."),
        (
            "Who spoke about trade?",
            [],
            "No article found says what was asked; name who, where or what it is about.",
        ),
    ],
)
def test_what_no_article_mentions_is_named(
    reason: Reason, question: str, names: list[str], expected: str
) -> None:
    assert told(reason, question, *names) == expected


def test_many_and_long_names_are_cut_short() -> None:
    text = told("no_span", "Who?", "Aa" * 90, *(f"Name{number}" for number in range(9)))
    assert text == f"No article mentions {'Aa' * 29}A…, Name0 or Name1."


def test_an_empty_question_and_an_empty_index() -> None:
    assert told("empty_question", "?") == "Ask in a few words, with a name, a place or a date."
    assert told("nothing_retrieved", "Who met?", info=EMPTY) == (
        "The index holds no article yet; add some and build it again."
    )
    window = Window(date(2024, 1, 1), None)
    assert told("outside_window", "Who met?", window=window, info=UNDATED) == (
        "No article has a date, so that none lies in any time."
    )


@given(
    st.sampled_from(["nothing_retrieved", "no_span", "low_confidence", "outside_window"]),
    st.text(max_size=200),
    st.lists(st.text(max_size=80), max_size=4),
    st.none() | st.dates(date(1, 1, 2)).map(lambda start: Window(start, None, "since")),
)
def test_there_is_always_one_short_line(
    reason: Reason, question: str, names: list[str], window: Window | None
) -> None:
    text = told(reason, question, *names, window=window)
    assert text[0].isupper()
    assert text.endswith(".")
    assert len(text.splitlines()) == 1
    assert len(text) < 600
