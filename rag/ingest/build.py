"""Builds the index of a folder of articles, reusing what the live version already holds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from functools import cache
from typing import Any

from rag.config import BuildConfig
from rag.dates.calendar import latest_day
from rag.errors import ArticleError, IndexUnusable, ModelError
from rag.index.durability import Disk
from rag.index.local import LocalStore
from rag.index.writer import IndexWriter, Step
from rag.ingest.corpus import Corpus, Limits
from rag.ingest.embed import PassageVectors
from rag.ingest.report import BuildMonitor, file_records, file_reports, save_report
from rag.ingest.splitter import (
    PREFIX_TOKENS,
    SPLITTING,
    Limit,
    Prefixer,
    Splitter,
    TokenCounter,
)
from rag.models.embedder import Embedder, open_embedder
from rag.text.analyzer import analyse
from rag.types import Article, BuildReport, Passage, Progress

REPORT_EVERY = 100


def limits(config: BuildConfig) -> Limits:
    """The settings that limit what is read."""
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

    ``full`` uses nothing of earlier builds. Articles dated after ``today`` (the later one of here
    and of UTC) count as undated. ``cancelled`` is asked between all steps until the new version is
    live; what was embedded by then stays in the cache. ``embedder`` and ``disk`` replace the model
    of the settings and the real disk. Whatever is raised, the version that was live still serves.
    Raises ArticleError, ModelError, IndexBusy, IndexUnusable or BuildCancelled.
    """
    say = say or (lambda message: None)
    started = time.perf_counter()
    corpus = Corpus(config.articles, limits=limits(config), today=today or latest_day())
    corpus.check()
    disk, monitor = disk or Disk(), BuildMonitor(progress, cancelled)
    monitor.check()
    embedder = embedder or open_embedder(
        config.model, config.models_folder, threads=config.threads, say=say
    )
    with ExitStack() as stack:
        writer = stack.enter_context(_writer(config, embedder, disk))
        previous = _open_previous(config, stack, say)
        if previous is not None and not full:
            _check_model(config, previous)
        vectors = stack.enter_context(PassageVectors(embedder, config.index, disk, monitor))
        work = _Build(config, embedder, writer, vectors, previous, full=full)
        work.read(corpus, monitor)
        report = work.publish(corpus, monitor, started)
        save_report(report, config.index, disk=disk, say=say)
        return report


