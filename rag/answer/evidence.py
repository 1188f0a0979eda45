"""The values on the way from hits to a reply, and the protocol of an answerer.

    hits -> Ranker -> Candidates -> Evidence -> Answerer -> Reply of Picks -> Citer -> Citations

A ``Candidate`` is a span that a reader found in a hit, with its score. ``Evidence`` holds the
candidates of a question. An ``Answerer``, one for each kind of question, chooses among them: each
quotation that it chooses is a ``Pick``, and all of them with a confidence are its ``Reply``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import exp, log
from typing import TYPE_CHECKING, Protocol

from rag.text.sentences import sentence_spans
from rag.types import Hit, Passage, Query, Span

if TYPE_CHECKING:  # it imports numpy; `import rag.cli` gets here and must not
    from rag.models.reader import PassageReading, Reader


def sentence_around(passage: Passage, start: int, end: int) -> tuple[int, int]:
    """The span of the sentence, or the sentences, of the passage that ``[start, end)`` touches."""
    touched = [
        (first, last)
        for first, last in sentence_spans(passage.article.text, passage.start, passage.end)
        if first < end and start < last
    ]
    return (min(start, touched[0][0]), max(end, touched[-1][1])) if touched else (start, end)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of a hit that may answer; ``score`` combines the reader's and the retriever's.

    ``null_score`` is the reader's score of "no answer in here" for the hit's passage.
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
    """A combined score is the reader's + ``retrieval`` x the hit's - ``null`` x the null score."""

    retrieval: float
    null: float = 0.0


class Ranker:
    """A reader with the weights that make its scores comparable between hits."""

    def __init__(self, reader: Reader, weights: Weights) -> None:
        self.reader = reader
        self._weights = weights

    def read(self, question: str, hits: Sequence[Hit]) -> list[ReadHit]:
        """What the reader finds in each of ``hits``, in order."""
        readings = self.reader.read(question, [hit.passage for hit in hits]) if hits else []
        return [ReadHit(hit, reading) for hit, reading in zip(hits, readings, strict=True)]

    def rank(self, read: Sequence[ReadHit]) -> list[Candidate]:
        """The spans of all that was read, best first."""
        return rank([one.hit for one in read], [one.reading for one in read], self._weights)

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """The spans that the reader finds in all ``hits``, best first."""
        return self.rank(self.read(question, hits))


MAX_PASSAGES = 2  # of one article
MORE_PASSAGES = 2  # than articles are read


def hits_to_read(hits: Sequence[Hit], articles: int) -> list[Hit]:
    """The best passages of the first ``articles`` distinct articles, in the order of ``hits``.

    A denial may rank seventh, behind six passages of the story that it denies.
    """
    chosen: list[Hit] = []
    taken: Counter[str] = Counter()
    for hit in hits:
        article_id = hit.passage.article.id
        fits = article_id in taken or len(taken) < articles
        if fits and taken[article_id] < MAX_PASSAGES:
            chosen.append(hit)
            taken[article_id] += 1
    return _within(chosen, articles + MORE_PASSAGES)


def _within(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """At most ``limit`` hits: second passages are dropped, the last first, before any first one."""
    first = {hit.passage.article.id: hit.rank for hit in reversed(hits)}
    seconds = [hit.rank for hit in hits if hit.rank != first[hit.passage.article.id]]
    dropped = set(seconds[max(0, limit - len(first)) :])
    return [hit for hit in hits if hit.rank not in dropped]


@dataclass(frozen=True, slots=True)
class ReadHit:
    """A hit, and what the reader found in its passage."""

    hit: Hit
    reading: PassageReading

    @property
    def article_id(self) -> str:
        return self.hit.passage.article.id

    def holds(self, pick: Pick) -> bool:
        """Whether the quotation lies in this passage."""
        passage = self.hit.passage
        same = self.article_id == pick.article_id
        return same and passage.start <= pick.start and pick.end <= passage.end


def rank(
    hits: Sequence[Hit], readings: Sequence[PassageReading], weights: Weights
) -> list[Candidate]:
    """The candidates of all hits, best first; of overlapping ones of an article only the best."""
    candidates = sorted(
        (
            Candidate(hit, span, _combined_score(hit, span, reading, weights), reading.null_score)
            for hit, reading in zip(hits, readings, strict=True)
            for span in reading.spans
        ),
        key=lambda c: (-c.score, c.hit.rank, c.span.start),
    )
    ranked: list[Candidate] = []
    for candidate in candidates:
        if not any(_overlap(candidate, better) for better in ranked):
            ranked.append(candidate)
    return ranked


def _combined_score(hit: Hit, span: Span, reading: PassageReading, weights: Weights) -> float:
    return span.score + weights.retrieval * hit.score - weights.null * reading.null_score


def _overlap(first: Candidate, second: Candidate) -> bool:
    return (
        first.article_id == second.article_id
        and first.span.start < second.span.end
        and second.span.start < first.span.end
    )


@dataclass(frozen=True, slots=True)
class Pick:
    """A quotation that an answerer chose: ``[start, end)`` of the text of the hit's article.

    ``also`` quotes the same answer from other, independent articles.
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
    """What an answerer returns: the quotations to show, in order; none for no answer.

    ``text`` is shown first where that is not the first quotation: "yes", an ISO date.
    ``confidence`` is the probability in [0, 1] that the reply is right. ``disagreement`` says that
    the quotations give different values for the same thing.
    """

    picks: tuple[Pick, ...]
    confidence: float
    text: str | None = None
    disagreement: bool = False


