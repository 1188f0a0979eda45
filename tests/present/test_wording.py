"""The plain words for kinds, windows, days and citations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.present import wording
from rag.types import Answer, Citation, DatedWords, IndexInfo, Kind, Query, Window
from tests.answer.making import article

INFO = IndexInfo("000001", "f", None, None, "", 1, 1)
TEXT = "2024-12-20 They met on Tuesday in Cairo, the ministry said."


def cite(quote: str, **changes: object) -> Citation:
    start = TEXT.index(quote)
    whole = replace(article(TEXT, published=date(2024, 12, 20)), body=11)
    sentence = (0, 10) if start < 11 else (11, len(TEXT))
    return replace(Citation(whole, start, start + len(quote), *sentence, 1.0), **changes)


def answer(kind: Kind, text: str, *cited: Citation) -> Answer:
    return Answer(Query("q", "q", kind=kind), kind, text, cited, 0.9, None, (), INFO)


@pytest.mark.parametrize(
    ("after", "before", "said"),
    [
        (date(2024, 12, 17), date(2024, 12, 18), "17 December 2024"),
        (date(2024, 6, 1), date(2024, 7, 1), "June 2024"),
        (date(2024, 2, 1), date(2024, 3, 1), "February 2024"),
        (date(2024, 12, 1), date(2025, 1, 1), "December 2024"),
        (date(2024, 1, 1), date(2025, 1, 1), "2024"),
        (date(2023, 1, 1), date(2025, 1, 1), "from 1 January 2023 to 31 December 2024"),
        (date(2024, 6, 1), date(2024, 6, 6), "from 1 June 2024 to 5 June 2024"),
        (date(2024, 6, 1), None, "from 1 June 2024"),
        (None, date(2024, 6, 1), "before 1 June 2024"),
        (None, None, "on any day"),
    ],
)
def test_days_have_the_name_of_their_unit(
    after: date | None, before: date | None, said: str
) -> None:
    assert wording.days(after, before) == said


def test_a_window_is_told_with_its_days_and_words() -> None:
    window = Window(date(2024, 6, 1), date(2024, 7, 1), "June")
    assert wording.window(window) == "from 1 June 2024 to 30 June 2024 (“June”)"
    assert wording.window(Window(date(2024, 6, 1), date(2024, 6, 2))) == "on 1 June 2024"


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        (Query("q", "q", kind="passage"), []),
        (Query("q", "q", kind="span"), []),
        (Query("q", "q", kind="timeline"), ["a timeline"]),
        (
            Query("q", "q", Window(after=date(2024, 6, 1)), "span"),
            ["who, what or where", "from 1 June 2024"],
        ),
        (
            Query("q", "q", kind="when", carried=("Sharif", "in Cairo")),
            ["when", "with “Sharif”, “in Cairo” from earlier"],
        ),
    ],
)
def test_only_what_was_not_typed_is_told_as_understood(query: Query, parts: list[str]) -> None:
    assert wording.understood(query) == parts


@pytest.mark.parametrize(
    ("text", "quote", "said"),
    [
        ("2024-12-17", "on Tuesday", "17 December 2024"),
        ("2024-12", "on Tuesday", "December 2024"),
        ("2024", "on Tuesday", "2024"),
        ("2024-12-16/2024-12-18", "on Tuesday", "from 16 December 2024 to 17 December 2024"),
        ("2024-12-20", "2024-12-20", "Reported on 20 December 2024"),
        ("2024-12-20", "They met on Tuesday in Cairo", "Reported on 20 December 2024"),
        ("two hours", "on Tuesday", ""),
        ("2024-13-45", "on Tuesday", ""),
        ("9999-12-31", "on Tuesday", ""),
    ],
)
def test_a_when_answer_leads_with_its_day(text: str, quote: str, said: str) -> None:
    start = TEXT.index("on Tuesday")
    days = (DatedWords(start, start + 10, date(2024, 12, 17), date(2024, 12, 18)),)
    line = (DatedWords(0, 10, date(2024, 12, 20), date(2024, 12, 21)),)
    cited = cite(quote, dates=line if quote[0] == "2" else days)
    assert wording.lead(answer("when", text, cited)) == said


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("yesno", "yes", "Yes"),
        ("yesno", "unclear", "Unclear: the sentence says neither yes nor no"),
        ("span", "Cairo", ""),
        ("span", "in Egypt", "in Egypt"),
        ("list", "Cairo; Rome", ""),
        ("timeline", "They met", ""),
    ],
)
def test_what_leads_other_answers(kind: Kind, text: str, said: str) -> None:
    assert wording.lead(answer(kind, text, cite("Cairo"))) == said


def test_date_words_are_told_unless_they_say_the_day_themselves() -> None:
    start = TEXT.index("on Tuesday")
    words = (
        DatedWords(0, 10, date(2024, 12, 20), date(2024, 12, 21)),
        DatedWords(start, start + 10, date(2024, 12, 17), date(2024, 12, 18)),
    )
    told = list(wording.facts(cite("Cairo", dates=words)).dates)
    assert told == [("2024-12-20", "20 December 2024"), ("on Tuesday", "17 December 2024")]
    plain = article("In March 2024 they met.")
    days = (DatedWords(0, 13, date(2024, 3, 1), date(2024, 4, 1)),)
    assert not wording.facts(Citation(plain, 0, 13, 0, 23, 1.0, dates=days)).dates


def test_the_speaker_is_told_in_the_articles_words() -> None:
    start = TEXT.index("the ministry")
    assert wording.facts(cite("Cairo", speaker=(start, start + 12))).speaker == "the ministry"
    assert wording.facts(cite("Cairo")).speaker == ""


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2024, 12, 21), ""),
        (date(2024, 12, 20), "today"),
        (date(2024, 12, 19), "yesterday"),
        (date(2024, 12, 18), "2 days ago"),
        (date(2024, 10, 22), "59 days ago"),
        (date(2024, 10, 21), "2 months ago"),
        (date(2022, 12, 22), "24 months ago"),
        (date(2022, 12, 20), "2 years ago"),
        (None, ""),
    ],
)
def test_how_long_ago_a_day_was(day: date | None, said: str) -> None:
    assert wording.ago(day, date(2024, 12, 20)) == said
