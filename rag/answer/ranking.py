"""Ranking candidate answers: a question and its hits in, what was read in them, best first, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.models.reader import Reader, Reading
from rag.types import Hit, Span


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of a hit; ``score`` joins what the reader and the retriever think of it.

    ``null_score`` is the reader's score of "not in here" for the hit's passage.
    """

    hit: Hit
    span: Span
    score: float
    null_score: float = 0.0

    @property
    def quote(self) -> str:
        return self.hit.passage.article.text[self.span.start : self.span.end]

    @property
    def article_id(self) -> str:
        return self.hit.passage.article.id


@dataclass(frozen=True, slots=True)
class Weights:
    """How scores are joined: reader's + ``retrieval`` x hit's - ``null`` x null score."""

    retrieval: float
    null: float = 0.0


class Ranker:
    """A reader together with the weights that make its scores of different hits compare."""

    def __init__(self, reader: Reader, weights: Weights) -> None:
        self.reader = reader
        self._weights = weights

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """What the reader finds in all ``hits``, best first."""
        if not hits:
            return []
        return rank(hits, self.reader.read(question, [hit.passage for hit in hits]), self._weights)


def rank(hits: Sequence[Hit], readings: Sequence[Reading], weights: Weights) -> list[Candidate]:
    """The candidates of all hits, best first; of overlapping ones in an article only the best."""
    candidates = sorted(
        (
            Candidate(hit, span, _joined(hit, span, reading, weights), reading.null_score)
            for hit, reading in zip(hits, readings, strict=True)
            for span in reading.spans
        ),
        key=lambda c: (-c.score, c.hit.rank, c.span.start),
    )
    kept: list[Candidate] = []
    for candidate in candidates:
        if not any(_overlap(candidate, other) for other in kept):
            kept.append(candidate)
    return kept


def _joined(hit: Hit, span: Span, reading: Reading, weights: Weights) -> float:
    return span.score + weights.retrieval * hit.score - weights.null * reading.null_score


def _overlap(one: Candidate, other: Candidate) -> bool:
    return (
        one.article_id == other.article_id
        and one.span.start < other.span.end
        and other.span.start < one.span.end
    )
