"""Ranking candidate answers: hits and what was read in them in, one ordered list out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.models.reader import Reading
from rag.types import Hit, Span


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of a hit; ``score`` joins what the reader and the retriever think of it."""

    hit: Hit
    span: Span
    score: float


def rank(
    hits: Sequence[Hit], readings: Sequence[Reading], *, retrieval_weight: float
) -> list[Candidate]:
    """The candidates of all hits, best first; of overlapping ones in an article only the best.

    The score is the reader's plus ``retrieval_weight`` times the retriever's.
    """
    candidates = sorted(
        (
            Candidate(hit, span, span.score + retrieval_weight * hit.score)
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


def _overlap(one: Candidate, other: Candidate) -> bool:
    return (
        one.hit.passage.article.id == other.hit.passage.article.id
        and one.span.start < other.span.end
        and other.span.start < one.span.end
    )
