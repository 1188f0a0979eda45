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
from rag.index.disk import Disk
from rag.index.local import LocalStore
from rag.index.writer import IndexWriter, Step
from rag.ingest.corpus import Corpus, Limits
from rag.ingest.embed import Embedding
from rag.ingest.report import Watch, file_records, file_reports, save_report
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

    ``full`` uses nothing of earlier builds. Articles dated after ``today`` (the later one of here
    and of UTC) count as undated.
    ``cancelled`` is asked between all steps until the new version is live; what was embedded by
    then is kept. ``embedder`` and ``disk`` replace the model of the settings and the real disk.
    Whatever is raised, the version that was live still serves. Raises ArticleError, ModelError,
    IndexBusy, IndexUnusable or BuildCancelled.
    """
    started = time.perf_counter()
    today = today or latest_day()
    say = say or (lambda message: None)
    corpus = Corpus(config.articles, limits=limits(config), today=today)
    corpus.check()
    disk, watch = disk or Disk(), Watch(progress, cancelled)
    watch.check()
    embedder = embedder or open_embedder(
        config.model, config.models_folder, threads=config.threads, say=say
    )
    with ExitStack() as stack:
        writer = stack.enter_context(_writer(config, embedder, disk))
        previous = _previous(config, stack, say)
        if previous is not None and not full:
            _check_model(config, previous)
        embedding = stack.enter_context(Embedding(embedder, config.index, disk, watch))
        work = _Reading(config, embedder, writer, embedding, None if full else previous)
        work.read(corpus, watch)
        files = file_records(corpus.files)
        live = previous is not None and not full and _same(previous, writer, files)
        if previous is not None and live:
            version = previous.version
        else:
            vectors = embedding.vectors(full=full)
            version = writer.publish(vectors, files, before=_watching(watch, writer))
        report = BuildReport(
            version=version,
            changed=not live,
            files=file_reports(corpus.files, previous, work.changed_ids),
            articles=work.articles,
            passages=writer.passages,
            embedded=embedding.embedded,
            reused=writer.passages - embedding.embedded,
            seconds=time.perf_counter() - started,
        )
        save_report(report, config.index, disk=disk, say=say)
        return report


def _watching(watch: Watch, writer: IndexWriter) -> Callable[[Step], None]:
    """Tells what the writer is about to do, unless the build is not wanted any more."""

    def before(step: Step) -> None:
        watch.check()
        if step != "publishing":
            watch.report(Progress(step, writer.passages, writer.passages))

    return before


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


def _previous(
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


def _same(previous: LocalStore, writer: IndexWriter, files: Sequence[Mapping[str, Any]]) -> bool:
    return (
        not previous.damage
        and previous.manifest.fingerprint == writer.fingerprint
        and list(previous.files()) == list(files)
    )


class _Reading:
    """Reads articles into the writer, with passages and terms, and their texts into ``embedding``.

    What ``previous`` knows of an unchanged article is taken from it.
    """

    def __init__(
        self,
        config: BuildConfig,
        embedder: Embedder,
        writer: IndexWriter,
        embedding: Embedding,
        previous: LocalStore | None,
    ) -> None:
        self._config = config
        self._embedder = embedder
        self._writer = writer
        self._embedding = embedding
        self._reusable = previous if previous and _reusable(previous, config, embedder) else None
        self._splitter: Splitter | None = None
        has_room = embedder.max_tokens >= 2 * PREFIX_TOKENS
        self._prefixer = Prefixer(embedder.count) if config.prefix and has_room else None
        self.articles = 0
        self.changed_ids: set[str] = set()

    def read(self, corpus: Corpus, watch: Watch) -> None:
        """Every article of ``corpus``; raises ArticleError when there is none."""
        for article in corpus.articles():
            watch.check()
            self._add(article)
            self.articles += 1
            if self.articles % REPORT_EVERY == 0:
                watch.report(Progress("reading", self.articles, 0))
        if not self.articles:
            raise ArticleError(
                f"There is no article to index in {str(self._config.articles)!r}"
                f"{_why_none(corpus)}; add .txt, .md, .html, .jsonl or .csv files."
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
            self._embedding.add(prefix + article.text[start:end])

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


@cache
def _token_counter() -> TokenCounter:
    """One for the whole process: its vocabulary takes a moment to load."""
    return TokenCounter()


def _reusable(previous: LocalStore, config: BuildConfig, embedder: Embedder) -> bool:
    """Whether the passages of ``previous`` were cut as they would be now."""
    same_settings = previous.settings == _settings(config)
    return same_settings and previous.model_fingerprint == embedder.fingerprint


def _why_none(corpus: Corpus) -> str:
    skipped = [file for file in corpus.files if file.skipped]
    if not skipped:
        return ""
    return f" ({len(skipped)} skipped; {skipped[0].path!r}: {skipped[0].skipped})"
