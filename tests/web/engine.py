"""A small engine that can be computed by hand: the sentence that shares most words answers."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from rag.config import AskConfig, BuildConfig
from rag.errors import IndexMissing
from rag.types import (
    Answer,
    Article,
    BuildReport,
    Citation,
    FileReport,
    IndexInfo,
    Progress,
    Query,
    Window,
)

_DATE_LINE = re.compile(r"\s*date (\d{4}-\d{2}-\d{2}) ")
_SENTENCE = re.compile(r"[^\s.](?:[^.\n]|\.(?!\s))*\.?")
_WORD = re.compile(r"\w{4,}")


@dataclass(frozen=True)
class Row:
    id: str
    headline: str
    published: date | None
    path: str
    passages: int


def read(path: Path) -> Article:
    text = path.read_text(encoding="utf-8")
    line = _DATE_LINE.match(text)
    body = line.end() if line else 0
    return Article(
        id=path.stem,
        text=text,
        body=body,
        published=date.fromisoformat(line[1]) if line else None,
        title=text[body:].split(".")[0][:100] or path.stem,
        title_derived=True,
        url="",
        path=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _words(text: str) -> set[str]:
    return {word.lower()[:6] for word in _WORD.findall(text)}


class Collection:
    """Where builds go: the articles of each version; stands for the index folder."""

    def __init__(self) -> None:
        self.versions: list[tuple[Article, ...]] = []
        self.closed: list[int] = []
        self.built_with = BuildConfig()
        self.gate = threading.Event()
        self.gate.set()

    def open(self, config: AskConfig) -> Engine:
        if not self.versions:
            raise IndexMissing("There is no index yet.")
        return Engine(self, len(self.versions))

    def build(
        self,
        config: BuildConfig,
        *,
        progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> BuildReport:
        self.built_with = config
        paths = sorted(path for path in config.articles.iterdir() if path.is_file())
        if progress:
            progress(Progress("embedding", 1, len(paths), 2.0, 3.0))
        self.gate.wait(60)
        before = {article.path for article in self.versions[-1]} if self.versions else set()
        texts = [path for path in paths if path.suffix == ".txt"]
        self.versions.append(tuple(read(path) for path in texts))
        files = tuple(
            FileReport(path.name, "unchanged" if path.name in before else "added", articles=1)
            if path in texts
            else FileReport(path.name, "skipped", "only text files are read here")
            for path in paths
        )
        number, count = len(self.versions), len(texts)
        return BuildReport(str(number), True, files, count, count, count - len(before), 0, 0.1)


class Engine:
    def __init__(self, collection: Collection, version: int) -> None:
        self._collection = collection
        self._version = version
        self._articles = collection.versions[version - 1]
        dates = [article.published for article in self._articles if article.published]
        self.info = IndexInfo(
            version=str(version),
            fingerprint=f"version-{version}",
            newest_article=max(dates, default=None),
            oldest_article=min(dates, default=None),
            built_at=datetime.now(UTC).isoformat(),
            articles=len(self._articles),
            passages=len(self._articles),
        )
        self.warnings: tuple[str, ...] = ()

    def ask(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        window: Window | None = None,
        today: date | None = None,
    ) -> Answer:
        wanted = _words(question)
        found = [
            Citation(article, *span, *span, score=len(wanted & _words(article.text[slice(*span)])))
            for article in self._articles
            for span in _sentences(article)
        ]
        ranked = sorted(found, key=lambda citation: -citation.score)[:4]
        enough = bool(ranked) and ranked[0].score >= 2
        best = tuple(_shorten(citation, wanted) for citation in ranked if citation.score >= 2)
        return Answer(
            query=Query(question, question),
            kind="passage",
            text=best[0].quote if best else None,
            citations=best,
            confidence=0.84 if enough else 0.2,
            reason=None if enough else "low_confidence",
            nearest=() if enough else tuple(ranked),
            index=self.info,
        )

    def article(self, article_id: str) -> Article:
        return next(article for article in self._articles if article.id == article_id)

    def entries(self) -> Sequence[Row]:
        return [Row(a.id, a.headline, a.published, a.path, 1) for a in self._articles]

    def current(self) -> bool:
        return self._version == len(self._collection.versions)

    def close(self) -> None:
        self._collection.closed.append(self._version)


def _sentences(article: Article) -> list[tuple[int, int]]:
    spans = [match.span() for match in _SENTENCE.finditer(article.text, article.body)]
    return [span for span in spans if span[1] - span[0] > 1]


def _shorten(citation: Citation, wanted: set[str]) -> Citation:
    """Quote the second half of the sentence, so that it stands inside a longer one."""
    middle = citation.article.text.find(" ", (citation.start + citation.end) // 2)
    start = middle + 1 if 0 < middle < citation.end - 2 else citation.start
    return Citation(
        citation.article,
        start,
        citation.end,
        citation.sentence_start,
        citation.sentence_end,
        citation.score,
    )
