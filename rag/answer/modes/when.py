"""When answers: the date words of the text that answer, resolved, or the article's own date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from rag.answer.citing import sentence_around
from rag.answer.dating import ahead, date_line, dates_in, day_before, is_time_of_day, iso, nearest
from rag.answer.matching import Match, Matcher
from rag.answer.modes.base import NOTHING, Found, Pick, Reply, pick
from rag.answer.ranking import Candidate
from rag.answer.verdict import Judge
from rag.dates import DateExpression
from rag.text import Offsets

_SPANS = 8  # of the reader's spans are looked at for date words
_DURATION = re.compile(r"\bhow (?:long|often|many|much)\b", re.IGNORECASE)
_OF_ARTICLE = re.compile(
    r"\b(?:date|day) (?:of|on|does|is|has) (?:the |this |that )?"
    r"(?:story|article|report|text|piece)\b|"
    r"\b(?:story|article|piece)\b.*\b(?:published|dated|written)\b|\breported on\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|shall|going to|due|scheduled|planned|expected|fixed|set|next|supposed to|(?:is|are|"
    r"was|were) (?:[\w’'-]+ ){1,6}?(?<!ed )to (?!the\b|an?\b)[a-z]+)\b",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(r"\b(?:the|his|her|its|their|that|had)(?: [\w-]+){0,2} \Z", re.IGNORECASE)
_DOUBTFUL = 0.4  # what is left of the confidence in a date that may be another event's


class WhenMode:
    """``Reply.text`` is an ISO day, month, year or interval, the first pick the words that say so.

    Where no date words answer, the event counts as of the day of the article that reports it; then
    the first pick is the date line, if there is one, and the next one the sentence. ``margin`` is
    how far behind the best span's score one may be that holds date words.
    """

    depth: int | None = None

    def __init__(self, matcher: Matcher, margin: float) -> None:
        self._matcher = matcher
        self._judge = Judge(matcher)
        self._margin = margin

    def answer(self, found: Found) -> Reply:
        """The date of what the best span or sentence tells."""
        question = found.query.text
        if not found.spans:
            return NOTHING
        if _OF_ARTICLE.search(question):
            return _reported(found, found.spans[0])
        if _DURATION.search(question):
            return Reply((pick(found.spans[0]),), found.confidence)
        for candidate in self._near_best(found):
            expression = _dated(candidate)
            if expression is not None:
                return _said(found, candidate, expression)
        return self._of_sentence(found)

    def _near_best(self, found: Found) -> Iterator[Candidate]:
        least = found.spans[0].score - self._margin
        return (one for one in found.spans[:_SPANS] if one.score >= least)

    def _of_sentence(self, found: Found) -> Reply:
        """The date words of the best sentence nearest to what is asked, or its article's date."""
        best = found.sentences[0] if found.sentences else found.spans[0]
        told = self._matcher.match(found.query.text, best.quote, best.hit.passage.text)
        dates = dates_in(best.hit.passage.article, (best.span.start, best.span.end))
        expression = nearest(dates, _focus(best, told))
        if expression is not None:
            return _said(found, best, expression)
        if _AHEAD.search(found.query.text):
            return NOTHING
        reply = _reported(found, best)
        if not reply.picks:
            return NOTHING
        verdict = self._judge.judge(found.query.text, best.quote, best.hit.passage.text)
        is_news = verdict.label == "yes" and not _is_background(best.quote, told)
        confidence = verdict.coverage if is_news else _DOUBTFUL * verdict.coverage
        return replace(reply, confidence=confidence)


def _focus(best: Candidate, told: Sequence[Match]) -> Offsets:
    """Where the sentence tells what is asked: the last of the question's plain words in it."""
    places = [match.place for match in told if match.place >= 0 and not match.word.name]
    start = best.span.start + (places[-1] if places else 0)
    return start, start


def _is_background(sentence: str, told: Sequence[Match]) -> bool:
    """Whether the sentence only refers to what is asked: "the visit", "had visited"."""
    plain = [match for match in told if match.place >= 0 and not match.word.name]
    return any(_BACKGROUND.search(sentence[: match.place]) for match in plain[:1])


def _dated(candidate: Candidate) -> DateExpression | None:
    """The date words that the span touches, or the day of the time of day that it names."""
    article, span = candidate.hit.passage.article, candidate.span
    sentence = sentence_around(candidate.hit.passage, span.start, span.end)
    found = dates_in(article, sentence)
    touched = [one for one in found if one.start < span.end and span.start < one.end]
    if touched:
        return touched[0]
    if not is_time_of_day(candidate.quote):
        return None
    return nearest(found, (span.start, span.end)) or day_before(article, sentence[0])


def _said(found: Found, candidate: Candidate, expression: DateExpression) -> Reply:
    """The date; of one still to come when the last article was written, only a plan is known."""
    asked_ahead = _AHEAD.search(found.query.text) is not None
    if asked_ahead:
        expression = ahead(candidate.hit.passage.article, expression)
    if expression.after is None or expression.before is None:
        return NOTHING
    first = Pick(candidate.hit, expression.start, expression.end, candidate.score)
    days = [hit.passage.article.published or date.min for hit in found.hits]
    to_come = expression.after > max(days, default=date.min) and not asked_ahead
    confidence = _DOUBTFUL * found.confidence if to_come else found.confidence
    return Reply((first,), confidence, iso(expression.after, expression.before))


def _reported(found: Found, candidate: Candidate) -> Reply:
    """The day of the article that tells it: its date line, and the sentence."""
    article = candidate.hit.passage.article
    if article.published is None:
        return NOTHING
    told = pick(candidate)
    line = date_line(article)
    picks = (replace(told, start=line[0], end=line[1]), told) if line else (told,)
    return Reply(picks, found.confidence, article.published.isoformat())
