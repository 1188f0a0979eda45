"""The latest: what was found in; the newest article that answers, and what was said before, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log1p

from rag.answer.agreement import same_answer
from rag.answer.modes.base import NOTHING, Found, Pick, Reply, either, holds_answer
from rag.answer.modes.lines import is_whole
from rag.answer.modes.office import office_reply
from rag.answer.modes.stories import Stories, StoryReader
from rag.answer.ranking import Candidate, Ranker
from rag.query.question_type import kind_of
from rag.types import Hit, Kind

MAX_PREVIOUS = 3
# An article much less relevant than the best one is not read; one whose best sentence scores this
# much less than the best of all has nothing to say about the question.
MIN_RELEVANCE = 0.3
MAX_BEHIND = 2.0
# A span in a sentence adds this share of its score over "not in here".
_SPAN_WEIGHT = 0.5
_NO_SPAN = -2.0
# From this score over "not in here" on, the span is quoted instead of its sentence.
_SURE = 1.0
# What age costs, times the logarithm of one plus the months. Fitted on the dev half and further
# questions over the gazette: flat from .75 to 2.
_AGE_WEIGHT = 1.5
_MONTH_DAYS = 30.0
_TOPICAL: frozenset[Kind] = frozenset({"passage", "summary", "timeline"})


@dataclass(frozen=True, slots=True)
class _Statement:
    """The sentence of an article that answers best; ``quote`` is the span in it, or all of it."""

    sentence: Candidate
    quote: Candidate
    score: float

    @property
    def day(self) -> date:
        """The day of its article; an undated one is older than any other."""
        return self.sentence.hit.passage.article.published or date.min

    def agrees_with(self, other: _Statement) -> bool:
        return same_answer(self.quote.quote, other.quote.quote)

    def pick(self, also: Sequence[_Statement] = ()) -> Pick:
        span = self.quote.span
        others = tuple(statement.pick() for statement in also)
        return Pick(self.quote.hit, span.start, span.end, self.score, others)


class LatestMode:
    """What holds now, or what is new: age counts against how well a sentence answers.

    A question for a fact ("Who heads the board now?") is answered with the span in the sentence,
    one for news of a topic with the sentence.
    """

    depth: int | None = 40

    def __init__(self, stories: StoryReader, spans: Ranker, sentences: Ranker) -> None:
        self._stories = stories
        self._spans = spans
        self._sentences = sentences

    def answer(self, found: Found) -> Reply:
        """The newest that answers, then at most ``MAX_PREVIOUS`` older ones, newest first."""
        if (holder := office_reply(found)) is not None:
            return holder
        question = found.query.text
        read = self._stories.read(found.query, found.hits)
        topical = kind_of(question).wants in _TOPICAL
        statements = self._statements(question, _hits(read), topical=topical)
        if not statements:
            return NOTHING
        latest, *others = _by_age_and_score(statements)
        agreeing = [other for other in others if other.agrees_with(latest)]
        older = [other for other in others if other.day < latest.day and other not in agreeing]
        previous = sorted(older[:MAX_PREVIOUS], key=lambda other: other.day, reverse=True)
        picks = (latest.pick(agreeing), *(other.pick() for other in previous))
        confidence = _topic_confidence(read, latest) if topical else _fact_confidence(found, latest)
        return Reply(picks, confidence)

    def _statements(self, question: str, hits: Sequence[Hit], *, topical: bool) -> list[_Statement]:
        """The best statement of each article, best first, none too far behind the best of all."""
        spans = [] if topical else self._spans.candidates(question, hits)
        sentences = self._sentences.candidates(question, hits)
        statements: dict[str, _Statement] = {}
        for sentence in sentences:
            statement = _statement(sentence, spans) if not topical else _whole(sentence)
            best = statements.get(sentence.article_id)
            if best is None or statement.score > best.score:
                statements[sentence.article_id] = statement
        statements = {name: _told(one, sentences) for name, one in statements.items()}
        top = max((statement.score for statement in statements.values()), default=0.0)
        kept = [one for one in statements.values() if one.score >= top - MAX_BEHIND]
        return sorted(kept, key=lambda one: (-one.score, one.sentence.quote))


def _topic_confidence(read: Stories, latest: _Statement) -> float:
    shown = [story for story in read.stories if story.article.id == latest.sentence.article_id]
    return read.confidence_in(shown)


def _fact_confidence(found: Found, latest: _Statement) -> float:
    """The calibrator's for the quoted span, supported by what the sentence reader gives the rest.

    Spans of older articles are no rivals: what they say is superseded. A whole sentence has the
    sentence reader's probability alone.
    """
    holds = holds_answer(latest.sentence)
    if latest.quote is latest.sentence:
        return holds
    rivals = [
        span
        for span in found.spans
        if (span.hit.passage.article.published or date.min) >= latest.day
        and found.sentence_of(span) != found.sentence_of(latest.quote)
    ]
    return either(found.confidence_of(latest.quote, rivals), holds)


def _hits(read: Stories) -> list[Hit]:
    hits = [hit for story in read.about(MIN_RELEVANCE) for hit in story.hits]
    return sorted(hits, key=lambda hit: hit.rank)


def _whole(sentence: Candidate) -> _Statement:
    return _Statement(sentence, sentence, sentence.score)


def _told(statement: _Statement, sentences: Sequence[Candidate]) -> _Statement:
    """A heading says how good its article is; what is shown is the best sentence under it."""
    article_id = statement.sentence.article_id
    whole = [one for one in sentences if one.article_id == article_id and is_whole(one.quote)]
    if not whole or is_whole(statement.sentence.quote):
        return statement
    return _Statement(whole[0], whole[0], statement.score)


def _statement(sentence: Candidate, spans: Sequence[Candidate]) -> _Statement:
    """The sentence with its best span, which is quoted alone where the reader is sure of it."""
    span = _span_in(sentence, spans)
    over_null = _NO_SPAN if span is None else _over_null(span)
    quote = span if span is not None and over_null >= _SURE else sentence
    return _Statement(sentence, quote, sentence.score + _SPAN_WEIGHT * over_null)


def _span_in(sentence: Candidate, spans: Sequence[Candidate]) -> Candidate | None:
    """The best span inside the sentence, compared with the null score of its passage."""
    start, end = sentence.span.start, sentence.span.end
    inside = (
        span
        for span in spans
        if span.article_id == sentence.article_id
        and start <= span.span.start
        and span.span.end <= end
    )
    return max(inside, key=_over_null, default=None)


def _over_null(span: Candidate) -> float:
    return span.span.score - span.null_score


def _by_age_and_score(statements: Sequence[_Statement]) -> list[_Statement]:
    """The statement to show first, then the others, best first."""
    newest = max(statement.day for statement in statements)

    def worth(statement: _Statement) -> tuple[float, date, float]:
        months = (newest - statement.day).days / _MONTH_DAYS
        return statement.score - _AGE_WEIGHT * log1p(months), statement.day, statement.score

    first = max(statements, key=worth)
    return [first, *(one for one in statements if one is not first)]
