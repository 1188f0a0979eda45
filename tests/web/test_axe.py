"""Every view against axe-core's rules of accessibility, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.web.browsing import VIEWS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "What bilateral relations between Iran and Pakistan were discussed?"
TIMELINE = "Give me a timeline of the bilateral relations between Iran and Pakistan"
# What keeps to the rules is not described.
OPTIONS = {"preload": False, "resultTypes": ["violations"]}
SCHEME = "matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'"
NEAR = "They met on the sidelines of the D-8 Summit in Rome"


@VIEWS
def test_no_view_breaks_a_rule(open_page: Visit, size: str, scheme: str) -> None:
    opened, folder = open_page, open_page.site.folder
    for number in range(60):
        (folder / f"{number:02}.txt").write_text(f"date 2020-01-01 Story {number}.", "utf-8")
    views = (*conversation(opened), *articles(opened), *quote_check(opened), *inspection(opened))
    assert [broken for view in views for broken in view] == []
    opened.assert_calm()


def violations(opened: Visit, view: str) -> list[str]:
    """What axe-core complains of in what is shown now, each with the view, the rule and where."""
    page, scheme = opened.page, opened.page.evaluate(SCHEME)
    opened.shoot(f"view-{page.viewport_size['width']}-{scheme}-{view}".replace(" ", "-"))
    return [
        f"{view}: {rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in Axe().run(page, options=OPTIONS).response["violations"]
        for node in rule["nodes"]
    ]


def conversation(opened: Visit) -> Iterator[list[str]]:
    page = opened.page
    yield violations(opened, "nothing asked")
    opened.site.collection.reading.clear()
    page.locator("#question textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#chat progress")).to_be_visible()
    yield violations(opened, "working")
    opened.site.collection.reading.set()
    opened.settle()
    page.locator("#considered .label-wrap").click()
    page.locator("#chat kbd").first.click()
    expect(page.locator("#kind input:checked")).to_be_focused()
    page.locator("#verdict").get_by_label("Right article, wrong answer").check()
    expect(page.locator("#right-words")).to_be_visible()
    page.locator("#export").click()
    expect(page.locator("#exported")).to_be_visible()
    # With everything open, there is still room for what was said.
    assert page.locator("#chat").bounding_box()["height"] >= 260  # type: ignore[index]
    assert page.locator("#right-words textarea").bounding_box()["height"] >= 30  # type: ignore[index]
    yield violations(opened, "answered")
    opened.ask("Which bananas are purple and cheap?")
    expect(page.locator("#chat")).to_contain_text("Nearest passages, not an answer")
    yield violations(opened, "refused")
    opened.ask(TIMELINE)
    expect(page.locator("#coverage-bars .token").first).to_be_visible()
    yield violations(opened, "timeline")


def articles(opened: Visit) -> Iterator[list[str]]:
    page = opened.page
    opened.open_tab("Articles")
    page.locator("#switching .label-wrap").click()
    expect(page.locator("#switches label").first).to_be_visible()
    yield violations(opened, "articles")
    opened.site.collection.gate.clear()
    page.locator("#rebuild").click()
    expect(page.locator("#progress progress")).to_be_visible()
    yield violations(opened, "rebuilding")
    opened.site.collection.gate.set()
    expect(page.locator("#report")).to_contain_text("62 articles")
    expect(page.locator("#rebuild")).to_have_css("opacity", "1")
    yield violations(opened, "rebuilt")


def quote_check(opened: Visit) -> Iterator[list[str]]:
    page = opened.page
    opened.open_tab("Quote check")
    yield violations(opened, "no quotation")
    page.locator("#quote-text textarea").fill(NEAR)
    page.locator("#quote-text button").click()
    for words, line in (("Rome", "line-through"), ("11th", "underline")):
        told = page.locator("#quote-difference .token.highlighted", has_text=words)
        expect(told).to_have_css("text-decoration-line", line)
    yield violations(opened, "nearly a quotation")


def inspection(opened: Visit) -> Iterator[list[str]]:
    page = opened.page
    opened.open_tab("Inspect")
    page.locator("#compare").get_by_role("checkbox").check()
    page.locator("#inspect-question").get_by_role("textbox").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#inspect-second li").first).to_be_visible()
    yield violations(opened, "two settings")
