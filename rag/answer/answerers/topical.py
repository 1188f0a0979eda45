"""Answers about a topic: its latest news, its timeline, its summary."""

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
    NO_ANSWER,
    Candidate,
    Evidence,
    Pick,
    Ranker,
    Reply,
    answer_probability,
    noisy_or,
)
from rag.query.question_type import question_type
from rag.types import Hit, Kind

MAX_PREVIOUS = 3
# Articles of less relevance than this are not read, and an article whose best sentence scores this
# much less than the best of all does not answer.
LATEST_MIN_RELEVANCE = 0.3
MAX_BEHIND = 2.0
# So much less than the best may the newest statement on a topic score.
MAX_OFF_TOPIC = 1.5
# A span in a sentence adds this share of its score over the null score.
_SPAN_WEIGHT = 0.5
_NO_SPAN = -2.0
# From this score over the null score on, the span is quoted instead of its sentence.
_QUOTE_SPAN_FROM = 1.0
# What age costs, times the logarithm of one plus the months. Fitted on the dev half and further
# questions over the gazette: flat from .75 to 2.
_AGE_WEIGHT = 1.5
_MONTH_DAYS = 30.0
_TOPICAL: frozenset[Kind] = frozenset({"passage", "summary", "timeline"})


@dataclass(frozen=True, slots=True)
class _Statement:
    """The best sentence of an article; ``quote`` is the span in it that is shown, or all of it."""

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
    """Answers what holds now, or what is new: a sentence's age counts against its score.

    A question for a fact ("Who heads the board now?") is answered with the span in the sentence,
    one for news of a topic with the whole sentence.
    """

    depth: int | None = 40

    def __init__(
        self,
        stories: StoryReader,
        spans: Ranker,
        sentences: Ranker,
    ) -> None:
        self._stories = stories
        self._spans = spans
        self._sentences = sentences

    def answer(self, evidence: Evidence) -> Reply:
        """The newest that answers, then at most ``MAX_PREVIOUS`` older ones, newest first."""
        question = evidence.query.text
        stories = self._stories.read(evidence.query, evidence.hits)
        topical = question_type(question).wants in _TOPICAL
        statements = self._statements(question, _hits_of(stories), topical=topical)
        if not statements:
            return NO_ANSWER
        latest, *others = _newest_first(statements) if topical else _newest_good_first(statements)
        if topical:
            confidence = _topic_confidence(stories, latest)
        else:
            confidence = _fact_confidence(evidence, latest)
        return Reply(_latest_and_previous(latest, others), confidence)

    def _statements(self, question: str, hits: Sequence[Hit], *, topical: bool) -> list[_Statement]:
        """The best statement of each article, best first; none scores far below the best of all."""
        spans = [] if topical else self._spans.candidates(question, hits)
        sentences = self._sentences.candidates(question, hits)
        statements: dict[str, _Statement] = {}
        for sentence in sentences:
            statement = _statement_of(sentence, spans) if not topical else _whole_sentence(sentence)
            best = statements.get(sentence.article_id)
            if best is None or statement.score > best.score:
                statements[sentence.article_id] = statement
        statements = {name: _without_heading(one, sentences) for name, one in statements.items()}
        top = max((statement.score for statement in statements.values()), default=0.0)
        near = [one for one in statements.values() if one.score >= top - MAX_BEHIND]
        return sorted(near, key=lambda one: (-one.score, one.sentence.quote))


def _latest_and_previous(latest: _Statement, others: Sequence[_Statement]) -> tuple[Pick, ...]:
    """The latest with the articles that agree, and the best older ones, newest first."""
    agreeing = [other for other in others if other.agrees_with(latest)]
    older = [other for other in others if other.day < latest.day and other not in agreeing]
    previous = sorted(older[:MAX_PREVIOUS], key=lambda other: other.day, reverse=True)
    return (latest.pick(agreeing), *(other.pick() for other in previous))


