"""The terminal: quotations stand out, nothing from an article steers it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.present.terminal import Meter, answer_text, visible
from rag.types import (
    Answer,
    Citation,
    DatedWords,
    IndexInfo,
    Kind,
    Passage,
    Progress,
    Query,
    Window,
)
from tests.answer.making import article

INFO = IndexInfo("000001", "f", None, None, "2026-01-01T00:00:00Z", 1, 1)
MARK, PLAIN = "\x1b[7m", "\x1b[0m"


def answer(text: str, quote: str) -> Answer:
    start = text.index(quote)
    whole = article(text, published=date(2024, 12, 20))
    cited = Citation(whole, start, start + len(quote), 0, len(text), 1.0)
    return Answer(Query("q", "q"), "span", quote, (cited,), 0.9, None, (), INFO)


def test_the_quotation_stands_out_in_its_sentence() -> None:
    said = answer("They met in Cairo on Friday.", "Cairo")
    assert answer_text(said, colour=False).splitlines() == [
        "  They met in Cairo on Friday.",
        "  — A title, 20 December 2024",
        "    a.txt [12:17]",
        "",
        "confidence 90%",
    ]
    assert f"  They met in {MARK}Cairo{PLAIN} on Friday." in answer_text(said, colour=True)


TEXT = "They met on Tuesday in Cairo, Rome and Oslo, he said."


def cite(quote: str, article_id: str = "a", day: int = 20, **changes: Any) -> Citation:
    whole = article(TEXT, article_id=article_id, published=date(2024, 12, day))
    start = TEXT.index(quote)
    return replace(Citation(whole, start, start + len(quote), 0, len(TEXT), 1.0), **changes)


def told(kind: Kind, text: str, *cited: Citation, **changes: Any) -> list[str]:
    value = Answer(Query("q", "q", kind=kind), kind, text, cited, 0.9, None, (), INFO)
    return answer_text(replace(value, **changes), colour=False).splitlines()


def test_a_comma_stays_beside_its_quotation() -> None:
    assert "  They met on Tuesday in Cairo, Rome and Oslo, he said." in told(
        "span", "Cairo", cite("Cairo")
    )


def test_what_was_understood_is_one_dim_line_when_it_was_not_typed() -> None:
    window = Window(date(2024, 6, 1), date(2024, 7, 1), "June")
    query = Query("And in June?", "q", window, "span", carried=("Sharif",))
    value = replace(answer("In Cairo.", "Cairo"), query=query)
    line = (
        "Understood: who, what or where, from 1 June 2024 to 30 June 2024 (“June”), "
        "with “Sharif” from earlier"
    )
    assert answer_text(value, colour=False).splitlines()[:2] == [line, ""]
    assert answer_text(value, colour=True).startswith(f"\x1b[2m{line}{PLAIN}\n")


def test_who_says_it_which_days_are_meant_and_who_else_reports_it() -> None:
    start = TEXT.index("on Tuesday")
    cited = cite(
        "Cairo",
        speaker=(TEXT.index("Rome"), TEXT.index("Rome") + 4),
        dates=(DatedWords(start, start + 10, date(2024, 12, 17), date(2024, 12, 18)),),
        also=(cite("Cairo", "b", 21), cite("Cairo", "c", 22)),
        copies=(Passage(article(TEXT, article_id="d"), 0, 4, 0),),
    )
    assert told("span", "Cairo", cited)[3:] == [
        "    said by Rome",
        "    “on Tuesday” = 17 December 2024",
        "    also reported by 2 articles: A title, 21 December 2024 (b.txt [23:28]); A",
        "    title, 22 December 2024 (c.txt [23:28])",
        "    also in d",
        "",
        "confidence 90%",
    ]


@pytest.mark.parametrize(
    ("kind", "text", "quote", "first"),
    [
        ("yesno", "no", "They met", "No"),
        ("when", "2024-12-17", "on Tuesday", "Reported on 17 December 2024"),
        ("span", "Cairo", "Cairo", "  They met on Tuesday in Cairo, Rome and Oslo, he said."),
    ],
)
def test_a_label_or_a_day_comes_before_the_quotation(
    kind: Kind, text: str, quote: str, first: str
) -> None:
    lines = told(kind, text, cite(quote))
    assert lines[lines.index(first) :][-1] == "confidence 90%"


def test_a_date_line_is_told_as_one() -> None:
    whole = replace(article("2024-12-20 They met.", published=date(2024, 12, 20)), body=11)
    line, told_so = Citation(whole, 0, 10, 0, 10, 1.0), Citation(whole, 11, 20, 11, 20, 1.0)
    assert told("when", "2024-12-20", line, told_so)[:6] == [
        "Understood: when",
        "",
        "Reported on 20 December 2024",
        "",
        "  “2024-12-20”, the date line of a.txt [0:10]",
        "",
    ]


def test_the_items_of_one_sentence_stand_above_it() -> None:
    lines = told("list", "Cairo; Rome; met", cite("Cairo"), cite("Rome"), cite("met", "b"))
    assert lines[2:12] == [
        "1. Cairo",
        "2. Rome",
        "  They met on Tuesday in Cairo, Rome and Oslo, he said.",
        "  — A title, 20 December 2024",
        "    a.txt [23:28]",
        "",
        "3. met",
        "  They met on Tuesday in Cairo, Rome and Oslo, he said.",
        "  — A title, 20 December 2024",
        "    b.txt [5:8]",
    ]
    both = Answer(Query("q", "q"), "list", "q", (cite("Cairo"), cite("Rome")), 0.9, None, (), INFO)
    marked = f"{MARK}Cairo{PLAIN}, {MARK}Rome{PLAIN} and Oslo"
    assert marked in answer_text(both, colour=True)


@pytest.mark.parametrize(
    ("kind", "heads"),
    [
        ("timeline", ["1. 19 December 2024", "2. 20 December 2024"]),
        ("latest", ["1. The latest, 19 December 2024", "2. Previously, 20 December 2024"]),
        ("summary", ["1. 19 December 2024", "2. 20 December 2024"]),
    ],
)
def test_entries_stand_in_order_under_their_days(kind: Kind, heads: list[str]) -> None:
    lines = told(kind, "met", cite("met", "b", 19), cite("Cairo"))
    assert [line for line in lines if line[:1].isdigit()] == heads


def test_the_title_of_an_article_is_told_once_in_a_row() -> None:
    lines = told("summary", "met", cite("met"), cite("Cairo", sentence_start=5))
    assert lines[8:11] == [
        "  met on Tuesday in Cairo, Rome and Oslo, he said.",
        "  — the same article",
        "    a.txt [23:28]",
    ]


def test_disagreement_stands_side_by_side_and_prefers_none() -> None:
    cited = cite("Cairo"), cite("Rome", "b", 21), cite("Oslo", "c", 22)
    lines = told("span", "Cairo", *cited, disagreement=True)
    assert lines[0] == "The articles do not agree on this. Each is quoted, and none is preferred."
    assert lines[2:9] == [
        "  Cairo                                   Rome",
        "  “They met on Tuesday in Cairo, Rome     “They met on Tuesday in Cairo, Rome",
        "  and Oslo, he said.”                     and Oslo, he said.”",
        "  — A title, 20 December 2024             — A title, 21 December 2024",
        "    a.txt [23:28]                           b.txt [30:34]",
        "",
        "  Oslo",
    ]


def test_an_abstention_gives_reason_advice_and_what_is_near() -> None:
    value = replace(
        answer("They met in Cairo.", "Cairo"),
        citations=(),
        text=None,
        reason="outside_window",
        nearest=(cite("Cairo"),),
        advice="The oldest article is of 9 June 2024.",
    )
    assert answer_text(value, colour=True).splitlines()[:5] == [
        "No article in the collection lies within the dates asked about.",
        "The oldest article is of 9 June 2024.",
        "",
        "Nearest passages, not an answer:",
        "",
    ]
    assert MARK not in answer_text(value, colour=True)


HOSTILE = "\x1b[31m\u202e\x07"


def test_nothing_that_is_told_steers_the_terminal() -> None:
    text = f"{HOSTILE} said {HOSTILE} on {HOSTILE} end"
    whole = replace(article(text), title=HOSTILE, path=HOSTILE)
    cited = Citation(
        whole,
        len(text) - 3,
        len(text),
        0,
        len(text),
        1.0,
        also=(Citation(whole, 0, 5, 0, 9, 1.0),),
        speaker=(0, 7),
        dates=(DatedWords(8, 20, date(2024, 1, 1), None),),
    )
    query = Query("q", "q", Window(after=date(2024, 1, 1), said=HOSTILE), "list", (), (HOSTILE,))
    whole_answer = Answer(
        query, "list", "x", (cited, cited), 0.9, None, (), INFO, changed_files=(HOSTILE,)
    )
    nothing = replace(
        whole_answer, citations=(), reason="no_span", nearest=(cited,), advice=HOSTILE
    )
    apart = replace(whole_answer, kind="span", text=HOSTILE, disagreement=True)
    for value in (whole_answer, nothing, apart, replace(apart, disagreement=False)):
        shown = answer_text(value, colour=False)
        assert not any(
            character in shown
            for character in HOSTILE
            if not character.isalnum() and character != "["
        )
        assert "\\u001b[31m\\u202e" in shown


def test_a_quotation_over_several_lines_stands_out_on_each() -> None:
    quote = " ".join(["word"] * 40)
    lines = answer_text(answer(f"Start {quote} end.", quote), colour=True).splitlines()[:3]
    assert all(line.count(MARK) == line.count(PLAIN) == 1 for line in lines)
    assert lines[0].startswith(f"  Start {MARK}word")
    assert lines[2].endswith(f"word{PLAIN} end.")


def test_articles_do_not_steer_the_terminal() -> None:
    hostile = "\x1b[31mred\x07 \u202eback \r\nnext"
    assert visible(hostile) == "\\u001b[31mred\\u0007 \\u202eback next"
    shown = answer_text(answer(f"{hostile} end", "end"), colour=False)
    assert "\x1b" not in shown
    assert "\u202e" not in shown


@given(st.text())
def test_what_is_visible_is_one_line_without_controls(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable() or not shown.isascii()
    assert not any(character in shown for character in "\x00\x1b\x7f\r\n\u202e\u200f")


def test_progress_is_a_line_now_and_then_when_it_is_not_a_terminal() -> None:
    stream = io.StringIO()
    meter = Meter(stream)
    for done in range(1, 4):
        meter(Progress("embedding", done, 3, 2.0, 61.0))
    meter(Progress("writing", 3, 3))
    assert stream.getvalue().splitlines() == [
        "embedding 1 of 3, 2 a second, 1 min 1 s left",
        "writing 3 of 3",
    ]


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_in_a_terminal_the_progress_line_is_wiped_at_the_end() -> None:
    screen = Screen()
    with Meter(screen) as meter:
        meter(Progress("writing", 6, 6))
        assert screen.getvalue().strip() == "writing 6 of 6"
    assert screen.getvalue().endswith("\r\x1b[K")
    with Meter(untouched := Screen()):
        pass
    assert untouched.getvalue() == ""
