"""Span and passage answers: the best quotation, with the other articles that say the same."""

from __future__ import annotations

from rag.answer.agreement import agree
from rag.answer.modes.base import NOTHING, Found, Reply, pick


class SpanMode:
    """Who, what, where, how many: the words that answer, as few as do."""

    depth: int | None = None

    def __init__(self, agreement_weight: float) -> None:
        self._weight = agreement_weight

    def answer(self, found: Found) -> Reply:
        """The best span over all hits."""
        if not found.spans:
            return NOTHING
        best = agree(found.spans, weight=self._weight)[0]
        return Reply((pick(best.best, best.also),), found.confidence)
