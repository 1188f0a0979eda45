"""Estimates the probability that an answer is right, by logistic models over a few features.

A ``Calibrator`` judges the candidate that an answerer chose, and the answerer makes of it the
confidence of its reply. ``Reliability`` judges the reply as a whole, with what the reader says of
the passage that is quoted and with the kind of the question: it has the last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.answer.aggregation import group_answers
from rag.answer.evidence import Candidate, Evidence, Pick, Reply, log_odds, sentence_around
from rag.models.classifier import Logistic
from rag.models.embedder import Embedder
from rag.models.sentence_reader import QuestionTerms, Rarity, has_expected_form
from rag.types import Kind, Span

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


RELIABLE_KINDS: tuple[Kind, ...] = ("span", "list", "yesno", "when", "passage")
REPLY_FEATURES: tuple[str, ...] = (
    "raw",
    "speaks",
    "over_null",
    "evidence",
    "label",
    "dense",
    *(f"is_{kind}" for kind in RELIABLE_KINDS[1:]),
    *(f"raw_{kind}" for kind in RELIABLE_KINDS[1:]),
)


def reply_features(evidence: Evidence, reply: Reply) -> NDArray[np.float64]:
    """What ``Reliability`` sees of a reply to a question, shape ``[1, len(REPLY_FEATURES)]``.

    ``raw`` are the log-odds of the answerer's own confidence; the others are 0 where the passage
    that is quoted was not read: ``speaks`` the log-odds that it says anything to the question,
    ``over_null`` by how much its best span is above "not in here", ``evidence`` the log-odds of the
    quoted sentence, ``label`` those of the yes or no that is given.
    """
    raw, kind, first = log_odds(reply.confidence), evidence.query.kind, reply.picks[0]
    read = next((one for one in evidence.read if one.holds(first)), None)
    speaks = over_null = quoted = label = 0.0
    if read is not None and read.reading.labels is not None:
        labels = read.reading.labels
        speaks = log_odds(1 - labels.none)
        quoted = max(
            (log_odds(one.score) for one in read.reading.evidence if _touch(one, first)),
            default=0.0,
        )
        if reply.text in ("yes", "no"):
            sign = 1 if reply.text == "yes" else -1
            label = sign * (log_odds(labels.yes) - log_odds(labels.no))
    if read is not None and read.reading.spans:
        over_null = read.reading.spans[0].score - read.reading.null_score
    kinds = [float(kind == one) for one in RELIABLE_KINDS[1:]]
    row = [raw, speaks, over_null, quoted, label, first.hit.dense, *kinds]
    return np.array([[*row, *(raw * one for one in kinds)]], dtype=np.float64)


def _touch(span: Span, pick: Pick) -> bool:
    return span.start < pick.end and pick.start < span.end


class Reliability:
    """The fitted probability that a reply is right, for kinds of question with one right answer.

    A reply is given from ``threshold`` on. That is no fitted value: it holds a wrong answer, whose
    quotation can be read, for two thirds as bad as a right one that is withheld.
    """

    threshold = 0.4

    def __init__(self, model: Logistic) -> None:
        """Raises ModelError when ``model`` was fitted over other features."""
        model.check_features(REPLY_FEATURES)
        self._model = model

    def confidence(self, evidence: Evidence, reply: Reply) -> float:
        """The probability in [0, 1]; 0 for a reply without quotations."""
        if not reply.picks:
            return 0.0
        return float(self._model.probability(reply_features(evidence, reply))[0])
