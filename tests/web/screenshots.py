"""The real app over the articles of ``seeds/`` in; the README's pictures of it out.

python -m tests.web.screenshots
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from rag.ingest.build import build
from rag.service import Rebuild
from tests.conftest import ARGUMENTS, CHROMIUM, ROOT, SEEDS
from tests.web.browsing import visit
from tests.web.engine import Collection
from tests.web.real_site import real_service
from tests.web.running import Site, served

QUESTION = "Who did Ali Bagheri hold talks with in Istanbul?"
PICTURES = {"light": ROOT / "docs" / "chat.png", "dark": ROOT / "docs" / "chat-dark.png"}


def shoot(browser: Browser, site: Site, scheme: str) -> None:
    """A question, its answer, and the article beside it."""
    opened = visit(browser, site, scheme=scheme)
    opened.ask(QUESTION)
    expect(opened.page.locator("#article .highlighted")).to_be_in_viewport()
    opened.page.locator("#question textarea").blur()
    opened.page.wait_for_timeout(500)
    opened.page.screenshot(path=PICTURES[scheme])
    opened.assert_calm()
    opened.page.context.close()


def main() -> None:
    """Index the seeds below a temporary folder, serve them, and take every picture."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(real_service(SEEDS, Path(folder), ROOT / "index" / "models")) as service,
        closing(Rebuild(service, run_build=build)) as rebuild,
        served(service, rebuild, Collection()) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        for scheme in PICTURES:
            shoot(browser, site, scheme)
        browser.close()


if __name__ == "__main__":
    main()
