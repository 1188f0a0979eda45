"""A conversation to keep: every quotation whole, nothing of it interpreted."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.config import BuildConfig
from rag.ingest.build import limits
from rag.present.export import export
from rag.present.json import answer_json
from rag.quotes.selector import Selector
from rag.quotes.verify import read_export, verify
from rag.text.escape import exact_html, exact_markdown
from rag.types import Answer
from tests.answer.conversations import abstention, answer, source
from tests.web.payloads import HOSTILE

ANY = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)
SPECIAL = st.text("\\`*_{}[]()#+-.!|<>~&$:\"' \n\t\r\u202e\u2028\x85\x07a1", min_size=1)
RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
ATTRIBUTES = {
    "html": {"lang"}, "head": set(), "meta": {"charset", "http-equiv", "content", "name"},
    "title": set(), "style": set(), "body": set(), "h1": set(), "h2": set(), "section": set(),
    "p": {"class"}, "blockquote": set(), "mark": set(), "samp": set(), "bdi": set(),
    "ul": {"class"}, "li": set(), "span": {"class", "data-code"}, "a": {"href"}, "footer": set(),
}  # fmt: skip


class Reading(HTMLParser):
    """A page as a browser takes it: which elements, and the text of those that are asked for."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            self.texts[tag][-1] += data


def quoted_in_markdown(document: str) -> list[str]:
    rendered = RENDERER.render(document)
    found = re.findall(r"<blockquote>\n<p>“(.*?)”</p>\n</blockquote>", rendered, re.DOTALL)
    assert rendered.count("<blockquote>") == len(found)
    return [html.unescape(text) for text in found]


def conversation(text: str) -> list[Answer]:
    """The text is quoted, and is the question, the title and the file's name besides."""
    return [
        answer(text, question=text, name=text, title=text),
        abstention(text, question=text),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text(text: str) -> None:
    check_html(text)
    check_markdown(text)


@given(ANY | SPECIAL)
def test_any_text_stays_itself(text: str) -> None:
    check_html(text)
    check_markdown(text)


def check_html(text: str) -> None:
    page = Reading(export(conversation(text), "html"))
    assert page.texts["blockquote"] == [text, text]
    assert page.texts["h2"] == [text, text]
    assert page.texts["mark"] == [text, text]
    assert all(page_tag in ATTRIBUTES for page_tag, _ in page.tags)
    assert all(attributes.keys() <= ATTRIBUTES[tag] for tag, attributes in page.tags)
    links = [str(attributes["href"]) for tag, attributes in page.tags if tag == "a"]
    assert len(links) == 3
    assert all(re.fullmatch(r"http://127\.0\.0\.1:7860/\?quote=[\w-]+", link) for link in links)


def check_markdown(text: str) -> None:
    document = export(conversation(text), "md")
    assert quoted_in_markdown(document) == [text, text]
    rendered = RENDERER.render(document)
    allowed = r"</?(?:h1|h2|p|blockquote|ul|li)>|<a href=\"http://127[^\"<>]*\">|</a>"
    assert "<" not in re.sub(allowed, "", rendered)


@given(ANY | SPECIAL)
def test_escaping_is_lossless(text: str) -> None:
    assert Reading(f"<p>{exact_html(text)}</p>").texts["p"] == [text]
    rendered = RENDERER.render(f"x{exact_markdown(text)}x")
    match = re.fullmatch(r"<p>x(.*)x</p>\n", rendered, re.DOTALL)
    assert match
    assert html.unescape(match[1]) == text


def test_what_reorders_its_neighbours_is_shown_and_kept_apart() -> None:
    assert exact_html("a\u202eb") == ('a<span class="unseen" data-code="U+202E">\u202e</span>b')
    assert exact_markdown("a\u202eb") == "a&#8238;b"


def test_the_page_allows_nothing_but_its_own_style() -> None:
    page = Reading(export([answer("x")], "html"))
    [policy] = [a["content"] for t, a in page.tags if a.get("http-equiv")]
    assert policy is not None
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'",
        policy,
    )


def test_the_page_tells_question_answer_and_source() -> None:
    page = Reading(export([answer("wheat"), abstention("bread")], "html"))
    assert page.texts["h2"] == ["What was said?", "What was not said?"]
    assert page.texts["blockquote"] == ["wheat", "bread"]
    paragraphs = page.texts["p"]
    assert "— T, 20 December 2024, a.txt [16:21] · open in the chat" in paragraphs
    assert "The board said: wheat" in paragraphs
    assert "Confidence 90%" in paragraphs
    assert "a.txt has changed or gone since it was indexed; rebuild the index." in paragraphs
    assert "The collection does not clearly answer this question." in paragraphs
    assert "Ask otherwise." in paragraphs
    assert "Nearest passages, not an answer:" in paragraphs
    assert page.texts["li"][:3] == [
        "Said by The board",
        "The same story is in b.txt",
        "Also reported by T, 20 December 2024, b.txt [16:21] · open in the chat",
    ]
    assert page.texts["footer"] == [
        "Index 000007 of 2025-01-01T00:00:00Z: 2 articles, the newest of 20 December 2024; "
        "fingerprint f00d"
    ]


def test_the_markdown_reads_well() -> None:
    document = export([answer("wheat")], "md")
    link = Selector.of(source("wheat"), 16, 21).link
    assert document.splitlines()[4:14] == [
        "## What was said?",
        "",
        "> “wheat”",
        "",
        "— T, 20 December 2024, a\\.txt \\[16\\:21\\] · [open in the chat][1]",
        "",
        "In its sentence: “The board said\\: wheat”",
        "",
        "- Said by The board",
        "- The same story is in b\\.txt",
    ]
    assert f"[1]: <http://127.0.0.1:7860/{link}>" in document


@given(ANY)
def test_the_json_holds_the_answers_with_their_links(text: str) -> None:
    answers = conversation(text)
    objects = json.loads(export(answers, "json"))
    assert [json.loads(line) for line in export(answers, "jsonl").split("\n")[:-1]] == objects
    [cited] = objects[0]["citations"]
    assert cited["quote"] == text
    assert Selector.decode(cited.pop("link").removeprefix("?quote=")).exact == text[:2000]
    assert cited["also"][0].pop("link").startswith("?quote=")
    assert objects[1]["nearest"][0].pop("link").startswith("?quote=")
    assert objects == [answer_json(one) for one in answers]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_what_is_exported_can_be_verified(tmp_path: Path, form: str) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(source("wheat").text, "utf-8")
    file = tmp_path / f"talk.{form}"
    answers = [answer("wheat"), abstention("wheat")]
    file.write_text(export(answers, "json" if form == "json" else "jsonl"), "utf-8")
    verdicts = verify(
        read_export(file), tmp_path, limits=limits(BuildConfig()), today=date(2025, 1, 1)
    )
    assert [verdict.state for verdict in verdicts] == ["match", "match", "match"]


def test_a_sentence_is_told_once() -> None:
    one = answer("wheat")
    twice = Answer(one.query, "list", "wheat; wheat", one.citations * 2, 0.9, None, (), one.index)
    assert Reading(export([twice], "html")).texts["mark"] == ["wheat"]


def test_links_lead_to_the_given_address() -> None:
    page = export([answer("x")], "html", address="http://localhost:9000/")
    assert page.count('href="http://localhost:9000/?quote=') == 2


def test_no_answers_are_an_empty_document() -> None:
    assert json.loads(export([], "json")) == []
    assert export([], "md").startswith("# Dateline\n")
