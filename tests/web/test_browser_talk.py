"""The conversation in a real browser: its states, stopping, leaving, reloading."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from rag.service import Service
from tests.web.browsing import (
    ANSWERS,
    FAR,
    QUESTION,
    SIZES,
    VIEWS,
    Visit,
    begin,
    finish,
    mark_in_view,
    visit,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STOP = "#question [data-testid=stop-button]"


def eventually(true: Callable[[], bool]) -> None:
    """Wait for something that no event of the page tells."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


def working_threads() -> set[str]:
    """The threads that there are, without the idle workers that the server keeps in store."""
    return {thread.name for thread in threading.enumerate() if "worker" not in thread.name}


def all_given_back(service: Service, opened: Visit) -> bool:
    """Whether nobody holds an engine: one that is replaced is closed by the last that holds it."""
    collection = opened.site.collection
    collection.build(service.build)
    service.reload()
    return sorted(collection.closed) == list(range(1, len(collection.versions)))


@VIEWS
def test_every_state_of_a_conversation(open_page: Visit, size: str, scheme: str) -> None:
    opened, page, name = open_page, open_page.page, f"{size}-{scheme}-talk"
    begin(opened)
    opened.shoot(f"{name}-1-working")
    page.locator(STOP).click()
    expect(page.locator(ANSWERS)).to_contain_text("Stopped before it was answered")
    opened.shoot(f"{name}-2-stopped")
    opened.site.collection.reading.set()
    opened.forget()

    opened.ask(FAR)
    opened.shoot(f"{name}-3-cited")
    page.locator("#next").click()
    expect(page.locator("#sources label.selected")).to_contain_text("2 · ")
    opened.shoot(f"{name}-4-second-source")
    page.locator("#considered .label-wrap").click()
    expect(page.locator("#passages tbody tr")).to_have_count(4)
    page.locator("#passages").scroll_into_view_if_needed()
    opened.shoot(f"{name}-5-considered")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    opened.assert_calm()


def test_a_stopped_answer_leaves_the_question_and_nothing_else(
    open_page: Visit, kept_service: Service
) -> None:
    opened, page = open_page, open_page.page
    opened.ask(QUESTION)
    before = working_threads()
    begin(opened, "Who did Ali Bagheri hold talks with in Istanbul?")
    page.keyboard.press("Escape")
    expect(page.locator(ANSWERS).last).to_contain_text("Stopped before it was answered")
    expect(page.locator("#chat [data-testid=user]").last).to_contain_text("Ali Bagheri")
    expect(page.locator("#question")).to_contain_text("Ask")
    opened.site.collection.reading.set()
    eventually(lambda: all_given_back(kept_service, opened))
    eventually(lambda: working_threads() == before)
    opened.ask("Who did Ali Bagheri hold talks with in Istanbul?")
    expect(page.locator("#chat blockquote").last).to_contain_text("Istanbul")
    expect(page.locator(ANSWERS).nth(1)).to_contain_text("Stopped before it was answered")
    expect(page.locator(ANSWERS).first).to_contain_text("Cairo")
    opened.assert_calm()


def test_a_closed_tab_leaves_nothing_behind(
    browser: Browser, open_page: Visit, kept_service: Service
) -> None:
    closed, before = visit(browser, open_page.site), working_threads()
    begin(closed)
    assert not all_given_back(kept_service, closed)
    closed.page.close()
    closed.site.collection.reading.set()
    eventually(lambda: all_given_back(kept_service, closed))
    eventually(lambda: working_threads() == before)
    closed.page.context.close()


def test_a_question_waits_in_its_box_while_another_is_answered(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    begin(opened)
    page.locator("#question textarea").fill(FAR)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    opened.site.collection.reading.set()
    opened.settle()
    expect(page.locator("#question textarea")).to_have_value(FAR)
    page.locator("#question").get_by_role("button", name="Ask").click()
    expect(page.locator(ANSWERS)).to_have_count(2)


def test_a_conversation_survives_a_reload(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask("Who are Pezeshkian and Sharif?")
    opened.ask("Where did they meet?")
    page.locator("#chat kbd").last.click()
    page.locator("#kind").get_by_label("yes or no").check()
    expect(page.locator("#chat kbd").nth(1)).to_have_text("yes or no")
    finish(opened, answers=2)
    told = page.locator(ANSWERS).all_inner_texts()

    page.reload()
    finish(opened, answers=2)
    assert page.locator(ANSWERS).all_inner_texts() == told
    expect(page.locator("#article .highlighted")).to_have_count(1)
    assert mark_in_view(page)
    page.locator("#chat kbd").last.click()
    expect(page.locator("#kind").get_by_label("yes or no")).to_be_checked()

    opened.forget()
    page.reload()
    expect(page.locator("#chat .example")).to_have_count(4)
    opened.assert_calm()


def test_what_the_browser_keeps_holds_no_answer(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask(QUESTION)
    article = opened.site.folder / "only.txt"
    for path in opened.site.folder.iterdir():
        path.unlink()
    article.write_text("date 2025-01-02 Pezeshkian and Sharif meet in Oslo for talks on fish.")
    opened.site.collection.build(opened.site.collection.built_with)
    page.reload()
    expect(page.locator("#chat blockquote")).to_contain_text("Oslo for talks on fish")
    assert "Cairo" not in page.content()
