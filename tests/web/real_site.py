"""Articles in every state that the list knows, indexed and served by the real engine."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.answer.pipeline import Pipeline
from rag.config import AskConfig, BuildConfig
from rag.ingest.build import build
from rag.service import Rebuild, Service
from rag.types import BuildReport
from rag.web.server import open_service
from tests.conftest import SEEDS
from tests.web.engine import Collection
from tests.web.running import Site, served

FLOOD = {
    "2024-03-04": "The river Tessel flooded the town of Veldt. The mayor closed two bridges.",
    "2024-03-05": "The flood in Veldt rose by a metre. Soldiers carried sand to the Tessel.",
    "2024-03-09": "The flood in Veldt fell at last. The Tessel left mud in every street.",
    "2024-03-12": "Veldt cleaned its streets after the flood. The Tessel is back in its bed.",
}


def fill(folder: Path) -> Path:
    """The seeds, a flood, a copy, and files that no article can come from."""
    shutil.copytree(SEEDS, folder)
    for day, text in FLOOD.items():
        (folder / f"flood-{day}.txt").write_text(f"date {day} {text}", "utf-8")
    shutil.copy(folder / "flood-2024-03-04.txt", folder / "flood-again.txt")
    (folder / "empty.txt").touch()
    (folder / "photograph.jpeg").write_bytes(b"\xff\xd8\xff")
    return folder


def real_service(folder: Path, index: Path, models: Path) -> Service:
    """The service as ``dateline serve`` has it."""
    settings = {"articles": folder, "index": index, "models": models}
    return open_service(
        AskConfig(**settings),
        BuildConfig(**settings),
        open_engine=lambda config: Pipeline.open(config=config),
        run_build=build,
    )


class SlowBuild:
    """The real build, which stops before its first batch of passages until the gate opens."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, *arguments: Any, cancelled: Any = None, **options: Any) -> BuildReport:
        def asked() -> bool:
            while not self.gate.wait(0.05):
                if cancelled():
                    return True
            return bool(cancelled())

        return build(*arguments, cancelled=asked, **options)


@dataclass
class Desk:
    """The page, and what stands behind it."""

    site: Site
    service: Service
    folder: Path
    slow: SlowBuild


@contextmanager
def opened_desk(folder: Path, models: Path) -> Iterator[Desk]:
    """The articles of ``fill``, indexed below ``folder`` and served."""
    articles, slow = fill(folder / "articles"), SlowBuild()
    with (
        closing(real_service(articles, folder / "index", models)) as service,
        closing(Rebuild(service, run_build=slow)) as rebuild,
        served(service, rebuild, Collection()) as site,
    ):
        yield Desk(site, service, articles, slow)
