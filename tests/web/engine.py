"""A small engine that can be computed by hand: the sentence that shares most words answers.

Questions are understood as in the real one. Who speaks is whoever stands before " said"; a weekday
is the one before the article's date; the same quotation in another article agrees; whoever asks how
many hears that the articles do not agree.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from rag.answer.engine import (
    DEFAULTS,
    Answered,
    AskOptions,
    ConsideredPassage,
    Retrieved,
    Stage,
    final_stage,
)
from rag.config import AskConfig, BuildConfig
from rag.dates.anchoring import article_dates
from rag.errors import IndexMissing
from rag.index.base import ArticleRow
from rag.query.understand import understand
from rag.types import (
    Answer,
    Article,
    BuildReport,
    Citation,
    DatedWords,
    FileReport,
    Hit,
    IndexInfo,
    Passage,
    Progress,
    Query,
    Reason,
)
from tests.answer.listed_texts import ListedTexts

_DATE_LINE = re.compile(r"\s*date (\d{4}-\d{2}-\d{2}) ")
_SENTENCE = re.compile(r"[^\s.](?:[^.\n]|\.(?!\s))*\.?")
_WORD = re.compile(r"\w{4,}")


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
        self.reading = threading.Event()
        self.reading.set()

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

    def ask(self, question: str, options: AskOptions = DEFAULTS) -> Answer:
        return final_stage(self.asking(question, options)).answer

    def asking(self, question: str, options: AskOptions = DEFAULTS) -> Iterator[Stage]:
        understood = understand(
            question,
            today=options.today or date(2025, 1, 15),
            history=options.history,
            window=options.window,
            corrections=options.corrections,
        )
        yield understood
        ranked = self._ranked(understood.query)
        hits = _hits(ranked)
        yield Retrieved(understood.query, hits)
        self._collection.reading.wait(60)
        answer = self._answer(understood.query, ranked)
        yield Answered(answer, tuple(ConsideredPassage(hit, _read(hit)) for hit in hits))

    def _answer(self, query: Query, ranked: Sequence[Citation]) -> Answer:
        wanted = _words(query.text)
        best = [_told(_shorten(one, wanted)) for one in ranked if one.score >= 2]
        ordered = sorted(best, key=lambda one: one.article.published or date.min)
        texts = {"yesno": "yes", "when": _day_named(best)}
        cited = {
            "timeline": ordered,
            "summary": ordered,
            "latest": ordered[::-1],
            "list": best,
        }.get(query.kind, best)
        agreed = _agreeing(cited) if query.kind == "span" else cited
        answered = bool(agreed)
        first = agreed[0].quote if answered else None
        return Answer(
            query=query,
            kind=query.kind,
            text=(texts.get(query.kind) or first) if answered else None,
            citations=tuple(agreed),
            confidence=0.84 if answered else 0.2,
            reason=None if answered else self._reason(query),
            nearest=() if answered else tuple(map(_told, ranked)),
            index=self.info,
            disagreement="how many" in query.text.lower() and len(agreed) > 1,
            advice="" if answered else f"Nothing is known of “{query.text}”; ask for other words.",
        )

    def _ranked(self, query: Query) -> list[Citation]:
        wanted = _words(query.text)
        found = [
            Citation(article, *span, *span, score=len(wanted & _words(article.text[slice(*span)])))
            for article in self._articles
            if query.window is None or query.window.contains(article.published)
            for span in _sentences(article)
        ]
        return sorted(found, key=lambda citation: -citation.score)[:4]

    def _reason(self, query: Query) -> Reason:
        return "low_confidence" if self._ranked(query) else "outside_window"

    def inspect(
        self, query: Query, *, top_k: int, dense_weight: float, collapse: bool = True
    ) -> Sequence[Hit]:
        return _hits(self._ranked(query)[:top_k])

    @property
    def texts(self) -> ListedTexts:
        return ListedTexts(self._articles)

    def article(self, article_id: str) -> Article:
        return next(article for article in self._articles if article.id == article_id)

    def entries(self) -> Sequence[ArticleRow]:
        return [
            ArticleRow(a.id, a.title, a.title_derived, a.published, a.url, a.path, a.sha256, 1)
            for a in self._articles
        ]

    def current(self) -> bool:
        return self._version == len(self._collection.versions)

    def close(self) -> None:
        self._collection.closed.append(self._version)


def _hits(ranked: Sequence[Citation]) -> tuple[Hit, ...]:
    return tuple(
        Hit(Passage(one.article, one.start, one.end, 0), one.score, rank, 2 * one.score, 0.5)
        for rank, one in enumerate(ranked, 1)
    )


def _read(hit: Hit) -> float | None:
    """The reader's score: one for each word shared, and none for what is not worth reading."""
    return hit.score if hit.score >= 2 else None


def _sentences(article: Article) -> list[tuple[int, int]]:
    spans = [match.span() for match in _SENTENCE.finditer(article.text, article.body)]
    return [span for span in spans if span[1] - span[0] > 1]


def _told(citation: Citation) -> Citation:
    """With who says it, and its dates."""
    article, start, end = citation.article, citation.sentence_start, citation.sentence_end
    said = article.text.find(" said", start, end)
    return replace(
        citation,
        speaker=(start, said) if said > start else None,
        dates=tuple(
            DatedWords(words.start, words.end, words.after, words.before)
            for words in article_dates(article.text, start, end, article.published)
        ),
    )


def _day_named(cited: Sequence[Citation]) -> str | None:
    days = [words.after for citation in cited[:1] for words in citation.dates if words.after]
    return days[0].isoformat() if days else None


def _agreeing(cited: Sequence[Citation]) -> list[Citation]:
    """The same quotation of several articles together."""
    groups: dict[str, list[Citation]] = {}
    for citation in cited:
        groups.setdefault(citation.quote, []).append(citation)
    return [replace(group[0], also=tuple(group[1:])) for group in groups.values()]


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
