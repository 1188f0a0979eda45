"""Tools over the small engine of the chat's tests, whose articles are written in the test."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.config import AskConfig, BuildConfig
from rag.tools import Tools
from rag.types import Answer, Citation, Query
from tests.web.engine import Collection, Engine

HARBOUR = (
    "date 2024-05-06 The harbour of Veldt was closed by ice, the harbour master said. "
    "Nine fishing boats waited outside."
)
BRIDGE = "date 2024-07-08 The bridge of Veldt was opened by Queen Maud."


class SlowEngine(Engine):
    """The small engine, taking its time."""

    def _answer(self, query: Query, ranked: Sequence[Citation]) -> Answer:
        """Take long enough for a rebuild to come in between, and notice when that closes it."""
        time.sleep(0.02)
        assert self._version not in self._collection.closed
        return super()._answer(query, ranked)


def tools(folder: Path, **texts: str) -> Tools:
    """The tools over one version of an index of ``texts``, each a file of that name."""
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    collection = Collection()
    collection.build(BuildConfig(articles=folder, index=folder / "index"))
    collection.open(AskConfig())

    @contextmanager
    def lease() -> Iterator[SlowEngine]:
        yield SlowEngine(collection, 1)

    return Tools(lease)
