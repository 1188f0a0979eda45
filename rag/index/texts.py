"""An opened index in; where a literal text stands in it, and the passages with its words, out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import QuestionError
from rag.index.arrays import map_array, map_bytes
from rag.index.index import Index
from rag.index.lexical import best
from rag.index.versions import VERSIONS
from rag.text.analyzer import analyse
from rag.types import Article, Passage


@dataclass(frozen=True, slots=True)
class Place:
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


class Texts(Protocol):
    """The texts of a collection of articles, in which quotations are looked for.

    ``article``: the article of an id; ``None`` where there is none.

    ``places``: the first ``limit`` places at which ``text`` stands, character for character, in
    the order of the collection and of the text; places may overlap. None is missed and no place
    reaches over the end of an article. An empty text stands nowhere.

    ``passages``: at most ``k`` passages that share words with ``text``, by BM25, best first.

    The same call gives the same places and passages. Several threads may call at once.
    """

    def article(self, article_id: str) -> Article | None: ...

    def places(self, text: str, *, limit: int) -> list[Place]: ...

    def passages(self, text: str, *, k: int) -> list[Passage]: ...


class IndexTexts:
    """The texts of one version of the index; fulfils ``Texts``.

    Articles that are switched off are not searched, as everywhere, though ``article`` gives them.
    All texts are scanned for a literal one: at about a gigabyte a second that is quicker than the
    rest of a page's work up to some million articles, and cannot miss a place.
    """

    def __init__(self, index: Index) -> None:
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

    def places(self, text: str, *, limit: int) -> list[Place]:
        found = islice(self._literal(text.encode(errors="surrogatepass")), limit)
        return [
            Place(self._index.store.article(row), start, start + len(text)) for row, start in found
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
