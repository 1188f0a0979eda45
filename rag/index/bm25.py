"""Writes the postings of a version, and scores passages and whole articles by BM25 over them.

BM25 (Robertson and Zaragoza 2009) in the form of Lucene, without the constant factor k1 + 1. The
files: ``terms.txt`` and ``terms.npy`` are the sorted vocabulary; ``postings.npy`` says where each
term's run begins in ``rows.npy`` (passages) and ``counts.npy`` (occurrences); ``lengths.npy`` holds
the number of terms of each passage.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.index.durability import (
    Disk,
    FileRecord,
    map_array,
    map_bytes,
    write_array,
    write_file,
)

_MAX_COUNT = 65_535


class Vocabulary:
    """The sorted terms of an index, found by bisection in the mapped file."""

    def __init__(self, folder: Path) -> None:
        self._text = map_bytes(folder / "terms.txt")
        self._begins: NDArray[np.int64] = map_array(folder / "terms.npy")

    def __len__(self) -> int:
        return len(self._begins) - 1

    def __getitem__(self, number: int) -> bytes:
        begin, end = self._begins[number : number + 2].tolist()
        return bytes(self._text[begin : end - 1])

    def find(self, term: str) -> int:
        """The number of a term; -1 if no passage has it."""
        wanted = term.encode(errors="surrogatepass")
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self[low] == wanted else -1


@dataclass(frozen=True, slots=True, eq=False)
class TermRows:
    """Term counts of consecutive passages: those of passage i are at ``ends[i-1]:ends[i]``.

    ``ids`` and ``counts`` are int32; ids are numbers in ``vocabulary``.
    """

    vocabulary: Vocabulary
    ids: NDArray[np.int32]
    counts: NDArray[np.int32]
    ends: NDArray[np.int64]


class PostingsWriter:
    """Collects the terms of passages in the order of their rows, then writes the postings."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._ids, self._counts = array("i"), array("i")
        self._ends = array("q")
        self._renumbering: dict[Vocabulary, NDArray[np.int32]] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, passages: Iterable[Mapping[str, int]]) -> None:
        """Adds passages by the counts of their terms; ValueError for one that cannot be stored."""
        for counts in passages:
            _check_counts(counts)
            for term, count in counts.items():
                self._ids.append(self._numbers.setdefault(term, len(self._numbers)))
                self._counts.append(count)
            self._ends.append(len(self._ids))

    def add_rows(self, rows: TermRows) -> None:
        """Adds passages with the counts of an earlier index."""
        base = len(self._ids)
        self._ids.frombytes(self._renumbered(rows).tobytes())
        self._counts.frombytes(rows.counts.astype(np.int32).tobytes())
        self._ends.frombytes((rows.ends + base).astype(np.int64).tobytes())

    def _renumbered(self, rows: TermRows) -> NDArray[np.int32]:
        """The ids in this writer's own numbers, which count terms in the order of adding."""
        vocabulary = rows.vocabulary
        if vocabulary not in self._renumbering:
            self._renumbering[vocabulary] = np.full(len(vocabulary), -1, dtype=np.int32)
        numbers = self._renumbering[vocabulary]
        for number in np.unique(rows.ids[numbers[rows.ids] < 0]).tolist():
            term = vocabulary[number].decode()
            numbers[number] = self._numbers.setdefault(term, len(self._numbers))
        return numbers[rows.ids]

    def write(self, disk: Disk, folder: Path) -> dict[str, FileRecord]:
        """Writes the files; their records, by name."""
        terms = sorted(self._numbers)
        lines = [term.encode() + b"\n" for term in terms]
        begins = np.fromiter(accumulate(map(len, lines), initial=0), np.int64, len(lines) + 1)
        records = {"terms.txt": write_file(disk, folder / "terms.txt", b"".join(lines))}
        arrays = {"terms.npy": begins.astype("<i8"), **self._sorted(terms)}
        return records | {
            name: write_array(disk, folder / name, array) for name, array in arrays.items()
        }

    def _sorted(self, terms: list[str]) -> dict[str, NDArray[Any]]:
        """The arrays of the files: postings by term, then by passage."""
        rank = np.empty(len(terms), dtype=np.int64)
        rank[[self._numbers[term] for term in terms]] = np.arange(len(terms))
        ids = rank[np.array(self._ids, dtype=np.int64)]
        counts = np.array(self._counts, dtype="<u2")
        ends = np.array([0, *self._ends], dtype=np.int64)
        sizes = ends[1:] - ends[:-1]
        rows = np.repeat(np.arange(len(sizes)), sizes)
        order = np.argsort(ids * len(sizes) + rows)
        return {
            "postings.npy": _begins(np.bincount(ids, minlength=len(terms))),
            "rows.npy": rows[order].astype("<i4"),
            "counts.npy": counts[order],
            "lengths.npy": np.bincount(rows, counts, minlength=len(sizes)).astype("<i4"),
        }


