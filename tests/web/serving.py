"""The page over the small engine, served on a free port, with the access that a test wants."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.config import AskConfig, BuildConfig
from rag.service import Rebuild, Service
from rag.web.security import Access
from rag.web.server import open_service
from tests.tool_articles import Readable
from tests.web.engine import Collection

SEEDS = Path(__file__).parents[2] / "seeds"


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

    def opened(config: AskConfig) -> Readable:
        collection.open(config)
        return Readable(collection, len(collection.versions))

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
        tempfile.TemporaryDirectory(prefix="dateline-test-") as temporary,
    ):
        os.environ["GRADIO_TEMP_DIR"] = temporary
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        with _running(service, rebuild, access) as port:
            yield Served(f"http://127.0.0.1:{port}", collection, service, folder / "articles")


@contextmanager
def _running(service: Service, rebuild: Rebuild, access: Access) -> Iterator[int]:
    import uvicorn

    from rag.web.app import application

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        app = application(service, rebuild, port=port, access=access)
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join()
