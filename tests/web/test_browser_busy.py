"""A page that is asked too much, in a real browser: who waits, who is refused, what is told."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from rag.web import app
from tests.web.browsing import ANSWERS, FAR, QUESTION, Visit, begin, finish, visit
from tests.web.running import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def crowd(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A page that answers one at a time, and lets one more wait."""
    monkeypatch.setattr(app, "ASKING", 1)
    monkeypatch.setattr(app, "WAITING", 1)
    site: Site = request.getfixturevalue("site")
    return site


def test_who_asks_while_too_many_wait_is_told_and_keeps_the_question(
    browser: Browser, crowd: Site
) -> None:
    reading, waiting, refused = (visit(browser, crowd) for _ in range(3))
    refused.ask(QUESTION)
    begin(reading)
    waiting.page.locator("#question textarea").fill(QUESTION)
    waiting.page.keyboard.press("Enter")
    expect(waiting.page.locator(ANSWERS)).to_contain_text("Understanding the question")

    page, box = refused.page, refused.page.locator("#question textarea")
    told = page.get_by_test_id("toast-body")
    box.fill(FAR)
    page.keyboard.press("Enter")
    expect(told).to_contain_text("Too many people are asking; try again in a moment.")
    expect(box).to_have_value(FAR)
    expect(page.locator("#question")).to_contain_text("Ask")
    expect(page.locator(ANSWERS)).to_have_count(1)
    page.locator("#chat kbd").first.click()
    page.locator("#kind").get_by_label("yes or no").check()
    expect(page.locator("#kind").get_by_label("yes or no")).not_to_be_checked()
    page.locator("#article-head a").wait_for()
    refused.reload()
    expect(page.locator(ANSWERS)).to_contain_text("Busy: too many people are asking")

    crowd.collection.reading.set()
    for opened in (reading, waiting):
        opened.settle()
    refused.reload()
    finish(refused, answers=1)
    expect(page.locator("#chat blockquote")).to_contain_text("Cairo")
    refused.ask(FAR)
    expect(page.locator("#chat blockquote").last).to_contain_text("bilateral")
    for opened in (reading, waiting, refused):
        # So small a queue also refuses what a page asks for while it loads, at first.
        opened.complaints = [said for said in opened.complaints if "503" not in said]
        opened.assert_calm()
        opened.page.context.close()


def test_an_answer_that_is_refused_ends_the_waiting_and_can_be_asked_for_again(
    open_page: Visit,
) -> None:
    page, joins = open_page.page, iter(range(100))
    # The question is let in, its answer is not, however often it is asked for.
    page.route(
        "**/queue/join*",
        lambda route: route.fulfill(status=503) if 1 <= next(joins) <= 5 else route.continue_(),
    )
    page.locator("#question textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(ANSWERS)).to_contain_text("Busy: too many people are asking")
    expect(page.locator("#question")).to_contain_text("Ask")
    open_page.ask(QUESTION)
    expect(page.locator("#chat blockquote")).to_contain_text("Cairo")


@pytest.mark.parametrize("status", [429, pytest.param(503, marks=pytest.mark.full)])
def test_an_event_that_is_refused_is_asked_for_again(open_page: Visit, status: int) -> None:
    page, refusals = open_page.page, iter(range(1, 3))
    page.route(
        "**/queue/join*",
        lambda route: route.fulfill(status=status) if next(refusals, None) else route.continue_(),
    )
    open_page.ask(QUESTION)
    expect(page.locator("#chat blockquote")).to_contain_text("Cairo")
    assert next(refusals, None) is None
