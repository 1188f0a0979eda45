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


def hostile_articles(folder: Path) -> dict[str, str]:
    """One article for each payload, in its name, title and text: the names by question."""
    names = {}
    for number, payload in enumerate(HOSTILE):
        name = re.sub(r"[/\0]", "∕", f"{number} {payload}")[:80] + ".txt"
        text = (
            f"date 2024-03-01 Zan{number:02}zibar {payload} quokka said so on Tuesday."
            f"\n\nSecond {payload} text."
        )
        (folder / name).write_text(text, encoding="utf-8", newline="")
        names[f"zan{number:02}zibar quokka {payload}"] = name
    return names


def test_hostile_text_is_shown_as_text_everywhere(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    names = hostile_articles(opened.site.folder)
    opened.site.collection.build(opened.site.collection.built_with)
    engine = opened.site.collection.open(AskConfig())
    for question, name in names.items():
        opened.ask(question)
        first = engine.ask(question).citations[0]
        assert first.article.path == name
        assert text_of(page, "#chat [data-testid=user]").strip() == one_line(question)
        assert text_of(page, "#chat blockquote q >> nth=0") == visible(first.sentence)
        assert one_line(name) in text_of(page, "#chat [data-testid=bot]")
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
        assert foreign_elements(page) == 0, name
        opened.forget()
    opened.open_tab("Articles")
    page.locator("#rebuild").click()
    expect(page.locator("#report")).to_contain_text(f"{len(names) + 2} articles")
    expect(page.locator("#table")).to_contain_text(one_line(next(iter(names.values()))))
    for name in names.values():
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


@pytest.mark.parametrize("suffix", [".exe", ".txt"])
def test_a_hostile_file_name_is_told_as_text(open_page: Visit, tmp_path: Path, suffix: str) -> None:
    opened, page = open_page, open_page.page
    names = [re.sub(r"[/\0]", "∕", payload)[:80] + suffix for payload in HOSTILE]
    for name in names:
        (tmp_path / name).write_text(f"The text of {name}.")
    opened.open_tab("Articles")
    page.locator("#files input[type=file]").set_input_files([tmp_path / name for name in names])
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
