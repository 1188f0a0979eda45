"""The program as it is started by hand, in a real browser: ask, add an article, rebuild, ask."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import SEEDS
from tests.web.browsing import visit
from tests.web.engine import Collection
from tests.web.running import Site

ROOT = Path(__file__).parents[2]
ARTICLE = (
    "date 2025-03-04 The harbour of Veldt was closed by ice on Monday, the harbour master said. "
    "Nine fishing boats had to wait outside until an icebreaker came from Oslo."
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@contextmanager
def started(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """``python app.py`` in ``folder``, which has settings and articles; its address."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "--port", "0", "--no-browser"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        address = re.search(r"http://\S+", process.stdout.readline())
        assert address is not None
        yield address[0], process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def folder(tmp_path: Path, models: Path) -> Path:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    settings = f"[tool.dateline]\nmodels = {json.dumps(str(models))}\n"
    (tmp_path / "dateline.toml").write_text(settings, "utf-8")
    return tmp_path


def site(address: str, folder: Path) -> Site:
    return Site(address, int(address.rsplit(":", 1)[1]), folder / "seeds", Collection())


def test_an_article_added_in_the_page_is_answered_from(
    browser: Browser,
    folder: Path,
) -> None:
    with started(folder) as (address, process):
        opened = visit(browser, site(address, folder))
        page = opened.page
        opened.ask("Who did Ali Bagheri hold talks with in Istanbul?")
        expect(page.locator("#chat blockquote")).to_contain_text("Mohammad Ishaq Dar")
        expect(page.locator("#article .highlighted")).to_contain_text("Mohammad Ishaq Dar")
        opened.shoot("real-1-answer")

        opened.open_tab("Articles")
        upload = folder / "veldt.txt"
        upload.write_text(ARTICLE, "utf-8")
        page.locator("input[type=file]").set_input_files(str(upload))
        expect(page.locator("body")).to_contain_text("saved", ignore_case=True)
        page.get_by_role("button", name="Rebuild the index").click()
        expect(page.locator("#index-line")).to_contain_text("3 articles", timeout=60_000)
        opened.open_tab("Ask")
        opened.ask("What closed the harbour of Veldt?")
        expect(page.locator("#chat blockquote").last).to_contain_text("closed by ice on Monday")
        opened.assert_calm()

        process.send_signal(signal.SIGKILL)
        process.wait()
    saved = [path.read_text("utf-8") for path in (folder / "seeds").glob("veldt*.txt")]
    assert saved == [ARTICLE]

    again = subprocess.run(
        [sys.executable, "-m", "rag", "ask", "What closed the harbour of Veldt?"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "closed by ice on Monday" in again.stdout
