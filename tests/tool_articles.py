"""Tools over the small engine of the chat's tests, whose articles are written in the test."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.config import AskConfig, BuildConfig
from rag.errors import QuestionError
from rag.tools import Tools
from rag.types import Answer, Article, Citation, Occurrence, Passage, Query
from tests.web.engine import Collection, Engine

HARBOUR = (
    "date 2024-05-06 The harbour of Veldt was closed by ice, the harbour master said. "
    "Nine fishing boats waited outside."
)
BRIDGE = "date 2024-07-08 The bridge of Veldt was opened by Queen Maud."


class ListTexts:
    """Texts that are looked through one after another."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = articles

    def article(self, article_id: str) -> Article:
        for one in self._articles:
            if one.id == article_id:
                return one
        raise QuestionError(f"there is no article {article_id!r}")

    def find_text(self, text: str, *, limit: int) -> list[Occurrence]:
        found = [
            Occurrence(one, start, start + len(text))
            for one in self._articles
            for start in range(len(one.text))
            if one.text.startswith(text, start)
        ]
        return found[:limit]

    def passages_like(self, text: str, *, k: int) -> list[Passage]:
        return [Passage(one, one.body, len(one.text), 0) for one in self._articles][:k]


class Readable(Engine):
    """The small engine, and the texts of its articles."""

    @property
    def texts(self) -> ListTexts:
        return ListTexts(self._articles)

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
    def lease() -> Iterator[Readable]:
        yield Readable(collection, 1)

    return Tools(lease)
