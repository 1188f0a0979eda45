"""The terminal: quotations stand out, nothing from an article steers it."""

from __future__ import annotations

import io
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from rag.terminal import Meter, answer_text, visible
from rag.types import Answer, Citation, IndexInfo, Progress, Query
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
