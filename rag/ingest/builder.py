"""The build: a folder of articles and the index that was there in, a new live index out.

Articles stream through once; what is unchanged since the last build is taken from it, and only
passages whose text was never embedded before are embedded.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.config import BuildConfig
from rag.errors import ArticleError, BuildCancelled, IndexUnusable
from rag.index.analysis import analyse
from rag.index.cache import EmbeddingCache
from rag.index.disk import Disk
from rag.index.index import Index
from rag.index.writer import IndexWriter
from rag.ingest.corpus import Corpus, Limits
from rag.ingest.fates import file_records, file_reports
from rag.ingest.prefix import PREFIX_TOKENS, Prefixer
from rag.ingest.splitter import Limit, Splitter
from rag.ingest.spool import Spool
from rag.ingest.tokens import TokenCounter
from rag.models.embedder import BATCH, Embedder, open_embedder
from rag.models.runtime import Float32
from rag.types import Article, BuildReport, Progress

REPORT_EVERY = 500


def limits(config: BuildConfig) -> Limits:
    """What of the settings bounds the reading of articles."""
    return Limits(
        max_file_bytes=config.max_file_bytes,
        max_article_chars=config.max_article_chars,
        max_files=config.max_files,
        max_depth=config.max_depth,
    )


def build(
    config: BuildConfig,
    *,
    full: bool = False,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    say: Callable[[str], None] | None = None,
    today: date | None = None,
    embedder: Embedder | None = None,
    disk: Disk | None = None,
) -> BuildReport:
    """Build or update the index of ``config.articles`` and make it live.

    ``full`` uses nothing of earlier builds. Articles dated after ``today`` (UTC) count as undated.
    ``cancelled`` is asked between batches; what was embedded by then is kept. ``embedder`` and
    ``disk`` replace the model of the settings and the real disk. Whatever is raised, the version
    that was live still serves. Raises ArticleError, ModelError, IndexBusy,
    IndexUnusable or BuildCancelled.
    """
    started = time.perf_counter()
    today = today or datetime.now(UTC).date()
    say = say or (lambda message: None)
    corpus = Corpus(config.articles, limits=limits(config), today=today)
    embedder = embedder or open_embedder(
        config.model, config.models_folder, threads=config.threads, say=say
    )
    disk = disk or Disk()
    with ExitStack() as stack:
        writer = stack.enter_context(_writer(config, embedder, disk))
        previous = _previous(config, stack, say)
        work = _Build(
            config,
            corpus,
            embedder,
            writer,
            stack.enter_context(Spool(disk, config.index)),
            previous=None if full else previous,
            full=full,
            progress=progress or (lambda step: None),
            cancelled=cancelled or (lambda: False),
        )
        work.read()
        files = file_records(corpus.files)
        live = previous is not None and not full and _same(previous, writer, files)
        version = previous.version if live and previous else work.publish(disk, files)
        return BuildReport(
            version=version,
            changed=not live,
            files=file_reports(corpus.files, previous, work.changed_ids),
            articles=work.articles,
            passages=writer.passages,
            embedded=work.embedded,
            reused=writer.passages - work.embedded,
            seconds=time.perf_counter() - started,
        )


def _settings(config: BuildConfig) -> dict[str, Any]:
    """The settings that decide what the index holds; a change of one needs a new build."""
    return {
        "model": str(config.model) if config.model else None,
        "max_tokens": config.max_tokens,
        "overlap_sentences": config.overlap_sentences,
        "prefix": config.prefix,
    }


def _writer(config: BuildConfig, embedder: Embedder, disk: Disk) -> IndexWriter:
    return IndexWriter(
        config.index,
        settings=_settings(config),
        model_fingerprint=embedder.fingerprint,
        dim=embedder.dim,
        exact_limit=config.exact_limit,
        disk=disk,
    )


def _previous(config: BuildConfig, stack: ExitStack, say: Callable[[str], None]) -> Index | None:
    """The version that serves now, if it can be opened."""
    try:
        index = stack.enter_context(Index.open(config.index))
    except IndexUnusable as error:
        if config.index.joinpath("CURRENT").exists():
            say(f"{error} Building from the articles instead.")
        return None
    for warning in index.warnings:
        say(warning)
    return index


def _same(previous: Index, writer: IndexWriter, files: Sequence[Mapping[str, Any]]) -> bool:
    return (
        not previous.warnings
        and previous.info.fingerprint == writer.fingerprint
        and list(previous.files()) == list(files)
    )


class _Build:
    """One run: ``read`` the articles into the writer, then ``publish`` them with their vectors."""

    def __init__(
        self,
        config: BuildConfig,
        corpus: Corpus,
        embedder: Embedder,
        writer: IndexWriter,
        spool: Spool,
        *,
        previous: Index | None,
        full: bool,
        progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._config = config
        self._corpus = corpus
        self._embedder = embedder
        self._writer = writer
        self._spool = spool
        self._reusable = previous if previous and _reusable(previous, config, embedder) else None
        self._full = full
        self._progress = progress
        self._cancelled = cancelled
        self._splitter: Splitter | None = None
        has_room = embedder.max_tokens >= 2 * PREFIX_TOKENS
        self._prefixer = Prefixer(embedder.count) if config.prefix and has_room else None
        self._keys: list[bytes] = []
        self.articles = 0
        self.embedded = 0
        self.changed_ids: set[str] = set()

    def read(self) -> None:
        """Every article with its passages and terms into the writer, its texts into the spool."""
        for article in self._corpus.articles():
            self._add(article)
            self.articles += 1
            if self.articles % REPORT_EVERY == 0:
                self._check_cancelled()
                self._progress(Progress("reading", self.articles, 0))
        if not self.articles:
            raise ArticleError(
                f"There is no article to index in {str(self._config.articles)!r}"
                f"{_why_none(self._corpus)}; add .txt, .md, .html, .jsonl or .csv files."
            )

    def _add(self, article: Article) -> None:
        known = self._reusable.reuse(article) if self._reusable else None
        prefix = self._prefixer.prefix(article) if self._prefixer else ""
        if known is not None:
            spans = known.spans
            self._writer.add(article, spans, known.terms)
        else:
            self.changed_ids.add(article.id)
            spans = [(passage.start, passage.end) for passage in self._split(article)]
            terms = [
                Counter(analyse(f"{article.title}\n{article.text[start:end]}"))
                for start, end in spans
            ]
            self._writer.add(article, spans, terms)
        for start, end in spans:
            text = prefix + article.text[start:end]
            self._keys.append(_key(self._embedder.fingerprint, text))
            self._spool.add(text)

    def _split(self, article: Article) -> Sequence[Any]:
        if self._splitter is None:
            room = self._embedder.max_tokens - (PREFIX_TOKENS if self._prefixer else 0)
            self._splitter = Splitter(
                (
                    Limit(_token_counter().count, self._config.max_tokens),
                    Limit(self._embedder.count, room),
                ),
                overlap_sentences=self._config.overlap_sentences,
            )
        return self._splitter.split(article)

    def publish(self, disk: Disk, files: Sequence[Mapping[str, Any]]) -> str:
        """Embed what was never embedded, write everything, make it live; the version's name."""
        vectors = self._vectors(disk)
        self._check_cancelled()
        self._progress(Progress("writing", self._writer.passages, self._writer.passages))
        return self._writer.publish(vectors, files)

    def _vectors(self, disk: Disk) -> Float32:
        """float32 [passages, dim]: from the cache, or embedded now and put there."""
        with EmbeddingCache(
            self._config.index, self._embedder.fingerprint, self._embedder.dim, disk=disk
        ) as cache:
            found, vectors = cache.get_many(self._keys)
            missing = np.flatnonzero(~found | self._full)
            longest_first = np.argsort(-self._spool.sizes[missing], kind="stable")
            self._embed(missing[longest_first], vectors, cache)
            cache.keep_only(self._keys)
        return vectors

    def _embed(self, rows: NDArray[np.int64], vectors: Float32, cache: EmbeddingCache) -> None:
        """The vectors of ``rows`` into ``vectors`` and, batch by batch, into the cache."""
        started, total = time.perf_counter(), len(rows)
        for first in range(0, total, BATCH):
            self._check_cancelled()
            batch = rows[first : first + BATCH]
            texts = self._spool.texts(batch)
            self._check_lengths(texts)
            vectors[batch] = self._embedder.encode_passages(texts)
            cache.put_many([self._keys[row] for row in batch.tolist()], vectors[batch])
            self.embedded += len(batch)
            self._progress(_embedding(self.embedded, total, time.perf_counter() - started))

    def _check_lengths(self, texts: Sequence[str]) -> None:
        longest = max(self._embedder.count(texts))
        if longest > self._embedder.max_tokens:
            raise AssertionError(
                f"a passage of {longest} tokens would be cut at {self._embedder.max_tokens}"
            )

    def _check_cancelled(self) -> None:
        if self._cancelled():
            raise BuildCancelled(
                "The build was cancelled; what was embedded is kept, and the version that was "
                "live still serves."
            )


@cache
def _token_counter() -> TokenCounter:
    """One for the whole process: its vocabulary takes a moment to load."""
    return TokenCounter()


def _key(fingerprint: str, text: str) -> bytes:
    """What an embedding is kept under: the text as the model of ``fingerprint`` is given it."""
    return hashlib.sha256(f"{fingerprint}\0{text}".encode()).digest()


def _reusable(previous: Index, config: BuildConfig, embedder: Embedder) -> bool:
    """Whether the passages of ``previous`` were cut as they would be now."""
    same_settings = previous.settings == _settings(config)
    return same_settings and previous.model_fingerprint == embedder.fingerprint


def _embedding(done: int, total: int, seconds: float) -> Progress:
    rate = done / seconds if seconds > 0 else 0.0
    return Progress("embedding", done, total, rate, (total - done) / rate if rate else None)


def _why_none(corpus: Corpus) -> str:
    skipped = [file for file in corpus.files if file.skipped]
    if not skipped:
        return ""
    return f" ({len(skipped)} skipped; {skipped[0].path!r}: {skipped[0].skipped})"
