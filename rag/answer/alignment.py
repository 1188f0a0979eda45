"""The words of two texts in; the stretch of the second that is most like the first, and how, out.

Approximate matching of a whole pattern anywhere in a text: P. H. Sellers, "The theory and
computation of evolutionary distances: pattern recognition", Journal of Algorithms 1(4), 1980, over
words instead of letters. A word that is inserted, deleted or replaced costs 1.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pair = tuple[int | None, int | None]
_Row = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The least number of changed words, and the numbers of the words that stand for each other.

    A pair ``(i, j)`` holds equal words, ``(i, None)`` a word of the pattern alone, ``(None, j)``
    one of the text alone. Every word of the pattern is in ``pairs``, and of the text those of one
    stretch, both in order.
    """

    distance: int
    pairs: tuple[Pair, ...]


def distance(pattern: Sequence[str], text: Sequence[str]) -> tuple[int, int]:
    """The least number of changed words for any stretch of ``text``, and where such a one ends.

    That is the first end with the pattern's last word, else the first of all. Takes time in the
    order of ``len(pattern) * len(text)``, and space of ``len(text)``.
    """
    [last] = deque(_rows(*_numbered(pattern, text)), maxlen=1)
    least = int(last.min())
    ends = np.flatnonzero(last == least).tolist()
    ending = (end for end in ends if end and pattern and text[end - 1] == pattern[-1])
    return least, next(ending, ends[0])


def align(pattern: Sequence[str], text: Sequence[str]) -> Alignment:
    """How the pattern stands in the text; see ``distance`` for which of equally good stretches.

    Takes space in the order of ``len(pattern) ** 2``; the pattern has less than 65,536 words.
    """
    least, end = distance(pattern, text)
    # A longer stretch would hold more words of its own than there are changes.
    begin = max(0, end - len(pattern) - least)
    rows = _rows(*_numbered(pattern, text[begin:end]))
    table = np.stack([row.astype(np.uint16) for row in rows])
    pairs = [
        (i, None if j is None else begin + j) for i, j in _traced(table, pattern, text[begin:end])
    ]
    return Alignment(least, tuple(reversed(pairs)))


def _numbered(pattern: Sequence[str], text: Sequence[str]) -> tuple[_Row, _Row]:
    """The words as numbers, equal ones alike."""
    numbers: dict[str, int] = {}
    ids = [numbers.setdefault(word, len(numbers)) for word in (*pattern, *text)]
    return np.array(ids[: len(pattern)], np.int32), np.array(ids[len(pattern) :], np.int32)


def _rows(pattern: _Row, text: _Row) -> Iterator[_Row]:
    """Row i, column j: the least distance of the first i words to a stretch that ends before j."""
    columns = np.arange(len(text) + 1, dtype=np.int32)
    row = np.zeros_like(columns)
    yield row
    for number, word in enumerate(pattern, start=1):
        best = np.full_like(columns, number)
        np.minimum(row[:-1] + (text != word), row[1:] + 1, out=best[1:])
        # min over k <= j of best[k] + (j - k): a stretch may hold words that the pattern lacks.
        row = np.minimum.accumulate(best - columns) + columns
        yield row


def _traced(
    table: NDArray[np.uint16], pattern: Sequence[str], text: Sequence[str]
) -> Iterator[Pair]:
    """The pairs from the last to the first."""
    i, j = len(pattern), len(text)
    while i:
        here = table[i, j]
        if j and pattern[i - 1] == text[j - 1] and table[i - 1, j - 1] == here:
            i, j = i - 1, j - 1
            yield i, j
        elif j and table[i, j - 1] + 1 == here:
            j -= 1
            yield None, j
        elif table[i - 1, j] + 1 == here:
            i -= 1
            yield i, None
        else:
            i, j = i - 1, j - 1
            yield i, None
            yield None, j
