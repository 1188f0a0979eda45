from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rag.types import Answer, Article, Citation, IndexInfo, Passage, Query
from rag.web import answer_text

TEXT = "date 2024-12-20 They met in Cairo on *Friday*. Talks went on."
INFO = IndexInfo("1", "f", None, None, "", 1, 1)


def article(name: str = "a", title: str = "A meeting") -> Article:
    return Article(name, TEXT, 16, date(2024, 12, 20), title, True, "", f"{name}.txt", "00")


def cite(quote: str, **changes: Any) -> Citation:
    start = TEXT.index(quote)
    citation = Citation(article(), start, start + len(quote), 16, 46, 0.9)
    return replace(citation, **changes)


def answered(*citations: Citation, **changes: Any) -> Answer:
    first = citations[0].quote
    whole = Answer(Query("q", "q"), "span", first, citations, 0.93, None, (), INFO)
    return replace(whole, **changes)


def test_a_quotation_stands_marked_in_its_sentence_above_its_source() -> None:
    assert answer_text.answer(answered(cite("Cairo"))) == (
        "> <q>They met in&#32;<mark>Cairo</mark>&#32;on \\*Friday\\*\\.</q>\n\n"
        "**<bdi>A meeting …</bdi>**\n<small>20 December 2024 · <samp>a\\.txt</samp></small>\n\n"
        "<small>Confidence: very likely right (93%)</small>"
    )


def test_a_whole_sentence_needs_no_mark() -> None:
    citation = cite("They met in Cairo on *Friday*.")
    assert answer_text.quotation(citation) == "> <q>They met in Cairo on \\*Friday\\*\\.</q>"


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"kind": "yesno", "text": "yes"}, "**yes**\n\n> <q>"),
        ({"disagreement": True}, "The articles do not agree on this"),
        ({"changed_files": ("a<b>.txt",)}, "<samp>a\\<b\\>\\.txt</samp> has changed or gone"),
    ],
)
def test_what_is_said_with_the_quotation(changes: dict[str, Any], part: str) -> None:
    assert part in answer_text.answer(answered(cite("Cairo"), **changes))


def test_copies_in_other_articles_are_counted_once_each() -> None:
    copies = (
        Passage(article("b"), 16, 20, 0),
        Passage(article("b"), 21, 24, 1),
        Passage(article("c"), 16, 20, 0),
    )
    shown = answer_text.source(cite("Cairo", copies=copies))
    assert "also in 2 other articles" in shown


def test_further_citations_are_numbered_with_their_origin() -> None:
    other = cite("met", article=article("b", "B [x]"))
    shown = answer_text.answer(answered(cite("Cairo"), cite("Friday"), other))
    assert "2. Friday\n   <small>the same article</small>" in shown
    assert "3. met\n   <small><bdi>B \\[x\\]</bdi> · 20 December 2024</small>" in shown


def test_an_abstention_gives_its_reason_and_what_is_near() -> None:
    near = (cite("Cairo"),)
    value = answered(near[0], citations=(), text=None, reason="low_confidence", nearest=near)
    assert answer_text.answer(value) == (
        "The collection comes near this question, but does not clearly answer it.\n\n"
        "Nearest passages, not an answer:\n\n"
        "- They met in Cairo on \\*Friday\\*\\.\n"
        "  <small><bdi>A meeting …</bdi> · 20 December 2024</small>"
    )


def test_a_choice_is_plain_text_with_number_quotation_and_date() -> None:
    assert answer_text.choice(2, cite("*Friday*")) == "2 · “*Friday*” · 20 December 2024"
