"""The real page over the small engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from rag.service import Rebuild, Service
from tests.web.browsing import Visit, visit
from tests.web.engine import Collection
from tests.web.running import Site, served


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