def _check_counts(counts: Mapping[str, int]) -> None:
    for term, count in counts.items():
        if not 0 < count <= _MAX_COUNT or not term or "\n" in term:
            raise ValueError(f"the term {term!r} cannot be counted {count} times")


def _begins(sizes: NDArray[Any]) -> NDArray[np.int64]:
    """Where each of several runs begins, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(sizes))).astype("<i8")


class Postings:
    """The mapped postings: ``find(term)`` for scoring, ``term_rows`` for a later build."""

    def __init__(self, folder: Path) -> None:
        self.vocabulary = Vocabulary(folder)
        self._begins: NDArray[np.int64] = map_array(folder / "postings.npy")
        self._rows: NDArray[np.int32] = map_array(folder / "rows.npy")
        self._counts: NDArray[np.uint16] = map_array(folder / "counts.npy")
        self.lengths: NDArray[np.int32] = map_array(folder / "lengths.npy")
        self._forward: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]] | None = None

    def find(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """The passages with ``term``, ascending, and how often each has it."""
        number = self.vocabulary.find(term)
        begin, end = (0, 0) if number < 0 else self._begins[number : number + 2].tolist()
        return self._rows[begin:end], self._counts[begin:end]

    def term_rows(self, passages: range) -> TermRows:
        """The term counts of consecutive passages, ids ascending within each."""
        if self._forward is None:
            self._forward = self._transposed()
        ids, counts, begins = self._forward
        first, last = int(begins[passages.start]), int(begins[passages.stop])
        ends = begins[passages.start + 1 : passages.stop + 1] - first
        return TermRows(self.vocabulary, ids[first:last], counts[first:last], ends)

    def _transposed(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
        sizes = self._begins[1:] - self._begins[:-1]
        ids = np.repeat(np.arange(len(self.vocabulary)), sizes)
        order = np.argsort(self._rows.astype(np.int64) * max(1, len(self.vocabulary)) + ids)
        begins = _begins(np.bincount(self._rows, minlength=len(self.lengths)))
        return ids[order].astype(np.int32), self._counts[order].astype(np.int32), begins

    def check(self) -> None:
        """Raises ValueError unless the arrays are consistent."""
        same = len(self._rows) == len(self._counts) == self._begins[-1]
        if not same or len(self._begins) != len(self.vocabulary) + 1:
            raise ValueError("the postings and the vocabulary are of different lengths")
        if len(self._rows) and not 0 <= self._rows.min() <= self._rows.max() < len(self.lengths):
            raise ValueError("a posting names a passage that is not there")
        lengths = np.bincount(self._rows, self._counts, minlength=len(self.lengths))
        if not np.array_equal(lengths, self.lengths):
            raise ValueError("the postings do not add up to the passages' lengths")


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

        ``searched``: bool [passages], the only ones that ``rows_with`` gives; ``None`` for all.
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
            rows, counts = self._postings.find(term)
            if len(rows):
                passages.add(rows, counts, times)
                articles.add(*self._by_article(rows, counts), times)
        return passages.scores.astype(np.float32), articles.scores.astype(np.float32)

    def rarity(self, term: str) -> float:
        """A smoothed inverse document frequency, above 0 for every term.

        It stays moderate where there are few passages.
        """
        rows, _ = self._postings.find(term)
        return math.log(1 + (len(self._postings.lengths) + 1) / (len(rows) + 0.5))

    def rows_with(self, terms: Iterable[str]) -> NDArray[np.int32]:
        """The searched passages that have all of ``terms``, ascending, int32 [m]."""
        found = [self._postings.find(term)[0] for term in dict.fromkeys(terms)]
        if not found:
            return np.empty(0, dtype=np.int32)
        rows = reduce(np.intersect1d, sorted(found, key=len))
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
