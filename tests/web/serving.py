"""The page over the small engine, with the access that a test wants."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.config import AskConfig, BuildConfig
from rag.service import Rebuild, Service
from rag.web.security import Access
from rag.web.server import open_service
from tests.conftest import SEEDS
from tests.tool_articles import SlowEngine
from tests.web import running
from tests.web.engine import Collection


@dataclass(frozen=True)
class Served:
    """Where it answers, and what stands behind it."""

    address: str
    collection: Collection
    service: Service
    folder: Path


@contextmanager
def served(folder: Path, access: Access) -> Iterator[Served]:
    """The two seed articles, indexed and served."""
    shutil.copytree(SEEDS, folder / "articles")
    collection = Collection()

    def opened(config: AskConfig) -> SlowEngine:
        collection.open(config)
        return SlowEngine(collection, len(collection.versions))

    service = open_service(
        AskConfig(index=folder / "index"),
        BuildConfig(articles=folder / "articles", index=folder / "index"),
        open_engine=opened,
        run_build=collection.build,
    )
    rebuild = Rebuild(service, run_build=collection.build)
    with (
        closing(service),
        closing(rebuild),
        running.served(service, rebuild, collection, access) as site,
    ):
        yield Served(site.address, collection, service, folder / "articles")