def _settings(config: BuildConfig) -> dict[str, Any]:
    """The settings that decide what the index holds; a change of one needs a new build."""
    return {
        "model": str(config.model) if config.model else None,
        "max_tokens": config.max_tokens,
        "overlap_sentences": config.overlap_sentences,
        "prefix": config.prefix,
        "splitting": SPLITTING,
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


def _open_previous(
    config: BuildConfig, stack: ExitStack, say: Callable[[str], None]
) -> LocalStore | None:
    """The version that serves now, if it can be opened."""
    try:
        index = stack.enter_context(LocalStore.open(config.index))
    except IndexUnusable as error:
        if config.index.joinpath("CURRENT").exists():
            say(f"{error} Building from the articles instead.")
        return None
    for warning in index.warnings:
        say(warning)
    return index


def _check_model(config: BuildConfig, previous: LocalStore) -> None:
    """Raises ModelError when nobody names a model, and the index has another than the default."""
    named = previous.settings.get("model")
    if config.model is None and named is not None:
        raise ModelError(
            f"The index was built with the model {named!r}, and this build would replace it by the "
            f"default one; keep it with --model or with model = … in dateline.toml, or change it "
            "with --full."
        )


class _Build:
    """Reads the articles into ``writer`` and ``vectors``, then publishes what is new.

    The passages and terms of an unchanged article are taken from ``previous``.
    """

    def __init__(
        self,
        config: BuildConfig,
        embedder: Embedder,
        writer: IndexWriter,
        vectors: PassageVectors,
        previous: LocalStore | None,
        *,
        full: bool,
    ) -> None:
        self._config = config
        self._embedder = embedder
        self._writer = writer
        self._vectors = vectors
        self._previous = previous
        self._full = full
        self._reusable = previous if not full and self._splits_as(previous) else None
        self._splitter: Splitter | None = None
        has_room = embedder.max_tokens >= 2 * PREFIX_TOKENS
        self._prefixer = Prefixer(embedder.count) if config.prefix and has_room else None
        self._articles = 0
        self._changed_ids: set[str] = set()

    def _splits_as(self, previous: LocalStore | None) -> bool:
        """Whether the passages of ``previous`` were cut as they would be now."""
        return (
            previous is not None
            and previous.settings == _settings(self._config)
            and previous.model_fingerprint == self._embedder.fingerprint
        )

    def read(self, corpus: Corpus, monitor: BuildMonitor) -> None:
        """Every article of ``corpus``; raises ArticleError when there is none."""
        for article in corpus.articles():
            monitor.check()
            self._add(article)
            self._articles += 1
            if self._articles % REPORT_EVERY == 0:
                monitor.report(Progress("reading", self._articles, 0))
        if not self._articles:
            raise ArticleError(
                f"There is no article to index in {str(self._config.articles)!r}"
                f"{_why_none(corpus)}; add .txt, .md, .html, .jsonl or .csv files."
            )

    def _add(self, article: Article) -> None:
        earlier = self._reusable.reuse(article) if self._reusable else None
        prefix = self._prefixer.prefix(article) if self._prefixer else ""
        if earlier is not None:
            spans = earlier.spans
            self._writer.add(article, spans, earlier.terms)
        else:
            self._changed_ids.add(article.id)
            spans = [(passage.start, passage.end) for passage in self._split(article)]
            terms = [
                Counter(analyse(f"{article.title}\n{article.text[start:end]}"))
                for start, end in spans
            ]
            self._writer.add(article, spans, terms)
        for start, end in spans:
            self._vectors.add(prefix + article.text[start:end])

    def _split(self, article: Article) -> Sequence[Passage]:
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

    def publish(self, corpus: Corpus, monitor: BuildMonitor, started: float) -> BuildReport:
        """Embeds and publishes a new version, unless ``previous`` already is the same."""
        files = file_records(corpus.files)
        unchanged = self._unchanged_version(files)
        version = unchanged or self._writer.publish(
            self._vectors.vectors(full=self._full), files, before=_before(monitor, self._writer)
        )
        return BuildReport(
            version=version,
            changed=unchanged is None,
            files=file_reports(corpus.files, self._previous, self._changed_ids),
            articles=self._articles,
            passages=self._writer.passages,
            embedded=self._vectors.embedded,
            reused=self._writer.passages - self._vectors.embedded,
            seconds=time.perf_counter() - started,
        )

    def _unchanged_version(self, files: Sequence[Mapping[str, Any]]) -> str | None:
        """The name of ``previous`` if it holds just what was read; ``None`` for a full build."""
        previous = self._previous
        if previous is None or self._full or previous.damage:
            return None
        same = previous.manifest.fingerprint == self._writer.fingerprint
        return previous.version if same and list(previous.files()) == list(files) else None


def _before(monitor: BuildMonitor, writer: IndexWriter) -> Callable[[Step], None]:
    """Reports each step of the writer before it is taken, and stops a cancelled build there."""

    def before(step: Step) -> None:
        monitor.check()
        if step != "publishing":
            monitor.report(Progress(step, writer.passages, writer.passages))

    return before


@cache
def _token_counter() -> TokenCounter:
    """One for the whole process, because its vocabulary takes a moment to load."""
    return TokenCounter()


def _why_none(corpus: Corpus) -> str:
    skipped = [file for file in corpus.files if file.skipped]
    if not skipped:
        return ""
    return f" ({len(skipped)} skipped; {skipped[0].path!r}: {skipped[0].skipped})"
