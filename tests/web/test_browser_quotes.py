"""Quote check, permalinks and the exported page in a real browser: shown whole, nothing run."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from rag.present.export import export
from rag.quotes.selector import Selector
from rag.types import Article
from rag.web import source_panel
from rag.web.quote_tab import quote_tab
from tests.answer.conversations import abstention, answer
from tests.web.payloads import HOSTILE
from tests.web.test_quote_tab import Library

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHOLE = f"He said: {' … '.join(HOSTILE)}. Nobody else said so."
SAID = Article("h", WHOLE, 0, None, HOSTILE[0], False, "", "h.txt", "0" * 64)
LIBRARY = Library([SAID])


@dataclass
class Visit:
    page: Page
    requests: list[str]
    complaints: list[str]

    def assert_calm(self, own: str) -> None:
        assert [url for url in self.requests if not url.startswith((own, "data:"))] == []
        assert self.complaints == []
        assert self.page.evaluate("window.hacked") is None


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    context = browser.new_context()
    visit = Visit(context.new_page(), [], [])
    visit.page.on("request", lambda request: visit.requests.append(request.url))
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.on(
        "console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None
    )
    yield visit
    context.close()


def blocks() -> gr.Blocks:
    """A page of the quote tab, and of the panel that a link opens, put together as the chat's."""
    with gr.Blocks(analytics_enabled=False) as page:
        note = source_panel.safe_markdown(elem_id="link-said")
        panel = source_panel.panel()
        quote_tab(LIBRARY)

        def load(request: gr.Request) -> list[Any]:
            opened = source_panel.open_link(LIBRARY, request.query_params)
            if opened is None or opened.citation is None:
                message = opened.message if opened else ""
                return [message, *(gr.skip() for _ in panel.outputs)]
            return [
                opened.message,
                *source_panel.show(source_panel.PanelContent((opened.citation,))),
            ]

        page.load(load, None, [note, *panel.outputs], api_visibility="private")
    return page


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        app = FastAPI()
        gr.mount_gradio_app(app, blocks(), path="/", ssr_mode=False, footer_links=[])
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


def test_a_link_opens_its_quotation_and_a_dead_one_says_so(address: str, visit: Visit) -> None:
    start = WHOLE.index(HOSTILE[30])
    selector = Selector.of(SAID, start, start + len(HOSTILE[30]))
    visit.page.goto(f"{address}/{selector.link}")
    expect(visit.page.locator("#article")).to_contain_text("Nobody else said so.")
    gone = Selector.of(Article("g", "All gone.", 0, None, "", False, "", "g.txt", "1" * 64), 0, 8)
    visit.page.goto(f"{address}/{gone.link}")
    expect(visit.page.locator("#link-said")).to_contain_text("The text is gone: “All gone”")


def test_a_pasted_text_is_checked_and_nothing_of_it_runs(address: str, visit: Visit) -> None:
    visit.page.goto(address)
    box = visit.page.locator("#quote-text textarea")
    for pasted, said in (
        (HOSTILE[0], "Exact. The text stands to the letter in 1 place."),
        ("He said: bell \x07 escape and <b>bold</b> words " + HOSTILE[4], "Not"),
        (HOSTILE[5], "Exact."),
    ):
        box.fill(pasted)
        visit.page.locator("#quote-text button").click()
        expect(visit.page.locator("#quote-said")).to_contain_text(said)
    expect(visit.page.locator("#quote-article")).to_contain_text(HOSTILE[5])
    with visit.page.context.expect_page() as tab:
        visit.page.locator("#quote-head a").click()
    expect(tab.value.locator("#article")).to_contain_text(HOSTILE[1])
    assert tab.value.evaluate("window.hacked") is None
    assert visit.page.evaluate("window.hacked") is None


def test_the_exported_page_shows_every_quotation_whole(visit: Visit, tmp_path: Path) -> None:
    talk = [
        one
        for text in HOSTILE
        for one in (answer(text, question=text, name=text, title=text), abstention(text))
    ]
    file = tmp_path / "talk.html"
    file.write_bytes(export(talk, "html").encode())
    visit.page.goto(file.as_uri())
    quoted = visit.page.evaluate(
        "[...document.querySelectorAll('blockquote')].map(one => one.textContent)"
    )
    assert quoted == [text for text in HOSTILE for _ in range(2)]
    assert visit.page.locator("script, form, iframe, img, link, base, svg").count() == 0
    visit.assert_calm(file.as_uri())
