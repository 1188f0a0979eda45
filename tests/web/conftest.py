"""The real page over the small engine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from rag.config import AskConfig, BuildConfig
from rag.service import Rebuild, Service
from rag.web.server import open_service
from tests.conftest import SEEDS
from tests.web.browsing import Visit, visit
from tests.web.engine import Collection
from tests.web.running import Site, served


@pytest.fixture
def site(service: Service, rebuild: Rebuild, collection: Collection) -> Iterator[Site]:
    with served(service, rebuild, collection) as site:
        yield site


@pytest.fixture(scope="module")
def kept_collection() -> Collection:
    """Where the versions are kept of the service that the tests of a module share."""
    return Collection()


@pytest.fixture(scope="module")
def kept_service(
    kept_collection: Collection, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The small engine over a copy of the seeds."""
    folder = tmp_path_factory.mktemp("kept")
    articles = Path(shutil.copytree(SEEDS, folder / "articles"))
    with closing(
        open_service(
            AskConfig(index=folder / "index"),
            BuildConfig(articles=articles, index=folder / "index"),
            open_engine=kept_collection.open,
            run_build=kept_collection.build,
        )
    ) as service:
        yield service


@pytest.fixture(scope="module")
def kept_page(
    browser: Browser, kept_service: Service, kept_collection: Collection
) -> Iterator[Visit]:
    """The page in a browser that has loaded it before, which takes half the time."""
    with (
        closing(Rebuild(kept_service, run_build=kept_collection.build)) as rebuild,
        served(kept_service, rebuild, kept_collection) as site,
    ):
        opened = visit(browser, site)
        yield opened
        opened.page.context.close()


@pytest.fixture
def open_page(
    request: pytest.FixtureRequest, kept_page: Visit, kept_service: Service
) -> Iterator[Visit]:
    """The page as at the first visit, over the seeds; an engine that a test holds is let go.

    A test's parameters ``size`` and ``scheme`` say how large it is, and whether it is dark.
    """
    collection = kept_page.site.collection
    shutil.rmtree(kept_service.articles)
    shutil.copytree(SEEDS, kept_service.articles)
    for path in kept_service.build.index.rglob("feedback.jsonl"):
        path.unlink()
    collection.build(kept_service.build)
    kept_service.reload()
    of_the_test = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    looks = {name: of_the_test[name] for name in ("size", "scheme") if name in of_the_test}
    kept_page.begin_anew(**looks)
    yield kept_page
    collection.reading.set()
    collection.gate.set()
    kept_page.page.unroute_all()