NO_ANSWER = Reply((), 0.0)


class Evidence:
    """All that an answerer may use for a question; the readers run when first needed.

    ``hits`` are best first. ``read`` is what the reader found in each of those that it reads,
    ``spans`` are its candidates in all of them, best first, none overlapping; ``sentences`` are
    their sentences as ranked by the sentence reader, likewise. ``confidence`` is the calibrated
    probability that the first of ``spans`` is right.
    """

    def __init__(
        self,
        query: Query,
        hits: Sequence[Hit],
        read: Callable[[], list[ReadHit]],
        rank_spans: Callable[[Sequence[ReadHit]], list[Candidate]],
        read_sentences: Callable[[], list[Candidate]],
        calibrate: Callable[[Sequence[Candidate]], float],
    ) -> None:
        self.query = query
        self.hits = hits
        self._read = read
        self._rank_spans = rank_spans
        self._read_sentences = read_sentences
        self._calibrate = calibrate

    @cached_property
    def read(self) -> list[ReadHit]:
        return self._read()

    @cached_property
    def spans(self) -> list[Candidate]:
        return self._rank_spans(self.read)

    @cached_property
    def likely_sentences(self) -> list[Candidate]:
        """The sentences by how likely the reader finds that they are the evidence, best first.

        Empty where the reader does not say.
        """
        likely = (
            Candidate(read.hit, span, span.score * (1 - read.reading.labels.none))
            for read in self.read
            if read.reading.labels is not None
            for span in read.reading.evidence
        )
        best: dict[tuple[str, int], Candidate] = {}  # a sentence may stand in two passages
        for one in sorted(likely, key=lambda one: (-one.score, one.hit.rank, one.span.start)):
            best.setdefault((one.article_id, one.span.start), one)
        return list(best.values())

    @cached_property
    def sentences(self) -> list[Candidate]:
        return self._read_sentences()

    @cached_property
    def confidence(self) -> float:
        return self._calibrate(self.spans) if self.spans else 0.0

    def confidence_of(self, chosen: Candidate, rivals: Sequence[Candidate]) -> float:
        """The calibrated probability that ``chosen`` is right, which need not be the best span.

        ``rivals`` are the spans that would be other answers, best first; if one of them scores
        higher, ``chosen`` counts as having the same score, with no margin.
        """
        best = max([chosen.score, *(rival.score for rival in rivals)])
        return self._calibrate([replace(chosen, score=best), *rivals])

    def sentence_of(self, span: Candidate) -> Candidate | None:
        """The sentence that holds the span, with the sentence reader's score; None if none does."""
        start, end = span.span.start, span.span.end
        holding = (
            sentence
            for sentence in self.sentences
            if sentence.article_id == span.article_id
            if sentence.span.start <= start and end <= sentence.span.end
        )
        return next(holding, None)


class Answerer(Protocol):
    """Answers one kind of question.

    ``depth`` is how many hits it needs; ``None`` leaves it to the settings. Without good evidence
    ``answer`` does not raise: it returns ``NO_ANSWER`` or a reply of low confidence.
    """

    depth: int | None

    def answer(self, evidence: Evidence) -> Reply: ...


def answer_probability(sentence: Candidate | None) -> float:
    """The fitted probability that a sentence holds the answer: its score is its log-odds."""
    return 1 / (1 + exp(-max(-50.0, min(sentence.span.score, 50.0)))) if sentence else 0.0


LEAST_ODDS = 1e-3


def log_odds(probability: float) -> float:
    """The log-odds of a probability, which is kept a little away from 0 and 1."""
    kept = min(max(probability, LEAST_ODDS), 1 - LEAST_ODDS)
    return log(kept / (1 - kept))


def noisy_or(first: float, second: float) -> float:
    """The probability given two independent signs for the same thing (noisy or, Pearl 1988)."""
    return 1 - (1 - first) * (1 - second)


def pick(candidate: Candidate, also: Sequence[Candidate] = ()) -> Pick:
    """The candidate as a quotation, with those of other articles that say the same."""
    span, others = candidate.span, tuple(pick(other) for other in also)
    return Pick(candidate.hit, span.start, span.end, candidate.score, others)
