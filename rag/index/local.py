"""Opens the live version of an index folder, checks every byte of it, and searches it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from rag.errors import (
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexUnusable,
    QuestionError,
)
from rag.index import versions
from rag.index.base import Candidates
from rag.index.bm25 import Lexical, Postings, TermRows, best
from rag.index.disk import hold, map_array, map_bytes
from rag.index.store import ArticleRow, ArticleTable, Selection, Span, content_key
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
from rag.types import Article, IndexInfo, Passage, Window

_ATTEMPTS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Reuse:
    """What an earlier build found out about an article: its passages' spans and their terms."""

    spans: list[Span]
    terms: TermRows


class LocalStore:
    """One immutable version of the index; no build removes it while this is open.

    Articles that were switched off when it was opened are neither searched nor counted, though
    ``article`` still gives them. ``damage`` says why another version than the live one serves.

    Fulfils ``rag.index.base.Searcher``. Several threads may use it at once, even while one of
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
        self._switches = versions.read_switches(folder)
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
        self.store = ArticleTable(path)
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
            and versions.raw_switches(self.folder) == self._switches.raw
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

    def entries(self) -> list[ArticleRow]:
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


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where something stands: ``[start, end)`` in characters of an article's text."""

    article: Article
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= len(self.article.text):
            raise ValueError(
                f"[{self.start}, {self.end}) is no place in article {self.article.id!r} "
                f"of {len(self.article.text)} characters"
            )

    @property
    def text(self) -> str:
        """The slice itself."""
        return self.article.text[self.start : self.end]


class TextSearch(Protocol):
    """The texts of a collection of articles, in which quotations are looked for.

    ``article``: the article of an id; ``None`` where there is none.

    ``places``: the first ``limit`` places at which ``text`` stands, character for character, in
    the order of the collection and of the text; places may overlap. None is missed and no place
    reaches over the end of an article. An empty text stands nowhere.

    ``passages``: at most ``k`` passages that share words with ``text``, by BM25, best first.

    The same call gives the same places and passages. Several threads may call at once.
    """

    def article(self, article_id: str) -> Article | None: ...

    def places(self, text: str, *, limit: int) -> list[Occurrence]: ...

    def passages(self, text: str, *, k: int) -> list[Passage]: ...


class LocalTextSearch:
    """The texts of one version of the index; fulfils ``Texts``.

    Articles that are switched off are not searched, as everywhere, though ``article`` gives them.
    All texts are scanned for a literal one: at about a gigabyte a second that is quicker than the
    rest of a page's work up to some million articles, and cannot miss a place.
    """

    def __init__(self, index: LocalStore) -> None:
        folder = index.folder / VERSIONS / index.version
        self._index = index
        self._texts = map_bytes(folder / "articles.txt")
        self._begins: NDArray[np.int64] = map_array(folder / "articles.npy")["text"]
        self._off = frozenset(index.selection.off.tolist())

    def article(self, article_id: str) -> Article | None:
        try:
            return self._index.article(article_id)
        except QuestionError:
            return None

    def places(self, text: str, *, limit: int) -> list[Occurrence]:
        found = islice(self._literal(text.encode(errors="surrogatepass")), limit)
        return [
            Occurrence(self._index.store.article(row), start, start + len(text))
            for row, start in found
        ]

    def _literal(self, text: bytes) -> Iterator[tuple[int, int]]:
        """The article's row and the character of each place.

        A search by ``re`` takes linear time; that of ``mmap.find`` is quadratic for texts made for
        it. No character of UTF-8 begins inside another, so that bytes and characters agree.
        """
        if not text:
            return
        pattern = re.compile(re.escape(text))
        at = pattern.search(self._texts)
        while at is not None:
            row = int(np.searchsorted(self._begins, at.start(), side="right")) - 1
            begin, end = self._begins[row : row + 2].tolist()
            if at.end() <= end and row not in self._off:
                yield row, len(self._texts[begin : at.start()].decode())
            at = pattern.search(self._texts, at.start() + 1)

    def passages(self, text: str, *, k: int) -> list[Passage]:
        scores, _ = self._index.lexical.scores(analyse(text))
        searched = self._index.allowed(None)
        rows = best(scores if searched is None else np.where(searched, scores, 0), k)
        return [self._index.passage(row) for row in rows.tolist()]
