"""The whole way through the running page in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.browsing import QUESTION, SIZES, VIEWS, Visit, mark_in_view

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@VIEWS
def test_the_whole_way(open_page: Visit, tmp_path: Path, size: str, scheme: str) -> None:
    opened, page, site = open_page, open_page.page, open_page.site
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


def test_an_example_asks_and_a_new_conversation_forgets(open_page: Visit) -> None:
    page = open_page.page
    page.get_by_role("listitem").or_(page.locator("#chat .example")).first.click()
    expect(page.locator("#chat blockquote")).to_be_visible()
    open_page.forget()
    expect(page.locator("#chat .example")).to_have_count(4)
    expect(page.locator("#understood")).to_be_hidden()
    expect(page.locator("#article")).to_be_hidden()
