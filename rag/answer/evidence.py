"""What was found and read for a question, and what an answerer makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import exp
from typing import Protocol

from rag.models.reader import PassageReading, Reader
from rag.text.sentences import sentence_spans
from rag.types import Hit, Passage, Query, Span


def sentence_around(passage: Passage, start: int, end: int) -> tuple[int, int]:
    """The sentences of the passage that ``[start, end)`` touches, from the first to the last."""
    spans = [
        (first, last)
        for first, last in sentence_spans(passage.article.text, passage.start, passage.end)
        if first < end and start < last
    ]
    return (min(start, spans[0][0]), max(end, spans[-1][1])) if spans else (start, end)


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


def rank(
    hits: Sequence[Hit], readings: Sequence[PassageReading], weights: Weights
) -> list[Candidate]:
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


def _joined(hit: Hit, span: Span, reading: PassageReading, weights: Weights) -> float:
    return span.score + weights.retrieval * hit.score - weights.null * reading.null_score


def _overlap(one: Candidate, other: Candidate) -> bool:
    return (
        one.article_id == other.article_id
        and one.span.start < other.span.end
        and other.span.start < one.span.end
    )


@dataclass(frozen=True, slots=True)
class Pick:
    """A quotation that a mode has chosen: ``[start, end)`` of the text of the hit's article.

    ``also`` are quotations of the same answer in other, independent articles.
    """

    hit: Hit
    start: int
    end: int
    score: float
    also: tuple[Pick, ...] = ()

    @property
    def quote(self) -> str:
        return self.hit.passage.article.text[self.start : self.end]

    @property
    def article_id(self) -> str:
        return self.hit.passage.article.id


@dataclass(frozen=True, slots=True)
class Reply:
    """The quotations to show, in order; none means that no article says so.

    ``text`` is what is said first where it is not the first quotation. ``confidence`` is the
    probability in [0, 1] that the reply is right.
    """

    picks: tuple[Pick, ...]
    confidence: float
    text: str | None = None
    disagreement: bool = False


NOTHING = Reply((), 0.0)


class Evidence:
    """Everything that was found for a question; what is dear is computed when first asked for.

    ``hits`` are best first. ``spans`` are the span reader's candidates over all hits, best first,
    not overlapping; ``sentences`` are the hits' sentences ranked by the sentence reader, likewise.
    ``confidence`` is the calibrated probability that the first of ``spans`` is right.
    """

    def __init__(
        self,
        query: Query,
        hits: Sequence[Hit],
        read_spans: Callable[[], list[Candidate]],
        read_sentences: Callable[[], list[Candidate]],
        calibrate: Callable[[Sequence[Candidate]], float],
    ) -> None:
        self.query = query
        self.hits = hits
        self._read_spans = read_spans
        self._read_sentences = read_sentences
        self._calibrate = calibrate

    @cached_property
    def spans(self) -> list[Candidate]:
        return self._read_spans()

    @cached_property
    def sentences(self) -> list[Candidate]:
        return self._read_sentences()

    @cached_property
    def confidence(self) -> float:
        return self._calibrate(self.spans) if self.spans else 0.0

    def confidence_of(self, chosen: Candidate, rivals: Sequence[Candidate]) -> float:
        """The calibrated probability that ``chosen`` is right, which need not be the best span.

        ``rivals`` are the spans that would be another answer, best first. One that scores higher
        leaves ``chosen`` without any margin.
        """
        best = max([chosen.score, *(rival.score for rival in rivals)])
        return self._calibrate([replace(chosen, score=best), *rivals])

    def sentence_of(self, span: Candidate) -> Candidate | None:
        """The sentence that holds the span, with the sentence reader's score; None if none does."""
        start, end = span.span.start, span.span.end
        holding = (
            one
            for one in self.sentences
            if one.article_id == span.article_id and one.span.start <= start and end <= one.span.end
        )
        return next(holding, None)


class Answerer(Protocol):
    """One way of answering.

    ``depth`` is how many hits it wants to see; ``None`` leaves it to the settings. ``answer`` never
    raises for want of evidence: it returns ``NOTHING`` or a reply of low confidence.
    """

    depth: int | None

    def answer(self, found: Evidence) -> Reply: ...


def answer_probability(sentence: Candidate | None) -> float:
    """The fitted probability that a sentence holds the answer: its score is the log-odds of it."""
    return 1 / (1 + exp(-max(-50.0, min(sentence.span.score, 50.0)))) if sentence else 0.0


def noisy_or(one: float, other: float) -> float:
    """The probability of what two independent signs speak for (noisy or, Pearl 1988)."""
    return 1 - (1 - one) * (1 - other)


def pick(candidate: Candidate, also: Sequence[Candidate] = ()) -> Pick:
    """The candidate as a quotation, supported by others."""
    others = tuple(pick(other) for other in also)
    return Pick(candidate.hit, candidate.span.start, candidate.span.end, candidate.score, others)
