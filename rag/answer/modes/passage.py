"""Passage answers: how, why, and what somebody said, out of the sentence that tells it best."""

from __future__ import annotations

from rag.answer.modes.base import NOTHING, Found, Reply, pick
from rag.answer.ranking import Candidate


class PassageMode:
    """The best sentence over all hits; quoted is the best span in it, where there is one.

    ``sentence_weight`` says how much the sentence reader's score counts beside the span reader's.
    """

    depth: int | None = None

    def __init__(self, sentence_weight: float) -> None:
        self._weight = sentence_weight

    def answer(self, found: Found) -> Reply:
        """The span whose score and that of its sentence are best together."""
        if not found.spans:
            return NOTHING
        best = max(found.spans, key=lambda span: span.score + self._weight * _around(span, found))
        return Reply((pick(best),), found.confidence)


def _around(span: Candidate, found: Found) -> float:
    """The score of the sentence that holds the span; the lowest one if none does."""
    scores = [
        sentence.score
        for sentence in found.sentences
        if sentence.article_id == span.article_id
        and sentence.span.start <= span.span.start
        and span.span.end <= sentence.span.end
    ]
    return max(scores) if scores else min(s.score for s in found.sentences)
