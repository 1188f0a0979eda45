"""The Articles tab over the real engine in a real browser, and the plot of an answer's coverage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.text.escape import one_line
from rag.web.articles_tab import ROWS
from tests.web.browsing import SIZES, VIEWS, Visit, visit
from tests.web.payloads import HOSTILE
from tests.web.real_site import Desk, opened_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BRIDGES = "How many bridges did the mayor of Veldt close?"


@pytest.fixture
def desk(tmp_path: Path, models: Path) -> Iterator[Desk]:
    with opened_desk(tmp_path, models) as desk:
        yield desk


def open_articles(
    browser: Browser, desk: Desk, *, size: str = "wide", scheme: str = "light"
) -> Visit:
    opened = visit(browser, desk.site, size=size, scheme=scheme)
    opened.open_tab("Articles")
    expect(rows(opened.page).first).to_be_visible()
    return opened


def rows(page: Page) -> Locator:
    return page.locator("#table tbody tr")


def choose(page: Page, box: str, said: str) -> None:
    page.locator(f"{box} input").click()
    page.get_by_role("option", name=said, exact=True).click()


def switches(page: Page) -> Locator:
    if not page.locator("#switches").is_visible():
        page.locator("#switching .label-wrap").click()
    expect(page.locator("#switches label").first).to_be_visible()
    return page.locator("#switches label")


@VIEWS
def test_the_whole_tab(browser: Browser, desk: Desk, size: str, scheme: str) -> None:
    (desk.folder / "flood-2024-03-12.txt").write_text("date 2024-03-12 It was a hoax.", "utf-8")
    (desk.folder / "new.txt").write_text("date 2025-02-01 A new bridge opened in Veldt.", "utf-8")
    (desk.folder / "flood-2024-03-09.txt").unlink()
    opened = open_articles(browser, desk, size=size, scheme=scheme)
    page, name = opened.page, f"articles-{size}-{scheme}"
    line = page.locator("#index-line")
    expect(line).to_contain_text("newest 20 December 2024")
    expect(line).to_contain_text("since then 1 file new, 1 changed, 1 gone")
    expect(page.locator("#count")).to_have_text("6 articles and 4 other files")
    for told in (
        "skipped: empty",
        "duplicate of flood-2024-03-04",
        "changed since the build",
        "gone since the build",
        "new since the build, not indexed yet",
        "indexed",
    ):
        expect(page.locator("#table")).to_contain_text(told)
    expect(page.locator("#report")).to_contain_text("6 added")
    opened.shoot(f"{name}-1-list")

    choose(page, "#order", "By state")
    expect(rows(page).first).to_contain_text("skipped")
    choose(page, "#state", "Changed since the build")
    expect(rows(page)).to_have_count(1)
    expect(page.locator("#count")).to_have_text("1 of 6 articles and 4 other files")
    choose(page, "#state", "In any state")
    page.locator("#find").get_by_role("textbox").fill("TESSEL march")
    expect(rows(page)).to_have_count(1)
    page.locator("#find").get_by_role("textbox").fill("2024-03")
    expect(rows(page)).to_have_count(5)
    opened.shoot(f"{name}-2-found")

    page.locator("#find").get_by_role("textbox").fill("")
    expect(rows(page)).to_have_count(10)
    switches(page).filter(has_text="flood-2024-03-04").locator("input").uncheck()
    expect(page.locator("#switched")).to_contain_text("is switched off")
    expect(line).to_contain_text("5 articles · 1 switched off")
    page.locator("#switching").scroll_into_view_if_needed()
    opened.shoot(f"{name}-3-switched")

    desk.slow.gate.clear()
    page.locator("#rebuild").click()
    expect(page.locator("#cancel")).to_be_visible()
    page.locator("#rebuild").scroll_into_view_if_needed()
    opened.shoot(f"{name}-4-rebuilding")
    page.locator("#cancel").click()
    expect(page.locator("#report")).to_contain_text("The build was cancelled")
    expect(page.locator("#cancel")).to_be_hidden()
    opened.shoot(f"{name}-5-cancelled")
    desk.slow.gate.set()
    page.locator("#rebuild").click()
    expect(page.locator("#report")).to_contain_text("1 added · 1 changed · 1 removed")
    expect(line).to_contain_text("newest 1 February 2025")
    expect(line).not_to_contain_text("since then")
    opened.shoot(f"{name}-6-rebuilt")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    opened.assert_calm()
    page.context.close()


def test_what_is_switched_off_is_never_cited_until_it_is_on_again(
    browser: Browser, desk: Desk
) -> None:
    opened = open_articles(browser, desk)
    page = opened.page
    article = "flood-2024-03-04"

    def cited() -> str:
        opened.open_tab("Ask")
        opened.ask(BRIDGES)
        said = page.locator("#chat .bot-row").last.inner_text()
        opened.open_tab("Articles")
        return said

    assert f"{article}.txt" in cited()
    switches(page).filter(has_text=article).locator("input").uncheck()
    expect(page.locator("#switched")).to_contain_text("is switched off")
    assert article not in cited()
    page.locator("#rebuild").click()
    expect(page.locator("#report")).to_contain_text("nothing had changed")
    assert article not in cited()
    page.reload()
    expect(page.locator("#chat [data-testid=bot]")).to_have_count(3)
    opened.settle()
    opened.open_tab("Articles")
    expect(page.locator("#table")).to_contain_text("switched off")
    expect(switches(page).filter(has_text=article).locator("input")).not_to_be_checked()
    switches(page).filter(has_text=article).locator("input").check()
    expect(page.locator("#switched")).to_contain_text("is searched again")
    assert f"{article}.txt" in cited()
    opened.assert_calm()


def test_boxes_that_are_unticked_quickly_are_all_switched_and_no_other(
    browser: Browser, desk: Desk
) -> None:
    opened = open_articles(browser, desk)
    page = opened.page
    chosen = ("flood-2024-03-04", "flood-2024-03-09")
    expect(switches(page)).to_have_count(6)
    page.evaluate(
        "names => names.forEach(name => "
        "document.querySelector(`#switches input[name^='${name}']`).click())",
        list(chosen),
    )
    expect(page.locator("#index-line")).to_contain_text("4 articles · 2 switched off")
    expect(rows(page)).to_have_count(9)
    for one in chosen:
        expect(switches(page).filter(has_text=one).locator("input")).not_to_be_checked()
    expect(page.locator("#switches input:checked")).to_have_count(4)
    opened.assert_calm()


@pytest.mark.full
def test_others_ask_while_a_rebuild_runs_and_is_cancelled(browser: Browser, desk: Desk) -> None:
    opened, other = open_articles(browser, desk), visit(browser, desk.site)
    desk.slow.gate.clear()
    (desk.folder / "new.txt").write_text("date 2025-02-01 A new bridge opened in Veldt.", "utf-8")
    opened.page.locator("#rebuild").click()
    expect(opened.page.locator("#progress progress")).to_be_visible()
    other.ask(BRIDGES)
    expect(other.page.locator("#chat blockquote").first).to_contain_text("closed two bridges")
    opened.page.locator("#cancel").click()
    expect(opened.page.locator("#report")).to_contain_text("the version that was live still serves")
    other.ask(BRIDGES)
    expect(other.page.locator("#chat blockquote").last).to_contain_text("closed two bridges")
    late = open_articles(browser, desk)
    expect(late.page.locator("#table")).to_contain_text("new since the build")
    for page in (opened, other, late):
        page.assert_calm()


def hostile_files(folder: Path) -> list[str]:
    """An article, a copy and a file that is skipped for each payload, in names, title and text."""
    names = []
    for number, payload in enumerate(HOSTILE):
        stem = re.sub(r"[/\0]", "∕", f"{number} {payload}")[:60]
        text = f"date 2024-03-01 Zan{number:02}zibar {payload} quokka said so."
        (folder / f"{stem}.txt").write_text(text, "utf-8", newline="")
        (folder / f"copy {stem}.txt").write_text(text, "utf-8", newline="")
        (folder / f"skipped {stem}.txt").touch()
        names += [f"{stem}.txt", f"copy {stem}.txt", f"skipped {stem}.txt"]
    return names


def test_hostile_titles_paths_and_reasons_stay_text(browser: Browser, desk: Desk) -> None:
    names = hostile_files(desk.folder)
    opened = open_articles(browser, desk)
    page = opened.page
    page.locator("#rebuild").click()
    expect(page.locator("#count")).to_contain_text(f"{len(HOSTILE) + 6} articles", timeout=60_000)
    expect(page.locator("#count")).to_contain_text(f"the first {ROWS} listed")
    every = len(names) + 9
    for listed in range(2 * ROWS, every + ROWS, ROWS):
        page.locator("#more").click()
        expect(rows(page)).to_have_count(min(listed, every))
    expect(page.locator("#more")).to_be_hidden()
    expect(switches(page)).to_have_count(len(HOSTILE) + 6)
    table, offered = text_of(page, "#table"), " ".join(switches(page).all_text_contents())
    for name in names:
        assert one_line(name) in table
        if not name.startswith(("copy", "skipped")):
            assert one_line(name, limit=60) in offered
    assert foreign_elements(page) == 0
    for number in (0, 1, len(HOSTILE) // 2):
        name = names[3 * number]
        chosen = switches(page).filter(has_text=one_line(name, limit=60)).first
        chosen.locator("input").uncheck()
        expect(page.locator("#switched")).to_contain_text(one_line(name.removesuffix(".txt")))
    assert foreign_elements(page) == 0
    page.evaluate("scrollTo(0, 300)")
    opened.shoot("articles-hostile")
    opened.assert_calm()


def text_of(page: Page, selector: str) -> str:
    return str(page.locator(selector).evaluate("node => node.textContent"))


def foreign_elements(page: Page) -> int:
    """How many elements there are that the tab itself never makes."""
    tags = "script, img, iframe, form, link, style, meta, base, a, object, svg, code, h1, h2, input"
    return page.locator(
        f":is(#table, #report, #switched, #index-line, #count) .prose :is({tags}),"
        "#switches label span :is(*)"
    ).count()
