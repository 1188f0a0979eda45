"""LocalStore: one version of an index folder, opened, checked byte by byte, and searched."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexUnusable
from rag.index import versions
from rag.index.articles import ArticleTable, Mask, Selection, Span, content_key
from rag.index.base import ArticleRow, Candidates
from rag.index.bm25 import Lexical, Postings, Scores, TermRows, best
from rag.index.durability import hold_version
from rag.index.vectors import VectorStore
from rag.index.versions import (
    MANIFEST,
    REBUILD,
    VERSIONS,
    Manifest,
    check_files,
    decode_manifest,
    live_version,
    read_current,
    version_names,
)
from rag.text.analyzer import ANALYSIS, analyse
from rag.types import Article, IndexInfo, Occurrence, Passage, Window

_ATTEMPTS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Reuse:
    """What an earlier build computed from an article: its passages' spans and their terms."""

    spans: list[Span]
    terms: TermRows


class LocalStore:
    """The ``Store`` of an index folder: one version of it, which no build removes while it is open.

    Articles count as switched off that were so on opening. ``damage`` says why another version than
    the live one serves. One thread may close it while others still use it.
    """

    def __init__(self, folder: Path, version: str) -> None:
        """Opens ``version`` after checking every byte of it; ``open`` finds the live one.

        Raises IndexDamaged, or IndexMismatch for another format or analysis.
        """
        path = folder / VERSIONS / version
        self.folder, self.version = folder, version
        self.damage: tuple[str, ...] = ()
        self._current = read_current(folder)
        self._switches = versions.read_switches(folder)
        with ExitStack() as stack:
            try:
                self._held = stack.enter_context(hold_version(path / MANIFEST))
                self.manifest = _checked(path, self._held.read())
                self._map(path)
            except OSError as error:
                name = Path(error.filename or path).name
                raise IndexDamaged(f"{name} cannot be read ({error.strerror})") from error
            stack.pop_all()

    def _map(self, path: Path) -> None:
        self.table = ArticleTable(path)
        self.postings = Postings(path)
        self.vectors = VectorStore(path, self.manifest.vectors)
        self._check_counts()
        self.selection = Selection(self.table, self._switches.off)
        self.lexical = Lexical(
            self.postings,
            self.table.spans[:, 0],
            articles=self.table.articles,
            searched=self.selection.passages,
        )
        self._info = self.selection.restrict_info(self._whole())

    def _check_counts(self) -> None:
        found = (
            self.table.articles,
            self.table.passages,
            len(self.vectors),
            len(self.postings.lengths),
            self.vectors.dim,
        )
        manifest = self.manifest
        if found != (manifest.articles, *[manifest.passages] * 3, manifest.dim):
            raise IndexDamaged("its files do not hold the same number of articles and passages")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The live version; when that is damaged, the newest whole one, with its ``damage``.

        Raises IndexMissing, IndexDamaged when no version is whole, IndexMismatch for one of
        another format or analysis.
        """
        for _ in range(_ATTEMPTS):
            current = read_current(folder)
            try:
                index = cls._newest_whole(folder, current)
            except IndexUnusable:
                if read_current(folder) == current:
                    raise
                continue
            if not index.damage or read_current(folder) == current:
                return index
            index.close()
        raise IndexUnusable(f"The index {str(folder)!r} changes too fast; try again.")

    @classmethod
    def _newest_whole(cls, folder: Path, current: bytes) -> Self:
        names = version_names(folder)
        if not current and not names:
            raise missing_index(folder)
        problems = []
        try:
            live = live_version(folder, current)
            names = [live, *(name for name in names if name != live)]
        except IndexDamaged as error:
            problems.append(str(error))
        for name in names:
            try:
                index = cls(folder, name)
            except IndexDamaged as error:
                problems.append(f"version {name}: {error}")
            else:
                index._current = current
                index.damage = tuple(f"{text}; version {name} serves." for text in problems)
                return index
        raise IndexDamaged(
            f"No version of the index {str(folder)!r} is whole ({'; '.join(problems)}); {REBUILD}"
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """The damage, and that the file of switches is ignored if it is."""
        ignored = self._switches.warning
        return (*self.damage, ignored) if ignored else self.damage

    @property
    def info(self) -> IndexInfo:
        return self._info

    def _whole(self) -> IndexInfo:
        manifest = self.manifest
        return IndexInfo(
            version=self.version,
            fingerprint=manifest.fingerprint,
            newest_article=manifest.newest_article,
            oldest_article=manifest.oldest_article,
            built_at=manifest.built_at,
            articles=manifest.articles,
            passages=manifest.passages,
        )

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.manifest.settings

    @property
    def model_fingerprint(self) -> str:
        return self.manifest.model_fingerprint

    @property
    def switched_off(self) -> int:
        return len(self.selection.off)

    def is_current(self) -> bool:
        return (
            read_current(self.folder) == self._current
            and versions.raw_switches(self.folder) == self._switches.raw
        )

    def __len__(self) -> int:
        """The number of passages."""
        return self.table.passages

    def article(self, article_id: str) -> Article:
        return self.table.article(self.table.row_of(article_id))

    def article_ids(self) -> list[str]:
        """The ids of all articles, in the order of their passages."""
        return [entry.id for entry in self.table.entries()]

    def entries(self) -> list[ArticleRow]:
        off = set(self.selection.off.tolist())
        rows = enumerate(self.table.entries())
        return [replace(entry, on=False) if row in off else entry for row, entry in rows]

    def files(self) -> list[Mapping[str, Any]]:
        return self.table.files()

    def candidates(
        self,
        vector: NDArray[np.float32],
        terms: Sequence[str],
        *,
        window: Window | None,
        k: int,
    ) -> Candidates:
        vector = np.ascontiguousarray(vector, dtype=np.float32)
        if vector.shape != (self.vectors.dim,) or not np.isfinite(vector).all():
            raise ValueError(f"the query's vector is not of {self.vectors.dim} finite numbers")
        searched = self._searched(window)
        lexical, by_article = self.lexical.scores(terms)
        nearest, _ = self.vectors.search(vector, k, searched)
        rows = np.union1d(nearest, _best_within(lexical, searched, k))
        dense, articles = self.vectors.scores_of(vector, rows), self.table.spans[rows, 0]
        return Candidates(rows, dense, lexical[rows], by_article[articles])

    def _searched(self, window: Window | None) -> Mask | None:
        """Which passages are switched on and in ``window``, bool [passages]; ``None`` for all."""
        return self.selection.restrict(self.table.passages_in(window))

    def window_is_empty(self, window: Window | None) -> bool:
        searched = None if window is None else self._searched(window)
        return searched is not None and len(searched) > 0 and not searched.any()

    def passage(self, row: int) -> Passage:
        return self.table.passage(row)

    def passages_with(self, terms: Sequence[str], *, limit: int) -> list[Passage]:
        return [self.passage(row) for row in self.lexical.rows_with(terms)[:limit].tolist()]

    def passages_like(self, text: str, *, k: int) -> list[Passage]:
        scores, _ = self.lexical.scores(analyse(text))
        rows = _best_within(scores, self.selection.passages, k)
        return [self.passage(row) for row in rows.tolist()]

    def rarity(self, term: str) -> float:
        return self.lexical.rarity(term)

    def find_text(self, text: str, *, limit: int) -> list[Occurrence]:
        found = (at for at in self.table.find_text(text) if self.selection.has(at[0]))
        return [
            Occurrence(self.table.article(row), start, start + len(text))
            for row, start in islice(found, limit)
        ]

    def reuse(self, article: Article) -> Reuse | None:
        """The spans and terms of an article with the same text, body, title and date, if held.

        Spans depend on the settings too: ask only when ``settings`` are the same.
        """
        row = self.table.row_of_content(content_key(article))
        if row is None:
            return None
        passages = self.table.passage_rows(row)
        spans = self.table.spans[passages.start : passages.stop, 1:].tolist()
        return Reuse([(start, end) for start, end in spans], self.postings.term_rows(passages))

    def close(self) -> None:
        """Lets builds remove this version. What is mapped stays readable as long as it is used."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()


def missing_index(folder: Path) -> IndexMissing:
    """The error that says that ``folder`` holds no index, and how to make one."""
    return IndexMissing(
        f"There is no index in {str(folder)!r} yet; build it with: dateline build"
        f"{'' if folder == Path('index') else f' --index {shlex.quote(str(folder))}'}"
    )


def _checked(path: Path, raw: bytes) -> Manifest:
    """The manifest, when it and all the files that it names are as they were written."""
    manifest = decode_manifest(raw)
    if manifest.analysis != ANALYSIS:
        raise IndexMismatch(
            f"The index has words of analysis {manifest.analysis}, and this Dateline "
            f"searches those of analysis {ANALYSIS}; {REBUILD}"
        )
    check_files(path, manifest.files)
    return manifest


def _best_within(scores: Scores, searched: Mask | None, k: int) -> NDArray[np.int64]:
    """The rows of the ``k`` highest scores above 0 among those ``searched`` (``None``: all)."""
    return best(scores if searched is None else np.where(searched, scores, 0), k)
