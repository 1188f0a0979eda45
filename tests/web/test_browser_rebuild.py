"""Articles and rebuilds in a real browser, while others ask."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browsing import QUESTION, Visit, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_others_ask_while_a_rebuild_runs_and_a_second_one_is_refused(
    browser: Browser, open_page: Visit
) -> None:
    site = open_page.site
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
    other.begin_anew()
    other.open_tab("Articles")
    expect(other.page.locator("#progress progress")).to_be_visible()
    site.collection.gate.set()
    for opened in (open_page, other):
        opened.open_tab("Articles")
        expect(opened.page.locator("#report")).to_contain_text("2 unchanged")
    other.assert_calm()
    other.page.context.close()


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
