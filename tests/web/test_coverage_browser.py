"""The plot of an answer's coverage in a real browser, under the page's content policy."""

from __future__ import annotations

from datetime import date
from typing import Any

import gradio as gr
import pytest
from playwright.sync_api import Browser, expect

from rag.service import Rebuild, Service
from rag.types import Window
from rag.web import coverage
from tests.web.browsing import SIZES, VIEWS, visit
from tests.web.engine import Collection
from tests.web.running import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAYS = [date(2024, 3, 4)] * 12 + [date(2024, 3, 5)] * 7 + [date(2024, 3, 9), date(2024, 3, 12)]
FOUND = {
    "day": coverage.coverage([*DAYS, None], None),
    "week": coverage.coverage(DAYS, Window(date(2024, 3, 1), date(2024, 5, 1))),
    "month": coverage.coverage([*DAYS, date(2025, 6, 1)], None),
}


def plot_tab(page: gr.Blocks, service: Service, *, waiting: object) -> None:
    """A plot for each unit's button; what is chosen stands in a field, as a question's dates do."""
    shown = gr.State(coverage.NOTHING)
    plot = coverage.plot()
    dates = gr.Textbox(label="Published", elem_id="chosen")
    for unit, found in FOUND.items():
        button = gr.Button(unit, elem_id=f"by-{unit}")
        button.click(
            lambda found=found: [found, *coverage.show(found)], None, [shown, *plot.outputs]
        )

    def ask_again(found: coverage.Coverage, event: gr.SelectData) -> Any:
        period = coverage.chosen(found, event)
        return period.said if period else gr.skip()

    plot.bars.select(ask_again, shown, dates)


@VIEWS
def test_bars_gaps_and_choices(
    browser: Browser,
    service: Service,
    rebuild: Rebuild,
    monkeypatch: pytest.MonkeyPatch,
    size: str,
    scheme: str,
) -> None:
    monkeypatch.setattr("rag.web.app.ask_tab", plot_tab)
    with served(service, rebuild, Collection()) as site:
        opened = visit(browser, site, size=size, scheme=scheme)
        page = opened.page
        tokens = page.locator("#coverage-bars .token")
        chosen = page.locator("#chosen textarea")
        expect(page.locator("#coverage")).to_be_hidden()
        for unit, found in FOUND.items():
            page.locator(f"#by-{unit}").click()
            expect(page.locator("#coverage .label-wrap")).to_contain_text(f"Articles per {unit}")
            expect(tokens).to_have_count(2 * len(found.periods))
            opened.shoot(f"coverage-{size}-{scheme}-{unit}")
            assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        page.locator("#by-day").click()
        expect(tokens.nth(2)).to_contain_text("5 March 2024")
        widths = [tokens.nth(n).bounding_box()["width"] for n in (1, 3)]  # type: ignore[index]
        assert widths[1] / widths[0] == pytest.approx(7 / 12, abs=0.05)
        tokens.nth(3).click()
        expect(chosen).to_have_value("5 March 2024")
        tokens.nth(0).focus()
        page.keyboard.press("Enter")
        expect(chosen).to_have_value("4 March 2024")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(chosen).to_have_value("5 March 2024")
        expect(page.locator("#coverage-told")).to_contain_text("5 days without any · 1 undated")
        opened.assert_calm()
        page.context.close()
