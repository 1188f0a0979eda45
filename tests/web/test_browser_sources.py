"""An answer and its sources in a real browser: each is shown where it stands in its article."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.browsing import (
    ANSWERS,
    FAR,
    QUESTION,
    Visit,
    mark_in_view,
    text_of,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_quotation_far_down_is_scrolled_into_view(open_page: Visit) -> None:
    opened = open_page
    opened.ask("What is the shared vision for stability in South Asia?")
    expect(opened.page.locator("#article .highlighted")).to_contain_text("South Asia")
    assert mark_in_view(opened.page)
    assert opened.page.evaluate("document.querySelector('#article').scrollTop") > 0


@pytest.mark.parametrize("size", ["narrow", pytest.param("wide", marks=pytest.mark.full)])
def test_a_checked_quotation_far_down_is_scrolled_into_view(open_page: Visit, size: str) -> None:
    opened, page = open_page, open_page.page
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


def test_a_number_opens_its_citation(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask(FAR)
    opened.ask(QUESTION)
    marked = page.locator("#article .highlighted")
    expect(marked).to_contain_text("Cairo")
    numbers = page.locator(ANSWERS).first.locator("sup")
    numbers.nth(1).click()
    expect(marked).to_contain_text("between Pakistan and Iran on key issues")
    assert mark_in_view(page)
    numbers.nth(0).focus()
    page.keyboard.press("Enter")
    expect(marked).to_contain_text("foil the attempts of their enemies")
    page.locator("#considered .label-wrap").click()
    page.locator("#passages sup", has_text="2").click()
    expect(marked).to_contain_text("between Pakistan and Iran on key issues")
    opened.assert_calm()


@pytest.mark.parametrize("size", ["narrow"])
def test_on_a_phone_a_number_brings_the_sheet_into_view(open_page: Visit, size: str) -> None:
    opened, page = open_page, open_page.page
    opened.ask(FAR)
    page.locator(ANSWERS).locator("sup").nth(1).click()
    expect(page.locator("#article .highlighted")).to_contain_text("between Pakistan and Iran")
    expect(page.locator("#next")).to_be_in_viewport()
    expect(page.locator("#article .highlighted")).to_be_in_viewport()
    expect(page.locator("#question")).to_be_in_viewport()
    opened.shoot(f"{size}-light-talk-6-sheet")
    opened.assert_calm()
