"""The Markdown that the page shows; untrusted text in it stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from markdown_it import MarkdownIt

from rag.ingest.changes import Changes
from rag.text.escape import visible
from rag.types import (
    Answer,
    Article,
    Citation,
    DatedWords,
    Hit,
    IndexInfo,
    Kind,
    Passage,
    Progress,
    Query,
    Window,
)
from rag.web import markup
from tests.answer.making import article as article_of
from tests.web.payloads import HOSTILE

NOW = datetime(2024, 12, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.934, "very likely right (93%)"),
        (0.9, "very likely right (90%)"),
        (0.7, "likely right (70%)"),
        (0.55, "more likely than not (55%)"),
        (0.0, "unsure (0%)"),
    ],
)
def test_a_confidence(value: float, said: str) -> None:
    assert markup.confidence(value) == said


@pytest.mark.parametrize(
    ("built_at", "said"),
    [
        ("2024-12-20T11:59:30+00:00", "just now"),
        ("2024-12-20T11:59:00Z", "1 minute ago"),
        ("2024-12-20T09:00:00", "3 hours ago"),
        ("2024-12-18T12:00:00+00:00", "2 days ago"),
        ("some day", "some day"),
    ],
)
def test_an_age(built_at: str, said: str) -> None:
    assert markup.age(built_at, now=NOW) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (Progress("reading", 0, 0), "Reading the articles"),
        (Progress("reading", 1300, 0), "Reading the articles · 1,300 so far"),
        (
            Progress("embedding", 1200, 4000, 310.4, 9.2),
            "Reading what each passage means · 1,200 of 4,000 · 310 a second"
            " · about 9 seconds left",
        ),
    ],
)
def test_progress(at: Progress, said: str) -> None:
    assert markup.progress(at) == said


def test_the_line_about_an_index_without_dates() -> None:
    info = IndexInfo("1", "f", None, None, "long ago", 1, 4)
    assert markup.index_line(info) == "1 article · index built long ago"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (None, ""),
        (Changes(), ""),
        (Changes(new=("a",)), " · since then 1 file new"),
        (Changes(("a", "b"), ("c",), ("d",)), " · since then 2 files new, 1 changed, 1 gone"),
        (Changes(gone=("d", "e")), " · since then 2 files gone"),
    ],
)
def test_the_line_about_an_index_tells_what_has_changed_since(
    changes: Changes | None, said: str
) -> None:
    day = date(2024, 12, 19)
    info = IndexInfo("1", "f", day, day, "2024-12-20T09:00:00Z", 2000, 4)
    assert markup.index_line(info, off=3, changes=changes, now=NOW) == (
        f"2,000 articles · 3 switched off · newest 19 December 2024 · index built 3 hours ago{said}"
    )


def test_what_is_searched_and_read_meanwhile() -> None:
    window = Window(date(2024, 6, 1), date(2024, 7, 1), "June")
    assert markup.searching(Query("q", "q"), 2000) == "Searching 2,000 articles"
    assert markup.searching(Query("q", "q", window), 1) == (
        "Searching 1 article from 1 June 2024 to 30 June 2024 (“June”)"
    )
    hits = [Hit(Passage(article_of("Text."), 0, 5, n), 1.0, n, 1.0, 1.0) for n in (1, 2)]
    assert markup.reading(hits) == "Reading 2 passages of 1 article"


TEXT = "date 2024-12-20 They met in Cairo on *Friday*. Talks went on."
INFO = IndexInfo("1", "f", None, None, "", 1, 1)
TODAY = date(2024, 12, 22)
FACTS = "<small>20 December 2024, 2 days ago · <samp>a\\.txt</samp></small>"
QUOTED = "They met in&#32;<mark>Cairo</mark>&#32;on \\*Friday\\*\\."


def article(name: str = "a", title: str = "A meeting") -> Article:
    return Article(name, TEXT, 16, date(2024, 12, 20), title, True, "", f"{name}.txt", "00")


def cite(quote: str, **changes: Any) -> Citation:
    start = TEXT.index(quote)
    citation = Citation(article(), start, start + len(quote), 16, 46, 0.9)
    return replace(citation, **changes)


def answered(*citations: Citation, kind: Kind = "span", **changes: Any) -> Answer:
    first = citations[0].quote
    query = Query("q", "q", kind=kind)
    return replace(Answer(query, kind, first, citations, 0.93, None, (), INFO), **changes)


def shown(*citations: Citation, **changes: Any) -> list[str]:
    """The paragraphs of the answer, without the chips."""
    return markup.answer(answered(*citations, **changes), TODAY).split("\n\n")[1:]


def test_a_quotation_stands_marked_in_its_sentence_above_its_source() -> None:
    assert shown(cite("Cairo")) == [
        f"> <q>{QUOTED}</q>",
        f"<sup>1</sup> **<bdi>A meeting …</bdi>**\n{FACTS}",
        "<small>Confidence: very likely right (93%)</small>",
    ]


def test_a_whole_sentence_needs_no_mark() -> None:
    citation = cite("They met in Cairo on *Friday*.")
    assert markup.quotation(citation) == "> <q>They met in Cairo on \\*Friday\\*\\.</q>"


def test_chips_tell_how_the_question_was_understood() -> None:
    window = Window(date(2024, 12, 1), date(2025, 1, 1), "December")
    query = Query("q", "q", window, "when", carried=("Sharif", "*Oslo*"))
    assert markup.chips(query).split(" <kbd>") == [
        "<kbd><bdi>when</bdi></kbd>",
        "<time><bdi>from 1 December 2024 to 31 December 2024 \\(“December”\\)</bdi></time></kbd>",
        "<cite><bdi>with “Sharif”</bdi></cite></kbd>",
        "<cite><bdi>with “\\*Oslo\\*”</bdi></cite></kbd>",
    ]
    assert markup.chips(Query("", "")) == ""


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"kind": "yesno", "text": "no"}, "**No**"),
        ({"kind": "when", "text": "2024-12-17"}, "**Reported on 17 December 2024**"),
        ({"text": "in *Egypt*"}, "**in \\*Egypt\\***"),
    ],
)
def test_a_label_or_a_day_comes_before_the_quotation(changes: dict[str, Any], first: str) -> None:
    assert shown(cite("Cairo"), **changes)[:2] == [first, f"> <q>{QUOTED}</q>"]


def test_the_date_line_of_an_article_is_told_as_one() -> None:
    line = Citation(article(), 5, 15, 5, 15, 0.9)
    told = shown(line, cite("Cairo"), kind="when", text="2024-12-20")
    assert told[:3] == [
        "**Reported on 20 December 2024**",
        "<small><sup>1</sup> Date line of the article: <q>2024\\-12\\-20</q></small>",
        f"> <q>{QUOTED}</q>",
    ]


def test_all_that_is_known_of_a_quotation_stands_below_it() -> None:
    start = TEXT.index("on *Friday*")
    cited = cite(
        "Cairo",
        speaker=(28, 33),
        dates=(DatedWords(start, start + 11, date(2024, 12, 20), date(2024, 12, 21)),),
        also=(cite("Cairo", article=article("b", "B [x]")), cite("Cairo", article=article("c"))),
        copies=tuple(Passage(article(name), 16, 20, n) for n, name in enumerate("bbd")),
    )
    told = shown(cited)[1].splitlines()
    assert told == [
        "<sup>1</sup> **<bdi>A meeting …</bdi>**",
        FACTS,
        "<small>Said by <bdi>Cairo</bdi></small>",
        "<small>“<bdi>on \\*Friday\\*</bdi>” = 20 December 2024</small>",
        "<small>Also reported by 2 articles: <sup>2</sup> <bdi>B \\[x\\]</bdi>, 20 December 2024"
        " · <sup>3</sup> <bdi>A meeting …</bdi>, 20 December 2024</small>",
        "<small>The same story is in 2 other articles</small>",
    ]


def test_all_that_is_numbered_can_be_opened() -> None:
    agreeing = cite("Cairo", article=article("b"))
    value = answered(cite("Cairo", also=(agreeing,)), cite("met"))
    assert [(c.article.id, c.quote) for c in markup.numbered_citations(value)] == [
        ("a", "Cairo"),
        ("a", "met"),
        ("b", "Cairo"),
    ]


def test_further_citations_are_numbered_with_their_origin() -> None:
    other = cite("met", article=article("b", "B [x]"))
    assert shown(cite("Cairo"), cite("in"), other)[2:4] == [
        "Also quoted:",
        "2. <sup>2</sup> <q>They met&#32;<mark>in</mark>&#32;Cairo on \\*Friday\\*\\.</q>\n"
        "   <small>the same article</small>\n"
        "3. <sup>3</sup> <q>They&#32;<mark>met</mark>&#32;in Cairo on \\*Friday\\*\\.</q>\n"
        "   <small><bdi>B \\[x\\]</bdi> · 20 December 2024, 2 days ago</small>",
    ]


def test_the_items_of_one_sentence_stand_above_it() -> None:
    told = shown(cite("They"), cite("Cairo"), cite("met", article=article("b")), kind="list")
    assert told[:3] == [
        "1. <sup>1</sup> **They**\n2. <sup>2</sup> **Cairo**",
        "> <q><mark>They</mark>&#32;met in&#32;<mark>Cairo</mark>&#32;on \\*Friday\\*\\.</q>",
        f"**<bdi>A meeting …</bdi>**\n{FACTS}",
    ]
    assert told[3] == "3. <sup>3</sup> **met**"


def test_a_timeline_gives_every_entry_its_day() -> None:
    assert shown(cite("Cairo"), cite("met", article=article("b")), kind="timeline")[0] == (
        f"1. <sup>1</sup> **20 December 2024, 2 days ago**\n   <q>{QUOTED}</q>\n"
        "   <small><bdi>A meeting …</bdi></small>\n"
        "2. <sup>2</sup> **20 December 2024, 2 days ago**\n"
        "   <q>They&#32;<mark>met</mark>&#32;in Cairo on \\*Friday\\*\\.</q>\n"
        "   <small><bdi>A meeting …</bdi></small>"
    )


def test_the_latest_stands_out_from_what_was_before() -> None:
    told = shown(cite("Cairo"), cite("met"), kind="latest")
    assert told[0] == "**The latest: 20 December 2024, 2 days ago**"
    assert told[1] == f"> <q>{QUOTED}</q>"
    assert told[3] == "Previously:"
    assert told[4].startswith("2. <sup>2</sup> **20 December 2024, 2 days ago**")
    assert "Previously:" not in shown(cite("Cairo"), kind="latest")


def test_a_title_that_begins_the_sentence_is_not_said_again() -> None:
    cited = cite("Cairo", article=article("a", "They met in Cairo"))
    assert markup.title_or_file(cited) == "<samp>a\\.txt</samp>"
    assert "<small><samp>a\\.txt</samp></small>" in shown(cited, kind="timeline")[0]


def test_more_than_can_be_taken_in_is_counted() -> None:
    told = shown(*(cite("Cairo", score=n / 40) for n in range(33)), kind="timeline")
    assert told[0].count("<q>") == 30
    assert told[1] == "<small>3 more quotations under Sources</small>"


def test_disagreement_gives_each_value_its_row_and_prefers_none() -> None:
    cited = cite("Cairo"), cite("*Friday*", article=article("b", "B | c"))
    told = shown(*cited, disagreement=True)
    assert told[0] == "The articles do not agree on this. Each is quoted, and none is preferred."
    assert told[1].splitlines()[2:] == [
        f"| **Cairo** | <q>{QUOTED}</q> | <sup>1</sup> **<bdi>A meeting …</bdi>**<br>{FACTS} |",
        "| **\\*Friday\\*** | <q>They met in Cairo on&#32;<mark>\\*Friday\\*</mark>\\.</q> "
        f"| <sup>2</sup> **<bdi>B \\| c …</bdi>**<br>{FACTS.replace('>a', '>b')} |",
    ]


def test_a_changed_file_is_named() -> None:
    assert shown(cite("Cairo"), changed_files=("a<b>.txt",))[-1] == (
        "<small><samp>a\\<b\\>\\.txt</samp> has changed or gone since it was indexed; "
        "rebuild the index.</small>"
    )


def test_an_abstention_gives_its_reason_advice_and_what_is_near() -> None:
    near = (cite("Cairo"),)
    told = shown(
        *near, citations=(), text=None, reason="low_confidence", nearest=near, advice="Ask *more*."
    )
    assert told == [
        "**The collection does not clearly answer this question.**",
        "Ask \\*more\\*\\.",
        "Nearest passages, not an answer:",
        "1. <sup>1</sup> They met in Cairo on \\*Friday\\*\\.\n"
        "   <small><bdi>A meeting …</bdi> · 20 December 2024, 2 days ago</small>",
    ]


def test_a_choice_is_plain_text_with_number_quotation_and_date() -> None:
    assert markup.choice_label(2, cite("*Friday*")) == "2 · “*Friday*” · 20 December 2024"


OURS = {
    "p", "q", "mark", "bdi", "small", "samp", "strong", "kbd", "blockquote", "br", "ol", "li", "ul",
    "table", "thead", "tbody", "tr", "th", "td", "progress",
    "time", "cite", "sup",
}  # fmt: skip
KINDS: list[Kind] = ["span", "list", "yesno", "when", "timeline", "latest", "summary"]


def hostile(payload: str, kind: Kind, *, disagreement: bool) -> Answer:
    """An answer that holds the payload everywhere."""
    text = f"{payload} said {payload} on {payload} end"
    end = len(text)
    bad = Article("x", text, 0, date(2024, 3, 1), payload, False, payload, payload, payload)
    days = DatedWords(len(payload), end, date(2024, 1, 2), None)
    plain = Citation(bad, 0, end - 4, 0, end, 1.0, speaker=(0, len(payload)), dates=(days,))
    cited = replace(plain, also=(plain,), copies=(Passage(replace(bad, id="y"), 0, 3, 0),))
    window = Window(after=date(2024, 1, 1), said=payload)
    query = Query(payload, payload, window, kind, (payload,), (payload,))
    return Answer(
        query, kind, payload, (cited, replace(cited, start=1)), 0.9, None, (), INFO,
        disagreement=disagreement, changed_files=(payload,),
    )  # fmt: skip


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_text_of_others_becomes_markup_anywhere(payload: str) -> None:
    reader = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
    for kind in KINDS:
        for disagreement in (False, True):
            value = hostile(payload, kind, disagreement=disagreement)
            nothing = replace(
                value, citations=(), nearest=value.citations, reason="no_span", advice=payload
            )
            for told in (value, nothing):
                html = reader.render(markup.answer(told, TODAY))
                tags = set(re.findall(r"<\s*/?\s*([a-zA-Z!?][\w-]*)", html))
                assert tags <= OURS, tags - OURS
                assert not re.search(r"<[^>]*\s(?!start=)\w+=", html)


@pytest.mark.parametrize("payload", HOSTILE)
def test_what_is_said_while_working_or_failing_is_text(payload: str) -> None:
    reader = MarkdownIt("commonmark", {"html": True})
    for told in (markup.progress_message(payload), markup.error_message(payload)):
        tags = set(re.findall(r"<\s*/?\s*([a-zA-Z!?][\w-]*)", reader.render(told)))
        assert tags <= OURS
    text = re.sub(r"<[^>]+>", "", reader.renderInline(markup.error_message(payload)))
    assert " ".join(visible(payload).split()) == unescape(text)


def test_a_pronoun_tells_nobody_who_says_it() -> None:
    assert "Said by" not in "".join(shown(cite("Cairo", speaker=(16, 20))))
