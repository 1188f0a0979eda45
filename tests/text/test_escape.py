from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.text.escape import markdown, one_line, visible
from tests.web.payloads import HOSTILE

RENDERER = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(
    ["table", "strikethrough"]
)
INLINE = re.compile(r"<p><q>(.*)</q></p>\n", re.DOTALL)


def rendered(text: str) -> str:
    """What a CommonMark renderer shows for the escaped text, tags still in it."""
    match = INLINE.fullmatch(RENDERER.render(f"<q>{markdown(text)}</q>"))
    assert match, RENDERER.render(f"<q>{markdown(text)}</q>")
    return match[1]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_rendered_as_itself(text: str) -> None:
    assert html.unescape(rendered(text)) == visible(text)
    assert "<" not in rendered(text)


@given(st.text() | st.text("\\`*_{}[]()#+-.!|<>~&$: \n\ta1"))
def test_any_text_is_rendered_as_itself(text: str) -> None:
    assert html.unescape(rendered(text)) == visible(text)
    assert "<" not in rendered(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, “quoted” – élan", "plain text, “quoted” – élan"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("windows\r\nlines", "windows\nlines"),
        ("lone\rreturn", "lone␍return"),
        ("nul\x00 bell\x07 delete\x7f", "nul␀ bell␇ delete[U+007F]"),
        ("a\u202eb\u2066c\u2069", "a[U+202E]b[U+2066]c[U+2069]"),
        ("line\u2028paragraph\u2029", "line[U+2028]paragraph[U+2029]"),
        ("mark\ufeff half\ud800", "mark[U+FEFF] half[U+D800]"),
    ],
)
def test_characters_that_disturb_are_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_what_is_visible_stays(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "limit", "label"),
    [
        ("  two\n words ", 20, "two words"),
        ("a" * 12, 10, "a" * 9 + "…"),
        ("name\n<b>.txt", 20, "name <b>.txt"),
    ],
)
def test_a_label_is_one_short_line(text: str, limit: int, label: str) -> None:
    assert one_line(text, limit=limit) == label