def _topic_confidence(stories: Stories, latest: _Statement) -> float:
    shown = [story for story in stories.stories if story.article.id == latest.sentence.article_id]
    return stories.confidence_in(shown)


def _fact_confidence(evidence: Evidence, latest: _Statement) -> float:
    """The calibrator's for the quoted span combined with the sentence reader's for its sentence.

    Spans of older articles are no rivals: they are superseded. A whole sentence has the sentence
    reader's probability alone.
    """
    holds = answer_probability(latest.sentence)
    if latest.quote is latest.sentence:
        return holds
    rivals = [
        span
        for span in evidence.spans
        if (span.hit.passage.article.published or date.min) >= latest.day
        and evidence.sentence_of(span) != evidence.sentence_of(latest.quote)
    ]
    return noisy_or(evidence.confidence_of(latest.quote, rivals), holds)


def _hits_of(stories: Stories) -> list[Hit]:
    hits = [hit for story in stories.about(LATEST_MIN_RELEVANCE) for hit in story.hits]
    return sorted(hits, key=lambda hit: hit.rank)


def _whole_sentence(sentence: Candidate) -> _Statement:
    return _Statement(sentence, sentence, sentence.score)


def _without_heading(statement: _Statement, sentences: Sequence[Candidate]) -> _Statement:
    """The statement, or instead of a heading the best whole sentence of its article.

    The heading's score remains, since it says how well the article answers.
    """
    article_id = statement.sentence.article_id
    whole = [one for one in sentences if one.article_id == article_id and is_whole(one.quote)]
    if not whole or is_whole(statement.sentence.quote):
        return statement
    return _Statement(whole[0], whole[0], statement.score)


def _statement_of(sentence: Candidate, spans: Sequence[Candidate]) -> _Statement:
    """The sentence with its best span, which is quoted alone where it scores high enough."""
    span = _span_in(sentence, spans)
    over_null = _NO_SPAN if span is None else _over_null(span)
    quote = span if span is not None and over_null >= _QUOTE_SPAN_FROM else sentence
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


def _newest_first(statements: Sequence[_Statement]) -> list[_Statement]:
    """The newest statement that speaks of the topic nearly as well as the best, then the others."""
    best = max(statement.score for statement in statements)
    near = [one for one in statements if one.score > best - MAX_OFF_TOPIC]
    first = max(near, key=lambda one: (one.day, one.score))
    return [first, *(one for one in statements if one is not first)]


def _newest_good_first(statements: Sequence[_Statement]) -> list[_Statement]:
    """The statement to show first, then the others, best first."""
    newest = max(statement.day for statement in statements)

    def worth(statement: _Statement) -> tuple[float, date, float]:
        months = (newest - statement.day).days / _MONTH_DAYS
        return statement.score - _AGE_WEIGHT * log1p(months), statement.day, statement.score

    first = max(statements, key=worth)
    return [first, *(one for one in statements if one is not first)]


# Fitted on the dev half and further timelines over the gazette: dates F1 is flat from .58 to .62.
TIMELINE_MIN_RELEVANCE = 0.6
# From this cosine on two sentences of the same day are about the same event.
SAME_EVENT = 0.6


class TimelineAnswerer:
    """Answers with a timeline: of every article on the topic the sentence that reports it best.

    A sentence has the day of its article; undated articles are left out.
    """

    depth: int | None = 40

    def __init__(self, stories: StoryReader, lines: LineReader, limits: EventLimits) -> None:
        self._stories = stories
        self._lines = lines
        self._limits = limits

    def answer(self, evidence: Evidence) -> Reply:
        """The events in order of day; the more relevant article first on the same day."""
        stories = self._stories.read(evidence.query, evidence.hits)
        relevant = stories.about(TIMELINE_MIN_RELEVANCE)
        dated = [story for story in relevant if story.article.published]
        best = [_best_line(lines) for lines in _by_story(self._lines.read(stories.topic, dated))]
        lines = self._limits.within(evidence.query.text, sorted(best, key=_by_day))
        if not lines:
            return NO_ANSWER
        return Reply(_merge_events(lines), stories.confidence_in([line.story for line in lines]))


