"""The whole journey of a reader through the page, over the real engine in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import SIZES, Visit, mark_in_view, visit
from tests.web.real_site import Desk, opened_desk
from tests.web.test_articles_browser import BRIDGES, switches

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TIMELINE = "Timeline of the flood in Veldt"
MEETING = "Where did Pezeshkian and Sharif meet?"
FERRY = "date 2024-03-20 A ferry replaced the bridges of Veldt. It sails eight times a day."


@pytest.fixture
def desk(tmp_path: Path, models: Path) -> Iterator[Desk]:
    with opened_desk(tmp_path, models) as desk:
        yield desk


@pytest.mark.parametrize(
    ("size", "scheme"),
    [("wide", "light"), pytest.param("narrow", "dark", marks=pytest.mark.full)],
)
def test_the_whole_journey(
    browser: Browser, desk: Desk, tmp_path: Path, size: str, scheme: str
) -> None:
    opened = visit(browser, desk.site, size=size, scheme=scheme)
    page, name = opened.page, f"journey-{size}-{scheme}"
    ask_and_follow(opened)
    change_a_chip(opened)
    opened.shoot(f"{name}-1-chip")
    upload_and_ask_during_the_rebuild(opened, desk, tmp_path)
    switch_off(opened, desk)
    opened.shoot(f"{name}-2-off")
    judge(opened, tmp_path)
    take_along(opened, desk)
    opened.shoot(f"{name}-3-exported")
    follow_a_link_after_an_edit(opened, desk)

    opened.open_tab("Ask")
    told = page.locator("#chat [data-testid=user]").all_inner_texts()
    page.reload()
    expect(page.locator("#chat [data-testid=bot]")).to_have_count(len(told))
    opened.settle()
    assert page.locator("#chat [data-testid=user]").all_inner_texts() == told
    expect(page.locator("#article .highlighted")).to_contain_text("Cairo")
    assert mark_in_view(page)
    opened.shoot(f"{name}-4-reloaded")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    opened.assert_calm()
    page.context.close()


def last_answer(page: Page) -> str:
    return page.locator("#chat .bot-row").last.inner_text()


def ask_and_follow(opened: Visit) -> None:
    page = opened.page
    opened.ask(TIMELINE)
    expect(page.locator("#article .highlighted")).to_contain_text("The river Tessel")
    page.locator("#chat sup", has_text="2").click()
    expect(page.locator("#article .highlighted")).to_contain_text("rose by a metre")
    assert mark_in_view(page)


def change_a_chip(opened: Visit) -> None:
    page = opened.page
    page.locator("#chat kbd").first.click()
    page.locator("#dates").get_by_role("textbox").fill("9 March 2024")
    page.keyboard.press("Enter")
    expect(page.locator("#chat kbd time")).to_contain_text("9 March 2024")
    opened.settle()
    expect(page.locator("#chat .bot-row")).to_contain_text("fell at last")
    expect(page.locator("#chat .bot-row")).not_to_contain_text("The river Tessel")


def upload_and_ask_during_the_rebuild(opened: Visit, desk: Desk, folder: Path) -> None:
    page, ferry = opened.page, folder / "ferry.txt"
    ferry.write_text(FERRY, "utf-8")
    opened.open_tab("Articles")
    page.locator("#files input[type=file]").set_input_files(ferry)
    expect(page.locator("#note")).to_contain_text("“ferry.txt” was saved as")
    desk.slow.gate.clear()
    page.locator("#rebuild").click()
    expect(page.locator("#progress progress")).to_be_visible()
    opened.open_tab("Ask")
    opened.ask(BRIDGES)
    assert "flood-2024-03-04.txt" in last_answer(page)
    opened.open_tab("Articles")
    expect(page.locator("#progress progress")).to_be_visible()
    desk.slow.gate.set()
    expect(page.locator("#report")).to_contain_text("1 added")
    opened.open_tab("Ask")
    opened.ask("What replaced the bridges of Veldt?")
    assert "ferry" in last_answer(page)


def switch_off(opened: Visit, desk: Desk) -> None:
    page = opened.page
    opened.open_tab("Articles")
    switches(page).filter(has_text="flood-2024-03-04").locator("input").uncheck()
    expect(page.locator("#switched")).to_contain_text("is switched off")
    opened.open_tab("Ask")
    opened.ask(BRIDGES)
    assert "flood-2024-03-04" not in last_answer(page)


def judge(opened: Visit, folder: Path) -> None:
    page = opened.page
    opened.ask(MEETING)
    page.locator("#verdict").get_by_label("Right", exact=True).check()
    expect(page.locator("#feedback-note")).to_contain_text("Noted.")
    (kept,) = next(folder.rglob("feedback.jsonl")).read_text("utf-8").splitlines()
    assert json.loads(kept)["verdict"] == "right"


def take_along(opened: Visit, desk: Desk) -> None:
    page = opened.page
    page.locator("#export").click()
    with page.expect_download() as downloading:
        page.locator("#exported a[download='dateline.json']").click()
    answers = json.loads(downloading.value.path().read_text("utf-8"))
    assert [answer["question"] for answer in answers][-1] == MEETING
    cited = [citation for answer in answers for citation in answer["citations"]]
    assert cited
    for one in cited:
        text = (desk.folder / one["file"]).read_text("utf-8")
        assert text[one["start"] : one["end"]] == one["quote"]


def follow_a_link_after_an_edit(opened: Visit, desk: Desk) -> None:
    page = opened.page
    quoted = page.locator("#article .highlighted").inner_text().strip()
    address = f"{desk.site.address}/{page.locator('#article-head a').get_attribute('href')}"
    article = next(path for path in desk.folder.glob("*.txt") if quoted in path.read_text("utf-8"))
    text = article.read_text("utf-8")
    article.write_text(re.sub("Prime Minister", "The Prime Minister", text, count=1), "utf-8")
    opened.open_tab("Articles")
    page.locator("#rebuild").click()
    expect(page.locator("#report")).to_contain_text("1 changed")
    tab = page.context.new_page()
    tab.goto(address)
    expect(tab.locator("#link-said")).to_contain_text("has changed since this was linked")
    expect(tab.locator("#article .highlighted")).to_have_text(quoted)
    tab.close()
