"""Fixtures that every test may use; no test may open a connection that leaves this machine."""

from __future__ import annotations

import ipaddress
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

from rag.config import AskConfig, BuildConfig
from rag.models.embedder import CompiledEmbedder, Embedder, open_embedder
from rag.service import Rebuild, Service
from rag.web.server import open_service
from tests.web.engine import Collection

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
ARGUMENTS = (
    "--no-sandbox --headless --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


def _refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
    elif event == "socket.getaddrinfo":
        host = str(arguments[0] or "127.0.0.1")
    else:
        return
    if host not in {"localhost", "0.0.0.0"} and not _is_loopback(host):
        raise PermissionError(f"a test tried to reach {host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# A deadline would be a timed assertion in disguise.
settings.register_profile("dateline", deadline=None)
settings.load_profile("dateline")
sys.addaudithook(_refuse_the_network)


@pytest.fixture
def ram_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: for tests that sync to disk thousands of times."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def models(request: pytest.FixtureRequest) -> Path:
    """Where compiled models are kept between test runs."""
    return Path(request.config.cache.mkdir("models"))  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def embedder(models: Path) -> Embedder:
    """The default model as it is shipped: compiled."""
    opened = open_embedder(None, models, threads=0)
    assert isinstance(opened, CompiledEmbedder)
    return opened


@pytest.fixture(scope="session")
def seed_index(models: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildConfig:
    """The settings of an index of the two seed articles; tests only read it."""
    from rag.ingest.build import build

    config = BuildConfig(SEEDS, tmp_path_factory.mktemp("seeds") / "index", models=models)
    build(config)
    return config


@pytest.fixture
def collection() -> Collection:
    """Where the small engine's versions are kept."""
    return Collection()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the two seed articles."""
    copy = tmp_path / "articles"
    shutil.copytree(SEEDS, copy)
    return copy


@pytest.fixture
def service(collection: Collection, folder: Path, tmp_path: Path) -> Service:
    """The small engine over that folder."""
    build = BuildConfig(articles=folder, index=tmp_path / "index")
    ask = AskConfig(index=tmp_path / "index")
    return open_service(ask, build, open_engine=collection.open, run_build=collection.build)


@pytest.fixture
def rebuild(service: Service, collection: Collection) -> Iterator[Rebuild]:
    """Background builds of that service."""
    runner = Rebuild(service, run_build=collection.build)
    yield runner
    collection.gate.set()
    collection.reading.set()
    runner.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, closed with the module: its event loop must not outlive the tests that drive it."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        expect.set_options(timeout=30_000)
        yield browser
        browser.close()
