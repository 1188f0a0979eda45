"""The Store protocol: all that answering a question uses of an index, whoever holds it.

An index is a collection of articles and of their passages, which are numbered from 0 in the order
of the articles; a row is such a number. ``rag.index.local.LocalStore`` keeps one in a folder, whose
layout ``rag.index.versions`` describes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from rag.types import Article, IndexInfo, Occurrence, Passage, Window, headline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Passages to rank: ``rows`` int64 [m], ascending and distinct, and their scores.

    ``dense`` float32 [m] is the inner product of the unit vectors, from -1 to 1; ``lexical``
    float32 [m] is the passage's BM25 and ``article_lexical`` float32 [m] that of its whole article
    among articles, 0 where no term occurs. Each is the exact score of its row, whichever of the
    first two made the row a candidate.
    """

    rows: NDArray[np.int64]
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]
    article_lexical: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article without its text, for lists; ``on`` is False for one that is switched off."""

    id: str
    title: str
    title_derived: bool
    published: date | None
    url: str
    path: str
    sha256: str
    passages: int
    on: bool = True

    @property
    def headline(self) -> str:
        """The title as it is shown."""
        return headline(self.title, derived=self.title_derived)


class TextSearch(Protocol):
    """What looking for a quotation needs: the part of a ``Store`` that searches texts.

    ``article``: the article with this id, switched off or not; QuestionError when there is none.

    ``find_text``: the first ``limit`` occurrences of ``text``, character for character, in the
    order of the collection and then of the text. None is missed, occurrences may overlap, and none
    crosses the end of an article. An empty text occurs nowhere.

    ``passages_like``: at most ``k`` passages that share words with ``text``, by BM25, best first.

    Articles that are switched off are not searched. The same call gives the same result, and
    several threads may call at once.
    """

    def article(self, article_id: str) -> Article: ...

    def find_text(self, text: str, *, limit: int) -> list[Occurrence]: ...

    def passages_like(self, text: str, *, k: int) -> list[Passage]: ...


class Store(TextSearch, Protocol):
    """One immutable version of an index, opened. Several threads may use it at once.

    An article can be switched off: then none of its passages is found, and ``info`` does not count
    it, but no score of the others changes.

    Searching:

    ``candidates``: of the passages whose article was published in ``window``, the ``k`` with the
    highest dense score and the ``k`` with the highest lexical score above 0, once each. ``None``,
    or a window open on both sides, admits every passage; a bounded one admits no undated article.
    Window and switches filter before anything is ranked. Equal scores go to the lower row.
    ``vector`` is float32 [dim] of length 1, ValueError for any other shape or a value that is not
    finite; ``terms`` are those of ``rag.text.analyzer.analyse``. When there are fewer than ``k``
    passages in the window, all are candidates; ``k`` of 0 gives none. A store that searches
    approximately may miss a few of the ``k`` nearest, but returns as many, with exact scores. The
    same call gives the same bytes.

    ``passage``: the passage of a row; IndexError for a row that does not exist.

    ``passages_with``: the first ``limit`` passages, in order of rows, that have all of ``terms``;
    without terms there are none.

    ``rarity``: an inverse document frequency over passages, log(1 + (N + 1) / (n + 0.5)) for a term
    that n of N passages have: above 0 for every term and moderate in small collections.

    ``window_is_empty``: whether there are passages, but none was published in ``window`` by an
    article that is switched on. ``None`` is never empty.

    The collection:

    ``info`` is what an answer states of the index. ``settings`` and ``model_fingerprint`` say how
    it was built and with which embedder. ``entries``: every article, in the order of the passages.
    ``files``: the record that the build made of each file (``rag.ingest.report.file_records``).
    ``switched_off``: the number of articles that are switched off.

    The version:

    ``warnings``: a sentence for each thing that was wrong on opening. ``is_current``: whether
    nothing was published or switched since. ``close`` lets builds remove the version.
    """

    @property
    def info(self) -> IndexInfo: ...

    @property
    def settings(self) -> Mapping[str, Any]: ...

    @property
    def model_fingerprint(self) -> str: ...

    @property
    def switched_off(self) -> int: ...

    @property
    def warnings(self) -> tuple[str, ...]: ...

    def candidates(
        self,
        vector: NDArray[np.float32],
        terms: Sequence[str],
        *,
        window: Window | None,
        k: int,
    ) -> Candidates: ...

    def passage(self, row: int) -> Passage: ...

    def passages_with(self, terms: Sequence[str], *, limit: int) -> list[Passage]: ...

    def rarity(self, term: str) -> float: ...

    def window_is_empty(self, window: Window | None) -> bool: ...

    def entries(self) -> list[ArticleRow]: ...

    def files(self) -> list[Mapping[str, Any]]: ...

    def is_current(self) -> bool: ...

    def close(self) -> None: ...
