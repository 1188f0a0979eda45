"""Answers about a topic: the latest, a timeline, a summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import log1p

from rag.answer.aggregation import same_answer
from rag.answer.answerers.stories import (
    EventLimits,
    Line,
    LineReader,
    Stories,
    StoryReader,
    is_whole,
)
from rag.answer.evidence import (
    NOTHING,
    Candidate,
    Evidence,
    Pick,
    Ranker,
    Reply,
    answer_probability,
    noisy_or,
)
from rag.answer.rules.offices import office_reply
from rag.query.question_type import question_type
from rag.types import Hit, Kind

MAX_PREVIOUS = 3
# An article much less relevant than the best one is not read; one whose best sentence scores this
# much less than the best of all has nothing to say about the question.
LATEST_MIN_RELEVANCE = 0.3
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


class LatestAnswerer:
    """What holds now, or what is new: age counts against how well a sentence answers.

    A question for a fact ("Who heads the board now?") is answered with the span in the sentence,
    one for news of a topic with the sentence.
    """

    depth: int | None = 40

    def __init__(self, stories: StoryReader, spans: Ranker, sentences: Ranker) -> None:
        self._stories = stories
        self._spans = spans
        self._sentences = sentences

    def answer(self, found: Evidence) -> Reply:
        """The newest that answers, then at most ``MAX_PREVIOUS`` older ones, newest first."""
        if (holder := office_reply(found)) is not None:
            return holder
        question = found.query.text
        read = self._stories.read(found.query, found.hits)
        topical = question_type(question).wants in _TOPICAL
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


def _fact_confidence(found: Evidence, latest: _Statement) -> float:
    """The calibrator's for the quoted span, supported by what the sentence reader gives the rest.

    Spans of older articles are no rivals: what they say is superseded. A whole sentence has the
    sentence reader's probability alone.
    """
    holds = answer_probability(latest.sentence)
    if latest.quote is latest.sentence:
        return holds
    rivals = [
        span
        for span in found.spans
        if (span.hit.passage.article.published or date.min) >= latest.day
        and found.sentence_of(span) != found.sentence_of(latest.quote)
    ]
    return noisy_or(found.confidence_of(latest.quote, rivals), holds)


def _hits(read: Stories) -> list[Hit]:
    hits = [hit for story in read.about(LATEST_MIN_RELEVANCE) for hit in story.hits]
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


# Fitted on the dev half and further timelines over the gazette: dates F1 is flat from .58 to .62.
TIMELINE_MIN_RELEVANCE = 0.6
# From this cosine on two sentences of the same day tell of the same event.
SAME_EVENT = 0.6


class TimelineAnswerer:
    """What happened when: of every article on the topic the sentence that tells the event best.

    The days are those of the articles. An undated article has no place in it.
    """

    depth: int | None = 40

    def __init__(self, stories: StoryReader, lines: LineReader, limits: EventLimits) -> None:
        self._stories = stories
        self._lines = lines
        self._limits = limits

    def answer(self, found: Evidence) -> Reply:
        """The events in order of day; the more relevant article first on the same day."""
        read = self._stories.read(found.query, found.hits)
        dated = [story for story in read.about(TIMELINE_MIN_RELEVANCE) if story.article.published]
        told = [_telling(lines) for lines in _by_story(self._lines.read(read.topic, dated))]
        lines = self._limits.within(found.query.text, sorted(told, key=_order))
        shown = [line.story for line in lines]
        return Reply(_events(lines), read.confidence_in(shown)) if lines else NOTHING


def _by_story(lines: Iterable[Line]) -> list[list[Line]]:
    return [list(group) for _, group in groupby(lines, key=lambda line: line.story.article.id)]


def _telling(lines: Sequence[Line]) -> Line:
    """The line that says the most about the topic; news tell the event first."""
    return max(lines, key=lambda line: (line.worth, -line.start))


def _order(line: Line) -> tuple[str, float, str]:
    article = line.story.article
    return str(article.published), -line.story.relevance, article.text


def _events(lines: Iterable[Line]) -> tuple[Pick, ...]:
    """Lines of the same day that say the same are one event, told by the first of them."""
    events: list[list[Line]] = []
    for line in lines:
        event = next((event for event in events if _same(event[0], line)), None)
        if event is None:
            events.append([line])
        else:
            event.append(line)
    return tuple(event[0].pick(event[1:]) for event in events)


def _same(one: Line, other: Line) -> bool:
    same_day = one.story.article.published == other.story.article.published
    return same_day and one.likeness(other) >= SAME_EVENT


MIN_SENTENCES, MAX_SENTENCES = 3, 5
# From this cosine on a sentence says again what another has said.
SAME = 0.8
# Fitted on the dev half and further summaries over the gazette: flat from .90 to .94, and below
# that neighbouring stories come in.
SUMMARY_MIN_RELEVANCE = 0.9
_REDUNDANCY_WEIGHT = 0.3
_SAME_STORY_COST = 0.1


class SummaryAnswerer:
    """The gist of an article, a topic or a window: whole sentences, cited one by one."""

    depth: int | None = 40

    def __init__(self, stories: StoryReader, lines: LineReader) -> None:
        self._stories = stories
        self._lines = lines

    def answer(self, found: Evidence) -> Reply:
        """Three to five sentences where there are so many, by date and then by place."""
        read = self._stories.read(found.query, found.hits)
        lines = self._lines.read(read.topic, read.about(SUMMARY_MIN_RELEVANCE))
        chosen = sorted(_cover(lines, _size(lines)), key=_reading_order)
        if not chosen:
            return NOTHING
        confidence = read.confidence_in([line.story for line in chosen])
        return Reply(tuple(line.pick() for line in chosen), confidence)


def _size(lines: Sequence[Line]) -> int:
    """How many sentences to choose: about half of a short text, and few of a long one."""
    return max(MIN_SENTENCES, min(MAX_SENTENCES, len(lines) // 2))


def _cover(lines: Sequence[Line], size: int) -> list[Line]:
    """At most ``size`` lines, each adding the most to those before it.

    Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): what a line tells, less how
    much it resembles the nearest one chosen; and a little less for each one of the same story.
    """
    chosen: list[Line] = []
    left = list(lines)
    while left and len(chosen) < size:
        best = max(left, key=lambda line: _gain(line, chosen))
        chosen.append(best)
        left = [line for line in left if line is not best and line.likeness(best) < SAME]
    return chosen


def _gain(line: Line, chosen: Sequence[Line]) -> float:
    nearest = max((line.likeness(other) for other in chosen), default=0.0)
    siblings = sum(line.story is other.story for other in chosen)
    worth = line.worth + line.story.relevance
    return worth - _REDUNDANCY_WEIGHT * nearest - _SAME_STORY_COST * siblings


def _reading_order(line: Line) -> tuple[bool, str, str, int]:
    article = line.story.article
    return article.published is None, str(article.published), article.text, line.start
