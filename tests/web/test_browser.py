"""The running page in a real browser: the whole way through it, and texts that attack it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.answer import phrases
from rag.config import AskConfig
from rag.web.escape import one_line, visible
from tests.web.browsing import SIZES, Visit, visit
from tests.web.conftest import Site
from tests.web.payloads import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "Where did Pezeshkian and Sharif meet?"


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Visit]:
    opened = visit(browser, site)
    yield opened
    opened.page.context.close()


def text_of(page: Page, selector: str) -> str:
    return str(page.locator(selector).evaluate("node => node.textContent"))


def mark_in_view(page: Page, article: str = "#article") -> bool:
    """Whether the first line of the marked quotation lies inside the article's own box."""
    page.wait_for_timeout(300)
    return bool(
        page.evaluate(
            """(article) => {
                const box = document.querySelector(article).getBoundingClientRect();
                const mark = document.querySelector(`${article} .highlighted .text`);
                const line = mark.getClientRects()[0];
                return line.top >= box.top - 1 && line.bottom <= box.bottom + 1;
            }""",
            article,
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_the_whole_way(
    browser: Browser, site: Site, tmp_path: Path, size: str, scheme: str
) -> None:
    opened = visit(browser, site, size=size, scheme=scheme)
    page = opened.page
    name = f"{size}-{scheme}"
    opened.shoot(f"{name}-1-welcome")

    opened.ask(QUESTION)
    expect(page.locator("#chat blockquote mark")).to_contain_text("D-8 Summit in Cairo")
    expect(page.locator("#chat blockquote")).to_contain_text("Prime Minister Shehbaz Sharif")
    expect(page.locator("#chat")).to_contain_text("20 December 2024")
    expect(page.locator("#chat")).to_contain_text("likely right (84%)")
    expect(page.locator("#article .highlighted")).to_have_count(1)
    assert mark_in_view(page)
    opened.shoot(f"{name}-2-answer")

    page.locator("#chat kbd").first.click()
    expect(page.locator("#kind input:checked")).to_be_focused()
    opened.shoot(f"{name}-2-controls")

    opened.ask("Which bananas are purple and cheap?")
    expect(page.locator("#chat")).to_contain_text("Nearest passages, not an answer")
    expect(page.locator("#sources")).to_contain_text("Nearest passages, not an answer")
    assert mark_in_view(page)
    opened.shoot(f"{name}-3-no-answer")

    opened.open_tab("Articles")
    article = tmp_path / "Oslo talks.txt"
    article.write_text("date 2025-01-02 Pezeshkian and Sharif meet in Oslo for talks on fish.")
    page.locator("#files input[type=file]").set_input_files(article)
    expect(page.locator("#note")).to_contain_text("“Oslo talks.txt” was saved as oslo-talks-")
    site.collection.gate.clear()
    page.locator("#rebuild").click()
    expect(page.locator("#progress progress")).to_be_visible()
    expect(page.locator("#progress")).to_contain_text("about 3 seconds left")
    opened.shoot(f"{name}-4-rebuilding")
    site.collection.gate.set()
    expect(page.locator("#report")).to_contain_text("3 articles")
    expect(page.locator("#table")).to_contain_text("2 January 2025")
    expect(page.locator("#index-line")).to_contain_text("newest 2 January 2025")
    opened.shoot(f"{name}-5-articles")

    opened.open_tab("Ask")
    opened.ask("Where did Pezeshkian and Sharif meet for talks on fish in January 2025?")
    expect(page.locator("#chat blockquote").last).to_contain_text("Oslo for talks on fish")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    opened.assert_calm()
    page.context.close()


def test_a_quotation_far_down_is_scrolled_into_view(open_page: Visit) -> None:
    opened = open_page
    opened.ask("What is the shared vision for stability in South Asia?")
    expect(opened.page.locator("#article .highlighted")).to_contain_text("South Asia")
    assert mark_in_view(opened.page)
    assert opened.page.evaluate("document.querySelector('#article').scrollTop") > 0


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_a_checked_quotation_far_down_is_scrolled_into_view(
    browser: Browser, site: Site, size: str
) -> None:
    opened = visit(browser, site, size=size)
    page = opened.page
    opened.open_tab("Quote check")
    page.locator("#quote-text textarea").fill("shared vision for stability in South Asia")
    page.locator("#quote-text button").click()
    expect(page.locator("#quote-article .highlighted")).to_contain_text("South Asia")
    assert mark_in_view(page, "#quote-article")
    opened.assert_calm()


def test_another_source_is_shown_when_it_is_chosen(open_page: Visit) -> None:
    opened = open_page
    opened.ask("What bilateral relations between Iran and Pakistan were discussed?")
    choices = opened.page.locator("#sources label")
    first = text_of(opened.page, "#article .highlighted")
    choices.nth(1).click()
    expect(opened.page.locator("#article .highlighted")).not_to_have_text(first)
    assert mark_in_view(opened.page)


def test_an_earlier_answer_shows_its_article_again(open_page: Visit) -> None:
    opened = open_page
    opened.ask(QUESTION)
    opened.ask("Who did Ali Bagheri hold talks with in Istanbul?")
    head = opened.page.locator("#article-head")
    expect(head).to_contain_text("9 June 2024")
    opened.page.locator("#chat [data-testid=bot]").first.click()
    expect(head).to_contain_text("20 December 2024")


def test_an_example_asks_and_a_new_conversation_forgets(open_page: Visit) -> None:
    page = open_page.page
    page.get_by_role("listitem").or_(page.locator("#chat .example")).first.click()
    expect(page.locator("#chat blockquote")).to_be_visible()
    open_page.forget()
    expect(page.locator("#chat .example")).to_have_count(4)
    expect(page.locator("#understood")).to_be_hidden()
    expect(page.locator("#article")).to_be_hidden()


def test_others_ask_while_a_rebuild_runs_and_a_second_one_is_refused(
    browser: Browser, open_page: Visit, site: Site
) -> None:
    other = visit(browser, site)
    site.collection.gate.clear()
    for opened in (open_page, other):
        opened.open_tab("Articles")
    open_page.page.locator("#rebuild").click()
    expect(open_page.page.locator("#rebuild")).to_be_disabled()
    other.page.locator("#rebuild").click()
    expect(other.page.locator("#note")).to_contain_text("A rebuild has been running for")
    other.open_tab("Ask")
    other.ask(QUESTION)
    expect(other.page.locator("#chat blockquote")).to_contain_text("Cairo")
    late = visit(browser, site)
    late.open_tab("Articles")
    expect(late.page.locator("#progress progress")).to_be_visible()
    site.collection.gate.set()
    for opened in (open_page, other, late):
        opened.open_tab("Articles")
        expect(opened.page.locator("#report")).to_contain_text("2 unchanged")
    other.assert_calm()


def test_every_step_of_a_rebuild_is_shown_the_second_time_too(open_page: Visit) -> None:
    page, gate = open_page.page, open_page.site.collection.gate
    cancel, rebuild = page.locator("#cancel"), page.locator("#rebuild")
    open_page.open_tab("Articles")
    for _ in range(2):
        gate.clear()
        rebuild.click()
        expect(rebuild).to_have_text("Rebuilding; asking goes on meanwhile")
        expect(page.locator("#progress")).to_contain_text("about 3 seconds left")
        expect(page.locator("#report")).to_be_hidden()
        expect(cancel).to_have_text("Cancel")
        expect(cancel).to_be_enabled()
        cancel.click()
        expect(cancel).to_have_text("Cancelling")
        expect(cancel).to_be_disabled()
        gate.set()
        expect(cancel).to_be_hidden()
        expect(page.locator("#progress")).to_be_hidden()
        expect(page.locator("#report")).to_contain_text("2 articles")
        expect(rebuild).to_have_text("Rebuild the index")
        expect(rebuild).to_be_enabled()
    open_page.assert_calm()


def test_the_articles_can_be_searched(open_page: Visit) -> None:
    open_page.open_tab("Articles")
    expect(open_page.page.locator("#table tbody tr")).to_have_count(2)
    open_page.page.locator("#find textarea, #find input").fill("9 june bagheri")
    expect(open_page.page.locator("#table tbody tr")).to_have_count(1)
    expect(open_page.page.locator("#count")).to_have_text(re.compile("1 of 2 articles"))


def test_a_file_that_is_no_article_is_refused(open_page: Visit, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    open_page.open_tab("Articles")
    open_page.page.locator("#files input[type=file]").set_input_files(empty)
    expect(open_page.page.locator("#note")).to_contain_text(
        "“empty.txt” was not saved: it is empty"
    )
    open_page.assert_calm()


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
        assert f"Said by {one_line(phrases.speaker(first))}" in told
        assert "“Tuesday” = 27 February 2024" in told
        opened.ask("Who else saw it?")
        carried = engine.ask("Who else saw it?", history=[question]).query.carried
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
