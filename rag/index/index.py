"""The index folder goes in; its live version, every byte of it checked, comes out."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexUnusable
from rag.index import switches
from rag.index.lexical import Lexical, best
from rag.index.lock import hold
from rag.index.manifest import MANIFEST, REBUILD, Manifest, check_files, decode
from rag.index.postings import Postings, TermRows
from rag.index.searcher import Candidates
from rag.index.selection import Selection
from rag.index.store import Entry, Span, Store, content_key
from rag.index.vectors import VectorStore
from rag.index.versions import VERSIONS, live_version, read_current, version_names
from rag.text.analyzer import ANALYSIS
from rag.types import Article, IndexInfo, Passage, Window

_ATTEMPTS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Reuse:
    """What an earlier build found out about an article: its passages' spans and their terms."""

    spans: list[Span]
    terms: TermRows


class Index:
    """One immutable version of the index; no build removes it while this is open.

    Articles that were switched off when it was opened are neither searched nor counted, though
    ``article`` still gives them. ``damage`` says why another version than the live one serves.

    Fulfils ``rag.index.searcher.Searcher``. Several threads may use it at once, even while one of
    them closes it.
    """

    def __init__(self, folder: Path, version: str) -> None:
        """Opens ``version`` after checking every byte of it; ``Index.open`` finds the live one.

        Raises IndexDamaged, or IndexMismatch for another format or analysis.
        """
        path = folder / VERSIONS / version
        self.folder, self.version = folder, version
        self.damage: tuple[str, ...] = ()
        self._current = read_current(folder)
        self._switches = switches.read(folder)
        with ExitStack() as stack:
            try:
                self._held = stack.enter_context(hold(path / MANIFEST))
                self.manifest = _checked(path, self._held.read())
                self._map(path)
            except OSError as error:
                name = Path(error.filename or path).name
                raise IndexDamaged(f"{name} cannot be read ({error.strerror})") from error
            stack.pop_all()

    def _map(self, path: Path) -> None:
        self.store = Store(path)
        self.postings = Postings(path)
        self.vectors = VectorStore(path, self.manifest.vectors)
        self._check_counts()
        self.selection = Selection(self.store, self._switches.off)
        self.lexical = Lexical(
            self.postings,
            self.store.spans[:, 0],
            articles=self.store.articles,
            searched=self.selection.passages,
        )
        self._info = self.selection.informed(self._whole())

    def _check_counts(self) -> None:
        found = (
            self.store.articles,
            self.store.passages,
            len(self.vectors),
            len(self.postings.lengths),
            self.vectors.dim,
        )
        said = self.manifest
        if found != (said.articles, *[said.passages] * 3, said.dim):
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
            raise missing(folder)
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
        """What whoever asks should know: the damage, and switches that are ignored."""
        told = self._switches.warning
        return (*self.damage, told) if told else self.damage

    @property
    def info(self) -> IndexInfo:
        """Which index this is, as answers state it; what is switched off does not count."""
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
        """The settings that it was built with."""
        return self.manifest.settings

    @property
    def model_fingerprint(self) -> str:
        return self.manifest.model_fingerprint

    def is_current(self) -> bool:
        """Whether nothing was published or switched since this one was opened."""
        return (
            read_current(self.folder) == self._current
            and switches.raw(self.folder) == self._switches.raw
        )

    def __len__(self) -> int:
        """The number of passages."""
        return self.store.passages

    def passage(self, row: int) -> Passage:
        """The passage of a row; IndexError outside ``0 <= row < len(self)``."""
        return self.store.passage(row)

    def article(self, article_id: str) -> Article:
        """The article with this id; QuestionError when there is none."""
        return self.store.article(self.store.row_of(article_id))

    def article_ids(self) -> list[str]:
        """The ids of all articles, in the order of their passages."""
        return [entry.id for entry in self.store.entries()]

    def entries(self) -> list[Entry]:
        """All articles without their texts, in the order of their passages."""
        off = set(self.selection.off.tolist())
        rows = enumerate(self.store.entries())
        return [replace(entry, on=False) if row in off else entry for row, entry in rows]

    def files(self) -> list[Mapping[str, Any]]:
        """What the build noted of each file."""
        return self.store.files()

    def allowed(self, window: Window | None) -> NDArray[np.bool_] | None:
        """Which passages are on and in ``window``, bool [passages]; ``None`` for all of them."""
        return self.selection.within(self.store.allowed(window))

    def candidates(
        self,
        vector: NDArray[np.float32],
        terms: Sequence[str],
        *,
        window: Window | None,
        k: int,
    ) -> Candidates:
        """See ``Searcher``; ValueError for a vector that is not finite or not of ``dim``."""
        vector = np.ascontiguousarray(vector, dtype=np.float32)
        if vector.shape != (self.vectors.dim,) or not np.isfinite(vector).all():
            raise ValueError(f"the query's vector is not of {self.vectors.dim} finite numbers")
        allowed = self.allowed(window)
        lexical, by_article = self.lexical.scores(terms)
        near, _ = self.vectors.search(vector, k, allowed)
        worded = best(lexical if allowed is None else np.where(allowed, lexical, 0), k)
        rows = np.union1d(near, worded)
        dense, articles = self.vectors.scores_of(vector, rows), self.store.spans[rows, 0]
        return Candidates(rows, dense, lexical[rows], by_article[articles])

    def reuse(self, article: Article) -> Reuse | None:
        """What this version knows of an article of the same text, body, title and date.

        Spans follow from the settings too: ask only when ``settings`` are the same.
        """
        row = self.store.row_of_content(content_key(article))
        if row is None:
            return None
        passages = self.store.passage_rows(row)
        spans = self.store.spans[passages.start : passages.stop, 1:].tolist()
        return Reuse([(start, end) for start, end in spans], self.postings.term_rows(passages))

    def close(self) -> None:
        """Lets builds remove this version. What is mapped stays readable until it is forgotten."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()


def missing(folder: Path) -> IndexMissing:
    """The error that says that ``folder`` holds no index, and how to make one."""
    return IndexMissing(
        f"There is no index in {str(folder)!r} yet; build it with: python -m rag build"
        f"{'' if folder == Path('index') else f' --index {shlex.quote(str(folder))}'}"
    )


def _checked(path: Path, raw: bytes) -> Manifest:
    """The manifest, when it and all the files that it names are as they were written."""
    manifest = decode(raw)
    if manifest.analysis != ANALYSIS:
        raise IndexMismatch(
            f"The index has words of analysis {manifest.analysis}, and this Dateline "
            f"searches those of analysis {ANALYSIS}; {REBUILD}"
        )
    check_files(path, manifest.files)
    return manifest
