"""A visit to the running page in Chromium, which notes all that the page does."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.web.running import Site

SCREENSHOTS = Path(__file__).parents[2] / "out" / "screenshots"
SIZES = {"wide": (1280, 860), "narrow": (390, 844)}
# Most tests see the page wide and light; the other views are left to the full run.
VIEWS = pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("narrow", "dark"),
        pytest.param("wide", "light", marks=pytest.mark.full),
        pytest.param("wide", "dark", marks=pytest.mark.full),
        pytest.param("narrow", "light", marks=pytest.mark.full),
    ],
)
# Without an icon of its own, a page asks the server for one.
BLANK = '<link rel="icon" href="data:,">'
ANSWERS = "#chat [data-testid=bot]"
QUESTION = "Where did Pezeshkian and Sharif meet?"
FAR = "What bilateral relations between Iran and Pakistan were discussed?"


@dataclass
class Visit:
    """An open page, with everything that it and its tabs asked for and complained about."""

    page: Page
    site: Site
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    waiting: set[Request] = field(default_factory=set)

    def ask(self, question: str) -> None:
        answers = self.page.locator("#chat [data-testid=bot]")
        before = answers.count()
        self.page.locator("#question textarea").fill(question)
        self.page.keyboard.press("Enter")
        expect(answers).to_have_count(before + 1)
        self.settle()

    def settle(self) -> None:
        """Wait until the last question is answered, and its article shown."""
        expect(self.page.locator("#chat progress")).to_have_count(0)
        expect(self.page.locator("#question")).to_contain_text("Ask")

    def begin_anew(self, *, size: str = "wide", scheme: str = "light") -> None:
        """The first visit of another browser, but for the files that this one has loaded."""
        page = self.page
        for other in page.context.pages:
            if other != page:
                other.close()
        blank = f"{self.site.address}/blank"
        page.route(blank, lambda route: route.fulfill(content_type="text/html", body=BLANK))
        page.goto(blank)
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
        page.context.clear_cookies()
        for noted in (self.requests, self.complaints, self.waiting):
            noted.clear()
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(self.site.address)
        expect(page.locator("#index-line")).to_contain_text("article")

    def forget(self) -> None:
        """Begin a new conversation."""
        self.page.locator("#clear").click()
        expect(self.page.locator("#chat [data-testid=bot]")).to_have_count(0)

    def leave_for(self, address: str) -> None:
        """Go to another address once the page has heard of all that it asked for."""
        self._wait_until_quiet()
        self.page.goto(address)

    def reload(self) -> None:
        """The same for the page's own address."""
        self._wait_until_quiet()
        self.page.reload()

    def link(self) -> tuple[str, str]:
        """The quotation that is open, and the address that links to it."""
        href = self.page.locator("#article-head a").get_attribute("href")
        return self.page.locator(
            "#article .highlighted"
        ).inner_text(), f"{self.site.address}/{href}"

    def _wait_until_quiet(self) -> None:
        quiet = 0
        while quiet < 3:
            self.page.wait_for_timeout(100)
            quiet = 0 if self.waiting else quiet + 1

    def open_tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def shoot(self, name: str) -> None:
        """Take a picture where somebody wants to look at them: with DATELINE_PICTURES=1."""
        if "DATELINE_PICTURES" not in os.environ:
            return
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(400)
        # A whole wide page would be laid out for a higher window, and lose its place.
        whole = self.page.viewport_size == {"width": 390, "height": 844}
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)

    def assert_calm(self) -> None:
        away = [url for url in self.requests if not url.startswith((self.site.address, "data:"))]
        assert away == []
        assert self.complaints == [], self.complaints
        assert self.page.evaluate("window.hacked") is None


def visit(browser: Browser, site: Site, *, size: str = "wide", scheme: str = "light") -> Visit:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    new = Visit(context.new_page(), site)
    # Of the context, so that tabs that are opened from the page are noted, too.
    context.on("request", lambda request: new.requests.append(request.url))
    context.on("request", lambda request: _is_event(request) and new.waiting.add(request))
    for ended in ("requestfinished", "requestfailed"):
        context.on(ended, lambda request: new.waiting.discard(request))
    context.on("weberror", lambda said: new.complaints.append(str(said.error)))
    context.on(
        "console",
        lambda said: new.complaints.append(said.text) if said.type == "error" else None,
    )
    new.page.goto(site.address)
    expect(new.page.locator("#index-line")).to_contain_text("article")
    return new


def _is_event(request: Request) -> bool:
    """Whether the page asks for something, or listens to what becomes of it."""
    return "/queue/" in request.url


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


def text_of(page: Page, selector: str) -> str:
    return str(page.locator(selector).evaluate("node => node.textContent"))


def mark_in_view(page: Page, article: str = "#article") -> bool:
    """Whether the first line of the marked quotation lies inside the article's own box."""
    page.wait_for_timeout(300)
    return bool(
        page.evaluate(
            """(article) => {
                const box = document.querySelector(article).getBoundingClientRect();
                const mark = document.querySelector(`${article} .highlighted .text`);
                const line = mark.getClientRects()[0];
                return line.top >= box.top - 1 && line.bottom <= box.bottom + 1;
            }""",
            article,
        )
    )
