"""A folder with the two seed articles, the small engine over it, and the real page over that."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.config import AskConfig, BuildConfig
from rag.web.page import open_service
from rag.web.rebuild import Rebuild
from rag.web.service import Service
from tests.web.engine import Collection

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


@dataclass(frozen=True)
class Site:
    """The running page, and what stands behind it."""

    address: str
    port: int
    folder: Path
    collection: Collection


@contextmanager
def served(service: Service, rebuild: Rebuild, collection: Collection) -> Iterator[Site]:
    """The page of the service, on a port of its own; ``collection`` is what builds went to."""
    with tempfile.TemporaryDirectory(prefix="dateline-test-") as temporary:
        os.environ["GRADIO_TEMP_DIR"] = temporary
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        import uvicorn

        from rag.web.blocks import application

        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            port = listening.getsockname()[1]
            app = application(service, rebuild, port=port)
            server = uvicorn.Server(
                uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
            )
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            try:
                yield Site(f"http://127.0.0.1:{port}", port, service.articles, collection)
            finally:
                server.should_exit = True
                thread.join()


@pytest.fixture
def site(service: Service, rebuild: Rebuild, collection: Collection) -> Iterator[Site]:
    with served(service, rebuild, collection) as site:
        yield site
