"""What searching is, whoever does it: the contract that the retriever relies on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.types import Passage, Window


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Passages worth a closer look: ``rows`` int64 [m], ascending and distinct, and their scores.

    ``dense`` float32 [m] is the inner product of the unit vectors, from -1 to 1; ``lexical``
    float32 [m] is the passage's BM25 and ``article_lexical`` float32 [m] that of its whole article
    among articles, 0 where no term occurs. Each is the exact score of its row, whichever of the
    first two made the row a candidate.
    """

    rows: NDArray[np.int64]
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]
    article_lexical: NDArray[np.float32]


class Searcher(Protocol):
    """A collection of passages, numbered from 0, that can be searched.

    ``candidates``: of the passages whose article was published in ``window``, the ``k`` with the
    highest dense score and the ``k`` with the highest lexical score above 0, once each. ``None``,
    or a window open on both sides, admits every passage; a bounded one admits no undated article.
    An article that is switched off has no candidates. Window and switches filter before anything
    is ranked; that an article is off changes no score of the others. Equal scores go to the lower
    row. ``vector`` is float32 [dim] of length 1; ``terms`` are those of
    ``rag.text.analyzer.analyse``. When there are fewer than ``k`` passages in the window, all are
    candidates; ``k`` of 0 gives none. An approximate searcher may miss a few of the ``k`` nearest,
    but has their number and their exact scores. The same call gives the same bytes.

    ``passage``: the passage of a row; IndexError for a row that is not there.

    ``len``: the number of passages.
    """

    def candidates(
        self,
        vector: NDArray[np.float32],
        terms: Sequence[str],
        *,
        window: Window | None,
        k: int,
    ) -> Candidates: ...

    def passage(self, row: int) -> Passage: ...

    def __len__(self) -> int: ...
