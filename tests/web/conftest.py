"""A folder with the two seed articles, the small engine over it, and the real page over that."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from rag.config import AskConfig, BuildConfig
from rag.service import Rebuild, Service
from rag.web.server import open_service
from tests.web.browsing import Visit, visit
from tests.web.engine import Collection
from tests.web.running import Site, served

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture
def collection() -> Collection:
    return Collection()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "articles"
    shutil.copytree(SEEDS, copy)
    return copy


@pytest.fixture
def service(collection: Collection, folder: Path, tmp_path: Path) -> Service:
    build = BuildConfig(articles=folder, index=tmp_path / "index")
    ask = AskConfig(index=tmp_path / "index")
    return open_service(ask, build, open_engine=collection.open, run_build=collection.build)


@pytest.fixture
def rebuild(service: Service, collection: Collection) -> Iterator[Rebuild]:
    runner = Rebuild(service, run_build=collection.build)
    yield runner
    collection.gate.set()
    collection.reading.set()
    runner.close()


@pytest.fixture
def site(service: Service, rebuild: Rebuild, collection: Collection) -> Iterator[Site]:
    with served(service, rebuild, collection) as site:
        yield site


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Visit]:
    """A visit to the page; an engine that a test holds is let go."""
    opened = visit(browser, site)
    yield opened
    opened.site.collection.reading.set()
    opened.page.context.close()
