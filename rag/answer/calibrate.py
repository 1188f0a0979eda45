"""Confidence: how a question was searched and read in, the probability that it is right out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answer.fitted import Logistic
from rag.answer.ranking import Candidate
from rag.answer.sentences import Rarity, Terms

FEATURES = ("score", "margin", "dense", "sentence_coverage", "passage_coverage", "first")
MAX_MARGIN = 5.0


def features(question: str, ranked: Sequence[Candidate], rarity: Rarity) -> NDArray[np.float64]:
    """What confidence is fitted on, shape ``[1, len(FEATURES)]``.

    ``ranked`` are the candidates, best first, at least one. None of it depends on the size of the
    collection, as the retriever's fused score does.
    """
    hit, span = ranked[0].hit, ranked[0].span
    margin = span.score - ranked[1].span.score if len(ranked) > 1 else MAX_MARGIN
    terms = Terms(question, rarity)
    row = (
        span.score,
        max(-MAX_MARGIN, min(margin, MAX_MARGIN)),
        hit.dense,
        terms.coverage(hit.passage.article.text[span.start : span.end]),
        terms.coverage(hit.passage.text),
        1 / hit.rank,
    )
    return np.array([row], dtype=np.float64)


class Calibrator:
    """A fitted probability that an answer is right, and the threshold below which none is given."""

    def __init__(self, model: Logistic, threshold: float, rarity: Rarity) -> None:
        self._model = model
        self._rarity = rarity
        self.threshold = threshold

    def confidence(self, question: str, ranked: Sequence[Candidate]) -> float:
        """The probability in [0, 1] that the first of ``ranked`` holds the answer."""
        return float(self._model.probability(features(question, ranked, self._rarity))[0])
