"""Texts and file names that attack the page, in a real browser: all are shown as text."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.answer.engine import AskOptions
from rag.config import AskConfig
from rag.present import wording
from rag.text.escape import one_line, visible
from tests.web.browsing import Visit, text_of
from tests.web.payloads import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


TOGETHER = 3
ISLANDS = ("zan", "reef", "tide", "surf", "wave", "moor", "quay", "dune")


def hostile_articles(folder: Path) -> dict[str, list[str]]:
    """One article for each payload, in its name, title and text: the names by question.

    A question has three of the payloads, and is answered from their three articles, each of which
    has all three further down.
    """
    names = {}
    for first in range(0, len(HOSTILE), TOGETHER):
        payloads = HOSTILE[first : first + TOGETHER]
        islands = " ".join(f"{island}{first:02}" for island in ISLANDS)
        question = f"{' '.join(payloads)} {islands} quokka"
        names[question] = [
            re.sub(r"[/\0]", "∕", f"{number} {payload}")[:80] + ".txt"
            for number, payload in enumerate(payloads, first)
        ]
        others = "\n\n".join(f"Then {payload} said so on Tuesday." for payload in payloads)
        for name, payload in zip(names[question], payloads, strict=True):
            text = (
                f"date 2024-03-01 {payload} {islands} quokka said so on Tuesday of {payload} in "
                f"{islands}.\n\n{others}"
            )
            (folder / name).write_text(text, encoding="utf-8", newline="")
    return names


def test_hostile_text_is_shown_as_text_everywhere(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    names = hostile_articles(opened.site.folder)
    opened.site.collection.build(opened.site.collection.built_with)
    engine = opened.site.collection.open(AskConfig())
    for question, group in names.items():
        opened.ask(question)
        cited = engine.ask(question).citations
        assert {one.article.path for one in cited} >= {*group}
        first = cited[0]
        asked = text_of(page, "#chat [data-testid=user]").strip()
        assert asked == one_line(question, limit=500)
        assert text_of(page, "#chat blockquote q >> nth=0") == visible(first.sentence)
        quoted = page.locator("#chat [data-testid=bot] q").all_text_contents()
        assert {*quoted} >= {visible(one.sentence) for one in cited}
        assert one_line(first.article.path) in text_of(page, "#chat [data-testid=bot]")
        assert shown_article(page) == visible(first.article.text).replace("\n", "")
        assert shown_article(page, ".highlighted ") == visible(first.quote)
        told = text_of(page, "#chat [data-testid=bot]")
        assert f"Said by {one_line(wording.facts(first).speaker)}" in told
        assert "“Tuesday” = 27 February 2024" in told
        opened.ask("Who else saw it?")
        carried = engine.ask("Who else saw it?", AskOptions(history=[question])).query.carried
        assert carried
        if not page.locator("#carried").count():
            page.locator("#chat kbd").last.click()
        for word in carried:
            assert one_line(word) in text_of(page, "#carried")
            assert f"with “{one_line(word)}" in text_of(page, "#chat .bot-row:last-of-type")
        assert foreign_elements(page) == 0, group
        opened.forget()
    opened.open_tab("Articles")
    page.locator("#rebuild").click()
    every = [name for group in names.values() for name in group]
    expect(page.locator("#report")).to_contain_text(f"{len(every) + 2} articles")
    expect(page.locator("#table")).to_contain_text(one_line(every[0]))
    for name in every:
        assert one_line(name) in text_of(page, "#table")
        assert one_line(name, limit=90) in text_of(page, "#report")
    assert foreign_elements(page) == 0
    opened.shoot("hostile-articles")
    opened.assert_calm()


def shown_article(page: Page, part: str = "") -> str:
    script = "nodes => nodes.map(node => node.textContent).join('')"
    return str(page.locator(f"#article {part}.text").evaluate_all(script))


def foreign_elements(page: Page) -> int:
    """How many elements there are that the page itself never puts beside untrusted text."""
    tags = (
        "script, img, iframe, form, link, style, meta, base, object, svg, code, h1, input, "
        "h2:not(.placeholder h2), a:not([href^='?quote='])"
    )
    return page.locator(
        f":is(#chat, #table, #report, #article, #article-head, #passages) .prose :is({tags}),"
        "#carried label :is(script, img, iframe, form, link, style, a, object, svg, h1, b, i)"
    ).count()


def test_a_hostile_file_name_is_told_as_text(open_page: Visit, tmp_path: Path) -> None:
    """Whether the file is saved or refused."""
    opened, page = open_page, open_page.page
    for suffix in (".exe", ".txt"):
        names = [re.sub(r"[/\0]", "∕", payload)[:80] + suffix for payload in HOSTILE]
        for name in names:
            (tmp_path / name).write_text(f"The text of {name}.")
        opened.begin_anew()
        opened.open_tab("Articles")
        files = page.locator("#files input[type=file]")
        files.set_input_files([tmp_path / name for name in names])
        expect(page.locator("#note li")).to_have_count(len(names))
        assert "“img src=x onerror=window.hacked=1" in text_of(page, "#note")
        assert foreign_elements(page) == 0
        opened.assert_calm()


def test_a_hostile_name_of_a_file_too_large_is_not_shown(open_page: Visit, tmp_path: Path) -> None:
    opened, page = open_page, open_page.page
    source = tmp_path / "<img src=x onerror=window.hacked=1>.txt"
    source.touch()
    os.truncate(source, 53_000_000)
    opened.open_tab("Articles")
    page.locator("#files input[type=file]").set_input_files(source)
    toast = page.get_by_test_id("toast-body")
    expect(toast).to_contain_text("too large: at most 52 MB at a time")
    assert toast.locator("img").count() == 0
    assert [path.suffix for path in opened.site.folder.iterdir()] == [".txt", ".txt"]
    assert page.evaluate("window.hacked") is None
