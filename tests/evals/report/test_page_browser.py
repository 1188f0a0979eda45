"""The report in a real browser: from disk, light and dark, wide and narrow, hostile texts inert."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from evals.report.page import report_html
from evals.run import Run
from evals.summary import summarise
from evals.types import Question
from tests.evals.report.test_page import hostile_run
from tests.evals.small import QUESTIONS, Failing, Words, run_small, small_set
from tests.web.payloads import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCREENSHOTS = Path(__file__).parents[3] / "out" / "screenshots"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run with errors, one with every hostile text everywhere, a search, one that is right."""
    search = Question("search", "herring", grades={"market": 1}, kind="passage")
    runs = [
        run_small(Failing(least=0.6, warnings=("Whole sentences answer.",))),
        _all_hostile(),
        run_small(asked_set=small_set(questions=(search,))),
        run_small(Words(least=0.0), small_set(questions=QUESTIONS[:6])),
    ]
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(
        report_html([(run, summarise(run.outcomes, resamples=20)) for run in runs]), "utf-8"
    )
    return path.as_uri()


def _all_hostile() -> Run:
    runs = [hostile_run(payload) for payload in HOSTILE]
    outcomes = tuple(outcome for run in runs for outcome in run.outcomes)
    return replace(runs[0], outcomes=outcomes)


def open_report(browser: Browser, address: str, width: int, scheme: str) -> tuple[Page, list[str]]:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page, seen = context.new_page(), list[str]()
    page.on("request", lambda request: seen.append(request.url))
    page.on("console", lambda said: seen.append(said.text))
    page.on("dialog", lambda dialog: seen.append(dialog.message))
    page.goto(address)
    return page, seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_calm_and_fits(browser: Browser, address: str, width: int, scheme: str) -> None:
    page, seen = open_report(browser, address, width, scheme)
    for folded in ("details.stage > summary", "details.kind > summary"):
        for summary in page.locator(folded).all():
            summary.click()
    assert page.locator("article").first.is_visible()
    assert page.locator("article").last.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hacked") is None
    assert seen == [address]
    if "DATELINE_PICTURES" in os.environ:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"report-{width}-{scheme}.png", full_page=True)
    page.context.close()


def test_the_schemes_differ_and_the_style_is_applied(browser: Browser, address: str) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        page, _ = open_report(browser, address, 1280, scheme)
        colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        serif = page.evaluate("getComputedStyle(document.querySelector('blockquote')).fontFamily")
        assert "serif" in serif
        page.context.close()
    assert len(colours) == 2
