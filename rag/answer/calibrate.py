"""Confidence: how a question was searched and read in, the probability that it is right out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answer.fitted import Logistic
from rag.answer.ranking import Candidate
from rag.answer.sentences import coverage
from rag.index.analysis import analyse
from rag.types import Hit

FEATURES = ("score", "margin", "dense", "dense_margin", "coverage", "fused")


def features(
    question: str, ranked: Sequence[Candidate], hits: Sequence[Hit]
) -> NDArray[np.float64]:
    """What confidence is fitted on, shape ``[1, len(FEATURES)]``.

    ``ranked`` are the candidates, best first, at least one; ``hits`` all that was read.
    """
    hit, span = ranked[0].hit, ranked[0].span
    text = hit.passage.article.text[span.start : span.end]
    second = ranked[1].span.score if len(ranked) > 1 else span.score - 5.0
    dense = sorted((h.dense for h in hits), reverse=True)
    row = (
        span.score,
        min(span.score - second, 5.0),
        hit.dense,
        dense[0] - dense[-1],
        coverage(set(analyse(question)), text),
        hit.score,
    )
    return np.array([row], dtype=np.float64)


class Calibrator:
    """A fitted probability that an answer is right, and the threshold below which none is given."""

    def __init__(self, model: Logistic, threshold: float) -> None:
        self._model = model
        self.threshold = threshold

    def confidence(self, question: str, ranked: Sequence[Candidate], hits: Sequence[Hit]) -> float:
        """The probability in [0, 1] that the first of ``ranked`` holds the answer."""
        return float(self._model.probability(features(question, ranked, hits))[0])