def _by_story(lines: Iterable[Line]) -> list[list[Line]]:
    return [list(group) for _, group in groupby(lines, key=lambda line: line.story.article.id)]


def _best_line(lines: Sequence[Line]) -> Line:
    """The line that says most about the topic; of equal ones the first."""
    return max(lines, key=lambda line: (line.worth, -line.start))


def _by_day(line: Line) -> tuple[str, float, str]:
    article = line.story.article
    return str(article.published), -line.story.relevance, article.text


def _merge_events(lines: Iterable[Line]) -> tuple[Pick, ...]:
    """Lines of the same day that say the same are one event; the first is quoted."""
    events: list[list[Line]] = []
    for line in lines:
        event = next((event for event in events if _same_event(event[0], line)), None)
        if event is None:
            events.append([line])
        else:
            event.append(line)
    return tuple(event[0].pick(event[1:]) for event in events)


def _same_event(first: Line, second: Line) -> bool:
    same_day = first.story.article.published == second.story.article.published
    return same_day and first.likeness(second) >= SAME_EVENT


MIN_SENTENCES, MAX_SENTENCES = 3, 5
# From this cosine on a sentence repeats another.
SAME_STATEMENT = 0.8
# Fitted on the dev half and further summaries over the gazette: flat from .90 to .94, and below
# that neighbouring stories come in.
SUMMARY_MIN_RELEVANCE = 0.9
_REDUNDANCY_WEIGHT = 0.3
_SAME_STORY_COST = 0.1


class SummaryAnswerer:
    """Answers with a summary of an article, topic or window: whole sentences, each cited."""

    depth: int | None = 40

    def __init__(self, stories: StoryReader, lines: LineReader) -> None:
        self._stories = stories
        self._lines = lines

    def answer(self, evidence: Evidence) -> Reply:
        """Three to five sentences where there are so many, by date and then by place."""
        stories = self._stories.read(evidence.query, evidence.hits)
        lines = self._lines.read(stories.topic, stories.about(SUMMARY_MIN_RELEVANCE))
        chosen = sorted(_select_lines(lines, _summary_length(lines)), key=_reading_order)
        if not chosen:
            return NO_ANSWER
        confidence = stories.confidence_in([line.story for line in chosen])
        return Reply(tuple(line.pick() for line in chosen), confidence)


def _summary_length(lines: Sequence[Line]) -> int:
    """How many sentences to choose: about half of a short text, and few of a long one."""
    return max(MIN_SENTENCES, min(MAX_SENTENCES, len(lines) // 2))


def _select_lines(lines: Sequence[Line], size: int) -> list[Line]:
    """At most ``size`` lines, each adding the most to those before it.

    Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): a line's worth, less its
    likeness to the nearest one chosen, and a little less for each one chosen of the same story.
    """
    chosen: list[Line] = []
    left = list(lines)
    while left and len(chosen) < size:
        best = max(left, key=lambda line: _marginal_relevance(line, chosen))
        chosen.append(best)
        left = [line for line in left if line is not best and line.likeness(best) < SAME_STATEMENT]
    return chosen


def _marginal_relevance(line: Line, chosen: Sequence[Line]) -> float:
    nearest = max((line.likeness(other) for other in chosen), default=0.0)
    siblings = sum(line.story is other.story for other in chosen)
    worth = line.worth + line.story.relevance
    return worth - _REDUNDANCY_WEIGHT * nearest - _SAME_STORY_COST * siblings


def _reading_order(line: Line) -> tuple[bool, str, str, int]:
    article = line.story.article
    return article.published is None, str(article.published), article.text, line.start
