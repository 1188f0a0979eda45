"""What can be done with an answer, in a browser: judge it, link to it, export it, narrow it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.web.browsing import ANSWERS, QUESTION, SIZES, VIEWS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TIMELINE = "Give me a timeline of the bilateral relations between Iran and Pakistan"


@pytest.fixture
def open_page(open_page: Visit) -> Iterator[Visit]:
    yield open_page
    open_page.assert_calm()


def test_what_is_said_of_an_answer_is_kept_and_words_must_be_literal(
    open_page: Visit,
) -> None:
    opened, page = open_page, open_page.page
    expect(page.locator("#verdict")).to_have_count(0)
    opened.ask(QUESTION)
    page.locator("#verdict").get_by_label("Right article, wrong answer").check()
    page.locator("#right-words textarea").fill("the moon")
    page.keyboard.press("Enter")
    expect(page.locator("#feedback-note")).to_contain_text("the moon")
    page.locator("#right-words textarea").fill("D-8 Summit in Cairo")
    page.keyboard.press("Enter")
    expect(page.locator("#feedback-note")).to_contain_text("Noted.")
    file = next(opened.site.folder.parent.rglob("feedback.jsonl"))
    (kept,) = file.read_text("utf-8").splitlines()
    assert json.loads(kept)["verdict"] == "wrong_answer"
    assert "D-8 Summit in Cairo" in kept
    opened.ask("Who did Ali Bagheri hold talks with in Istanbul?")
    expect(page.locator("#verdict input:checked")).to_have_count(0)


def test_a_conversation_is_exported(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask(QUESTION)
    page.locator("#export").click()
    texts = []
    for number, form in enumerate(("md", "html", "json")):
        with page.expect_download() as downloading:
            page.locator("#exported a", has_text="KB").nth(number).click()
        texts.append(downloading.value.path().read_text("utf-8"))
        assert downloading.value.suggested_filename == f"dateline.{form}"
        assert "Cairo" in texts[-1]
        # Saved, and never shown as a page of the chat's own origin.
        headers = page.request.get(downloading.value.url).headers
        told = headers["content-disposition"]
        assert told.startswith("inline" if form == "json" else "attachment")
        assert "default-src 'none'" in headers["content-security-policy"]
    (answer,) = json.loads(texts[-1])
    cited = answer["citations"][0]
    whole = (opened.site.folder / cited["file"]).read_text("utf-8")
    assert whole[cited["start"] : cited["end"]] == cited["quote"]


def test_a_link_opens_its_quotation_also_after_an_edit_and_says_when_it_is_gone(
    open_page: Visit,
) -> None:
    opened, page, site = open_page, open_page.page, open_page.site
    opened.ask(QUESTION)
    quoted, address = opened.link()
    opened.forget()
    opened.leave_for(address)
    expect(page.locator("#article .highlighted")).to_have_text(quoted)
    expect(page.locator("#link-said")).to_have_count(0)

    article = next(path for path in site.folder.iterdir() if quoted in path.read_text("utf-8"))
    text = article.read_text("utf-8")
    article.write_text(text.replace("Prime Minister", "The Prime Minister", 1), encoding="utf-8")
    site.collection.build(site.collection.built_with)
    opened.leave_for(address)
    expect(page.locator("#link-said")).to_contain_text("has changed since this was linked")
    expect(page.locator("#article .highlighted")).to_have_text(quoted)

    article.write_text("date 2024-12-20 Nothing is left of it.", encoding="utf-8")
    site.collection.build(site.collection.built_with)
    opened.leave_for(address)
    expect(page.locator("#link-said")).to_contain_text("The text is gone")
    expect(page.locator("#article .highlighted")).to_have_count(0)


def test_a_link_opened_where_questions_were_asked_shows_its_quotation_and_loses_no_question(
    open_page: Visit,
) -> None:
    opened, page, site = open_page, open_page.page, open_page.site
    opened.ask(QUESTION)
    quoted, address = opened.link()
    opened.ask("Who did Ali Bagheri hold talks with in Istanbul?")
    opened.leave_for(address)
    expect(page.locator("#article .highlighted")).to_have_text(quoted)
    page.wait_for_timeout(1000)
    expect(page.locator(ANSWERS)).to_have_count(0)
    expect(page.locator("#article .highlighted")).to_have_text(quoted)
    opened.leave_for(site.address)
    expect(page.locator(ANSWERS)).to_have_count(2)
    opened.settle()

    opened.leave_for(address)
    expect(page.locator("#article .highlighted")).to_have_text(quoted)
    opened.ask(QUESTION)
    assert page.url.rstrip("/") == site.address
    page.reload()
    expect(page.locator(ANSWERS)).to_have_count(1)
    opened.settle()
    opened.assert_calm()


@VIEWS
def test_a_month_of_the_plot_asks_again_about_it_alone(
    open_page: Visit, size: str, scheme: str
) -> None:
    opened, page = open_page, open_page.page
    opened.ask(QUESTION)
    expect(page.locator("#coverage")).to_be_hidden()
    opened.ask(TIMELINE)
    bars = page.locator("#coverage-bars .token")
    expect(bars.first).to_contain_text("June 2024")
    expect(bars).to_have_count(14)
    opened.shoot(f"{size}-{scheme}-beside")
    bars.first.click()
    expect(page.locator("#chat kbd time").last).to_contain_text("9 June 2024 to 30 June 2024")
    opened.settle()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    for tab, name in (("Quote check", "quotes"), ("Inspect", "inspect")):
        opened.open_tab(tab)
        opened.shoot(f"{size}-{scheme}-{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
