"""The conversation in a real browser: stopping, reloading, citations, keys, what was considered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from rag.web import blocks
from rag.web.service import Service
from tests.web.browsing import SCREENSHOTS, SIZES, Visit, visit
from tests.web.conftest import Site
from tests.web.test_browser import mark_in_view

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "Where did Pezeshkian and Sharif meet?"
FAR = "What bilateral relations between Iran and Pakistan were discussed?"
STOP = "#question [data-testid=stop-button]"
ANSWERS = "#chat [data-testid=bot]"


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Visit]:
    opened = visit(browser, site)
    yield opened
    opened.site.collection.reading.set()
    opened.page.context.close()


@pytest.fixture
def crowd(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A page that answers one at a time, and lets one more wait."""
    monkeypatch.setattr(blocks, "ASKING", 1)
    monkeypatch.setattr(blocks, "WAITING", 1)
    site: Site = request.getfixturevalue("site")
    return site


def begin(opened: Visit, question: str = QUESTION) -> None:
    """Ask, and wait until the engine reads, where it is held."""
    opened.site.collection.reading.clear()
    opened.page.locator("#question textarea").fill(question)
    opened.page.keyboard.press("Enter")
    expect(opened.page.locator(ANSWERS).last).to_contain_text("Reading 4 passages")


def finish(opened: Visit, *, answers: int) -> None:
    """Wait until the last of so many questions is answered."""
    expect(opened.page.locator(ANSWERS)).to_have_count(answers)
    opened.settle()


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_every_state_of_a_conversation(
    browser: Browser, site: Site, size: str, scheme: str
) -> None:
    opened = visit(browser, site, size=size, scheme=scheme)
    page, name = opened.page, f"{size}-{scheme}-talk"
    begin(opened)
    opened.shoot(f"{name}-1-working")
    page.locator(STOP).click()
    expect(page.locator(ANSWERS)).to_contain_text("Stopped before it was answered")
    opened.shoot(f"{name}-2-stopped")
    site.collection.reading.set()
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
    page.context.close()


def test_a_stopped_answer_leaves_the_question_and_nothing_else(
    open_page: Visit, service: Service
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
    eventually(lambda: all_given_back(service, opened))
    eventually(lambda: working_threads() == before)
    opened.ask("Who did Ali Bagheri hold talks with in Istanbul?")
    expect(page.locator("#chat blockquote").last).to_contain_text("Istanbul")
    expect(page.locator(ANSWERS).nth(1)).to_contain_text("Stopped before it was answered")
    expect(page.locator(ANSWERS).first).to_contain_text("Cairo")
    opened.assert_calm()


def test_a_closed_tab_leaves_nothing_behind(open_page: Visit, service: Service) -> None:
    before = working_threads()
    begin(open_page)
    assert not all_given_back(service, open_page)
    open_page.page.close()
    open_page.site.collection.reading.set()
    eventually(lambda: all_given_back(service, open_page))
    eventually(lambda: working_threads() == before)


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
    page.reload()
    expect(page.locator(ANSWERS)).to_contain_text("Busy: too many people are asking")

    crowd.collection.reading.set()
    for opened in (reading, waiting):
        opened.settle()
    page.reload()
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


@pytest.mark.parametrize("status", [429, 503])
def test_an_event_that_is_refused_is_asked_for_again(open_page: Visit, status: int) -> None:
    page, refusals = open_page.page, iter(range(1, 3))
    page.route(
        "**/queue/join*",
        lambda route: route.fulfill(status=status) if next(refusals, None) else route.continue_(),
    )
    open_page.ask(QUESTION)
    expect(page.locator("#chat blockquote")).to_contain_text("Cairo")
    assert next(refusals, None) is None


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


def test_on_a_phone_a_number_brings_the_sheet_into_view(browser: Browser, site: Site) -> None:
    opened = visit(browser, site, size="narrow")
    page = opened.page
    opened.ask(FAR)
    page.locator(ANSWERS).locator("sup").nth(1).click()
    expect(page.locator("#article .highlighted")).to_contain_text("between Pakistan and Iran")
    expect(page.locator("#next")).to_be_in_viewport()
    expect(page.locator("#article .highlighted")).to_be_in_viewport()
    expect(page.locator("#question")).to_be_in_viewport()
    page.screenshot(path=SCREENSHOTS / "narrow-light-talk-6-sheet.png")
    opened.assert_calm()
    page.context.close()


def test_the_keys(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask(FAR)
    box, chosen = page.locator("#question textarea"), page.locator("#sources label.selected")
    page.keyboard.press("j")
    expect(box).to_have_value("j")
    box.fill("")
    page.keyboard.press("Escape")
    expect(box).not_to_be_focused()
    for number in (2, 3):
        page.keyboard.press("j")
        expect(chosen).to_contain_text(f"{number} · ")
    assert mark_in_view(page)
    page.keyboard.press("k")
    expect(chosen).to_contain_text("2 · ")
    page.keyboard.press("Control+j")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    expect(chosen).to_contain_text("2 · ")


def test_the_letters_can_be_switched_off_and_stay_so(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask(FAR)
    switch = page.get_by_role("checkbox", name="Keys: / to ask, j and k through the sources")
    box, chosen = page.locator("#question textarea"), page.locator("#sources label.selected")
    expect(switch).to_be_checked()
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).not_to_be_checked()

    page.reload()
    finish(opened, answers=1)
    expect(switch).not_to_be_checked()
    expect(page.locator("#next")).to_have_attribute("aria-keyshortcuts", "")
    page.keyboard.press("j")
    page.keyboard.press("/")
    expect(box).not_to_be_focused()
    page.locator("#next").click()
    expect(chosen).to_contain_text("2 · ")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_be_checked()
    page.keyboard.press("j")
    expect(chosen).to_contain_text("3 · ")
    opened.assert_calm()


def test_keys_pressed_quickly_all_count(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask(FAR)
    page.keyboard.press("Escape")
    chosen = page.locator("#sources label.selected")
    for _ in range(8):
        for number, key in ((2, "j"), (3, "j"), (4, "j"), (3, "k"), (2, "k"), (1, "k")):
            page.keyboard.press(key)
            expect(chosen).to_contain_text(f"{number} · ")


def test_what_is_heard_by_a_screen_reader(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask(FAR)
    for role, name in (
        ("textbox", "Question"),
        ("button", "Next source"),
        ("button", "Previous source"),
        ("button", "Show source 1 in its article"),
        ("region", "Article"),
        ("group", "Sources"),
    ):
        expect(page.get_by_role(role, name=name, exact=True).first).to_be_visible()
