"""Approximate matching of texts: word alignment, and differences that are only typographic."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Pair = tuple[int | None, int | None]
_Row = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The least number of changed words, and which word corresponds to which, by their indices.

    A pair ``(i, j)`` holds equal words, ``(i, None)`` a word of the pattern alone, ``(None, j)``
    one of the text alone. Every word of the pattern is in ``pairs``, and of the text those of one
    stretch, both in order.
    """

    distance: int
    pairs: tuple[Pair, ...]


def distance(pattern: Sequence[str], text: Sequence[str]) -> tuple[int, int]:
    """The least number of changed words for any stretch of ``text``, and where such a one ends.

    Of several ends the first after the pattern's last word is taken, else the first. Takes time in
    the order of ``len(pattern) * len(text)``, and space of ``len(text)``.
    """
    [last] = deque(_rows(*_numbered(pattern, text)), maxlen=1)
    least = int(last.min())
    ends = np.flatnonzero(last == least).tolist()
    ending = (end for end in ends if end and pattern and text[end - 1] == pattern[-1])
    return least, next(ending, ends[0])


def align(pattern: Sequence[str], text: Sequence[str]) -> Alignment:
    """Align the pattern with its closest stretch of the text; ``distance`` says which of equals.

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


_DOUBLE, _SINGLE = '"“”„‟«»″', "'‘’‚‛‹›′`´"
_DOUBLES, _SINGLES = re.compile(f"[{_DOUBLE}]"), re.compile(f"[{_SINGLE}]")
_DASHES = re.compile("[‐‑‒–—―−]")
_SOFT_HYPHEN, _UNSEEN = "\u00ad", re.compile("[\u200b\u2060\ufeff]")
# Next to a sign there may be a space or none: “D – 8” is printed like “D–8”.
_SPACE_BY_SIGN = re.compile(r"(?<![\w\s])\s+|\s++(?!\w)")
_SPACES = re.compile(r"\s+")
_OUTER = re.compile(rf"\A[\s{_DOUBLE}{_SINGLE}]+|[\s{_DOUBLE}{_SINGLE}]+\Z")


def _spaces(text: str) -> str:
    return _SPACES.sub(" ", _SPACE_BY_SIGN.sub("", _UNSEEN.sub("", text)))


def _quotation_marks(text: str) -> str:
    return _SINGLES.sub("'", _DOUBLES.sub('"', text))


def _hyphens(text: str) -> str:
    return _DASHES.sub("-", text.replace(_SOFT_HYPHEN, ""))


def _accents(text: str) -> str:
    return unicodedata.normalize("NFC", text)


# Each removes one way in which the same text is printed or stored differently.
FOLDS: Mapping[str, Callable[[str], str]] = {
    "stored accents": _accents,
    "spaces": _spaces,
    "quotation marks": _quotation_marks,
    "hyphens": _hyphens,
}


def fold_typography(text: str) -> str:
    """``text`` with typographic variants normalised: spaces, quotation marks, dashes, accents."""
    return _folded(text, tuple(FOLDS))


def typographic_differences(one: str, other: str) -> tuple[str, ...]:
    """The fewest names of ``FOLDS`` that together make both texts equal; empty if none do.

    >>> typographic_differences("the “D–8” talks", "the  'D-8' talks")
    ()
    >>> typographic_differences("the “D–8” talks", 'the "D-8" talks')
    ('quotation marks', 'hyphens')
    """
    for count in range(len(FOLDS) + 1):
        for names in combinations(FOLDS, count):
            if _folded(one, names) == _folded(other, names):
                return names
    return ()


def without_quotation_marks(text: str) -> str:
    """``text`` without the whitespace and the quotation marks around it; may be empty."""
    return _OUTER.sub("", text)


def _folded(text: str, names: tuple[str, ...]) -> str:
    for name in names:
        text = FOLDS[name](text)
    return text
