"""Serves the page of a service on a free port, for as long as a test needs it."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.service import Rebuild, Service
from rag.web.security import Access
from tests.web.engine import Collection


@dataclass(frozen=True)
class Site:
    """The running page, and what stands behind it."""

    address: str
    port: int
    folder: Path
    collection: Collection


@contextmanager
def served(
    service: Service, rebuild: Rebuild, collection: Collection, access: Access | None = None
) -> Iterator[Site]:
    """The page of the service on a port of its own; builds went to ``collection``."""
    with tempfile.TemporaryDirectory(prefix="dateline-test-") as temporary:
        os.environ["GRADIO_TEMP_DIR"] = temporary
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        import uvicorn

        from rag.web.app import application

        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            port = listening.getsockname()[1]
            app = application(service, rebuild, port=port, access=access)
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
