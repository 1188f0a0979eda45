"""Estimates the probability that an answer is right, by a logistic model over a few features."""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.answer.aggregation import group_answers
from rag.answer.evidence import Candidate, sentence_around
from rag.models.classifier import Logistic
from rag.models.embedder import Embedder
from rag.models.sentence_reader import QuestionTerms, Rarity, has_expected_form

MAX_MARGIN = 5.0
MAX_SPAN_MARGIN = 10.0


class Features(Protocol):
    """What the model sees of an answer.

    Called with a question and its candidates, best first and at least one, it returns one row of
    shape ``[1, len(names)]``. No feature may depend on the size of the collection, as the
    retriever's fused score does.
    """

    names: tuple[str, ...]

    def __call__(self, question: str, ranked: Sequence[Candidate]) -> NDArray[np.float64]: ...


class SentenceFeatures:
    """The features of an answer that is a whole sentence."""

    names: tuple[str, ...] = (
        "score",
        "margin",
        "dense",
        "sentence_coverage",
        "passage_coverage",
        "first",
    )

    def __init__(self, rarity: Rarity) -> None:
        self._rarity = rarity

    def __call__(self, question: str, ranked: Sequence[Candidate]) -> NDArray[np.float64]:
        first = ranked[0]
        margin = first.span.score - ranked[1].span.score if len(ranked) > 1 else MAX_MARGIN
        terms = QuestionTerms(question, self._rarity)
        row = (
            first.span.score,
            max(-MAX_MARGIN, min(margin, MAX_MARGIN)),
            first.hit.dense,
            terms.coverage(first.quote),
            terms.coverage(first.hit.passage.text),
            1 / first.hit.rank,
        )
        return np.array([row], dtype=np.float64)


class SpanFeatures:
    """The features of an answer that is a span.

    After PrimeQA's confidence and the calibrators of Kamath et al. (2020): raw score, score over
    the null score of its passage, margin to the next different answer, how many further articles
    agree, and how much of the question its sentence and passage hold.
    """

    names: tuple[str, ...] = (
        "score",
        "over_null",
        "margin",
        "agreement",
        "dense",
        "similarity",
        "sentence_coverage",
        "passage_coverage",
        "first",
        "expected",
    )

    def __init__(self, rarity: Rarity, embedder: Embedder, agreement_weight: float) -> None:
        self._rarity = rarity
        self._embedder = embedder
        self._weight = agreement_weight

    def __call__(self, question: str, ranked: Sequence[Candidate]) -> NDArray[np.float64]:
        groups = group_answers(ranked, weight=self._weight)
        first = groups[0].best
        passage = first.hit.passage
        start, end = sentence_around(passage, first.span.start, first.span.end)
        sentence = passage.article.text[start:end]
        margin = groups[0].score - groups[1].score if len(groups) > 1 else MAX_SPAN_MARGIN
        terms = QuestionTerms(question, self._rarity)
        row = (
            first.span.score,
            first.span.score - first.null_score,
            min(margin, MAX_SPAN_MARGIN),
            log1p(len(groups[0].also)),
            first.hit.dense,
            self._similarity(question, sentence),
            terms.coverage(sentence),
            terms.coverage(passage.text),
            1 / first.hit.rank,
            float(has_expected_form(question, first.quote)),
        )
        return np.array([row], dtype=np.float64)

    def _similarity(self, question: str, sentence: str) -> float:
        query = self._embedder.encode_queries([question])[0]
        return float(self._embedder.encode_passages([sentence])[0] @ query)


class Calibrator:
    """The fitted probability that an answer is right, and the threshold for giving it at all."""

    def __init__(self, model: Logistic, threshold: float, features: Features) -> None:
        """Raises ModelError when ``model`` was fitted over other ``features``."""
        model.check_features(features.names)
        self._model = model
        self._features = features
        self.threshold = threshold

    def confidence(self, question: str, ranked: Sequence[Candidate]) -> float:
        """The probability in [0, 1] that the first answer in ``ranked`` is right."""
        return float(self._model.probability(self._features(question, ranked))[0])
