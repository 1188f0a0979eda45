"""A query's terms go in; the BM25 score of every passage, and of every whole article, comes out.

Lucene's form of BM25 (Kamphuis et al., "Which BM25 Do You Mean?", ECIR 2020, table 1)::

    score(q, d) = sum over t in q of  ln(1 + (N - df + 0.5) / (df + 0.5))
                                      * tf / (tf + k1 * (1 - b + b * length / average length))
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rag.index.postings import Postings

K1 = 1.2
B = 0.75

Scores = NDArray[np.float32]


class Lexical:
    """Scores the passages of ``postings``, and the articles that they are parts of."""

    def __init__(
        self,
        postings: Postings,
        article_of: NDArray[np.int32],
        *,
        articles: int,
        searched: NDArray[np.bool_] | None = None,
    ) -> None:
        """``article_of``: the article's row of each passage, int32 [passages], ascending.

        ``searched``: bool [passages], the only ones that ``rows`` tells of; ``None`` for all.
        """
        self._postings, self._article_of, self._searched = postings, article_of, searched
        lengths = np.bincount(article_of, postings.lengths, minlength=articles)
        self._article_lengths = lengths.astype(np.int32)

    def scores(
        self, terms: Iterable[str], *, k1: float = K1, b: float = B
    ) -> tuple[Scores, Scores]:
        """Scores float32 [passages] and float32 [articles], 0 where none of the terms occurs.

        A term given twice counts twice. Terms are added up in sorted order, so that the order of
        a question's words changes no bit of a score.
        """
        passages = _Documents(self._postings.lengths, k1=k1, b=b)
        articles = _Documents(self._article_lengths, k1=k1, b=b)
        for term, times in sorted(Counter(terms).items()):
            rows, counts = self._postings.of(term)
            if len(rows):
                passages.add(rows, counts, times)
                articles.add(*self._by_article(rows, counts), times)
        return passages.scores.astype(np.float32), articles.scores.astype(np.float32)

    def rarity(self, term: str) -> float:
        """How telling a term is: the less passages have it, the more; above 0 for every term.

        A smoothed inverse document frequency that stays moderate where there are few passages.
        """
        rows, _ = self._postings.of(term)
        return math.log(1 + (len(self._postings.lengths) + 1) / (len(rows) + 0.5))

    def rows(self, term: str) -> NDArray[np.int32]:
        """The searched passages that have ``term``, ascending, int32 [m]."""
        rows = self._postings.of(term)[0]
        return rows if self._searched is None else rows[self._searched[rows]]

    def _by_article(
        self, rows: NDArray[np.int32], counts: NDArray[np.uint16]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The articles of some passages, once each, and their counts together."""
        articles, first = np.unique(self._article_of[rows], return_index=True)
        return articles, np.add.reduceat(counts, first, dtype=np.int64)


class _Documents:
    """Adds up the scores of documents of known lengths, term by term."""

    def __init__(self, lengths: NDArray[np.int32], *, k1: float, b: float) -> None:
        average = float(lengths.mean()) if len(lengths) else 0.0
        self._lengths, self._per_length = lengths, k1 * b / (average or 1.0)
        self._least = k1 * (1 - b)
        self.scores = np.zeros(len(lengths), dtype=np.float64)

    def add(self, rows: NDArray[np.int32], counts: NDArray[np.integer], times: int) -> None:
        norms = self._least + self._per_length * self._lengths[rows]
        weight = times * _idf(len(rows), len(self._lengths))
        self.scores[rows] += weight * (counts / (counts + norms))


def _idf(documents_with: int, documents: int) -> float:
    return math.log(1 + (documents - documents_with + 0.5) / (documents_with + 0.5))


def best(scores: Scores, k: int) -> NDArray[np.int64]:
    """The rows of the ``k`` highest scores above 0, best first, equal ones in order of rows."""
    rows = np.flatnonzero(scores > 0)
    if k <= 0:
        return rows[:0]
    if len(rows) > k:
        least = np.partition(scores[rows], -k)[-k]
        rows = rows[scores[rows] >= least]
    return rows[np.lexsort((rows, -scores[rows]))][:k]
