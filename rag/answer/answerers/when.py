"""Answers with a day: date words in the article, resolved, or the article's own date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answer.answerers.yes_no import JudgedSentence, as_yes_or_no, judge_sentences
from rag.answer.evidence import (
    NOTHING,
    Candidate,
    Evidence,
    Pick,
    Reply,
    noisy_or,
    pick,
    sentence_around,
)
from rag.answer.rules.entailment import EntailmentJudge, is_participle, is_to, predicate
from rag.answer.rules.matching import Match, Matcher, places_of
from rag.dates.anchoring import (
    date_line,
    dates_in,
    day_before,
    in_coming_year,
    is_time_of_day,
    iso,
    nearest,
    start_dates,
)
from rag.dates.calendar import DateExpression
from rag.text.sentences import Offsets

_SPANS, _SENTENCES = 8, 8  # of the reader's spans, and of the sentences, are looked at
_DURATION = re.compile(r"\bhow (?:long|often|many|much)\b", re.IGNORECASE)
_OF_ARTICLE = re.compile(
    r"\b(?:date|day) (?:of|on|does|is|has) (?:the |this |that )?"
    r"(?:story|article|report|text|piece)\b|"
    r"\b(?:story|article|piece)\b.*\b(?:published|dated|written)\b|\breported on\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|shall|going to|due|scheduled|planned|expected|next|supposed to|"
    r"(?:set|fixed) (?:to|for)|(?:is|are) (?:[\w’'-]+ ){1,6}?(?:set|fixed)|"
    r"(?:is|are) (?:[\w’'-]+ ){1,4}?[a-z]{2,}ing)\b",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"(?:\b(?:the|that)(?: [\w-]+){0,2}|(?:\b(?:his|her|its|their)|['’]s?)(?: [\w-]+){0,4}) \Z",
    re.IGNORECASE,
)
_SUFFERED = re.compile(r"\b(?:is|are|was|were|been|being|be|got)(?: \w+ly)? \Z", re.IGNORECASE)
_ACTED_ON = re.compile(r"\w+ (?:the|an?|his|her|its|their|this|that|[A-Z\d])")
_PAST_PERFECT = re.compile(r"\bhad(?: [\w-]+)? \Z", re.IGNORECASE)
_DOUBTFUL = 0.4  # what is left of the confidence in a date that may be another event's
# How many margins a span gains whose sentence tells of the event, and one loses whose date lies on
# the wrong side of its article: still to come where the past is asked for, or the other way round.
_TOLD, _WRONG_SIDE = 2.0, 2.0


@dataclass(frozen=True, slots=True)
class _Dated:
    """Date words, the span or sentence that they were found by, and what that sentence tells."""

    candidate: Candidate
    expression: DateExpression
    told: JudgedSentence


class WhenAnswerer:
    """``Reply.text`` is an ISO day, month, year or interval, the first pick the words that say so.

    A date in the sentence that tells of the event goes before that of the article. Where the
    sentence has none, the event counts as of the day of the article that reports it; then the first
    pick is the date line, if there is one, and the next one the sentence. ``margin`` is how far
    behind the best span's score one may be that holds date words.
    """

    depth: int | None = None

    def __init__(self, matcher: Matcher, margin: float) -> None:
        self._matcher = matcher
        self._judge = EntailmentJudge(matcher)
        self._margin = margin

    def answer(self, found: Evidence) -> Reply:
        """The date of what the best span or sentence tells."""
        question = found.query.text
        if not found.spans:
            return NOTHING
        if _OF_ARTICLE.search(question):
            return _reported(found.spans[0], found.confidence)
        if _DURATION.search(question):
            return Reply((pick(found.spans[0]),), found.confidence)
        dated = self._dated(found)
        best = max(dated, key=lambda one: self._weight(one, question), default=None)
        telling = self._telling(found)
        if best is not None and (_tells(best.told) or telling is None):
            return self._said(found, best, dated)
        return self._of_sentence(found, telling or self._judged(found, _first(found)))

    def _dated(self, found: Evidence) -> list[_Dated]:
        """The date words that the reader's spans hold, best first."""
        least = found.spans[0].score - self._margin
        near = [one for one in found.spans[:_SPANS] if one.score >= least]
        wants_ahead = _asks_ahead(found.query.text)
        return [
            _Dated(one, expression, self._judged(found, one))
            for one in near
            if (expression := _expression(one, wants_ahead=wants_ahead)) is not None
        ]

    def _weight(self, one: _Dated, question: str) -> float:
        told = _TOLD * one.told.confidence if _tells(one.told) else 0.0
        wrong = _WRONG_SIDE * (_is_ahead(one) != (_asks_ahead(question)))
        return one.candidate.score + self._margin * (told - wrong)

    def _telling(self, found: Evidence) -> JudgedSentence | None:
        """The sentence that tells the event as news most clearly."""
        asked = as_yes_or_no(found.query.text)
        read = [judge_sentences(self._judge, asked, one) for one in found.sentences[:_SENTENCES]]
        news = [one for one in read if _tells(one) and not self._is_background(found, one)]
        return max(news, key=lambda one: one.confidence, default=None)

    def _is_background(self, found: Evidence, one: JudgedSentence) -> bool:
        """Whether the sentence only refers to what is asked: "the visit", "had visited"."""
        asked, sentence = as_yes_or_no(found.query.text), one.candidate
        told = self._matcher.match(asked, sentence.quote, sentence.hit.passage.text)
        main = predicate(asked)
        plain = [m for m in told if m.place >= 0 and not m.word.name]
        placed = [m for m in plain if main and m.word.start == main.start] or plain[:1]
        passive = main is not None and main.passive
        return any(
            all(
                _only_refers(sentence.quote, place, passive=passive)
                for place in places_of(match, sentence.quote)
            )
            for match in placed
        )

    def _judged(self, found: Evidence, span: Candidate) -> JudgedSentence:
        """What the sentence of the span tells of the event."""
        sentence = found.sentence_of(span) or span
        return judge_sentences(self._judge, as_yes_or_no(found.query.text), sentence)

    def _said(self, found: Evidence, best: _Dated, dated: Sequence[_Dated]) -> Reply:
        """The date; of one still to come when the last article was written, only a plan is known.

        The confidence is the calibrator's for the span, beside spans that name other days; what the
        sentence tells of the event supports it (a noisy or).
        """
        days = best.expression.after, best.expression.before
        same = [one.candidate for one in dated if _days(one) == days]
        rivals = [one for one in found.spans if one not in same]
        confidence = found.confidence_of(best.candidate, rivals)
        told = best.told.confidence if _tells(best.told) else 0.0
        return _date_reply(found, best, noisy_or(confidence, told))

    def _of_sentence(self, found: Evidence, told: JudgedSentence) -> Reply:
        """The date words of a sentence nearest to what is asked, or its article's date."""
        best, question = told.candidate, found.query.text
        places = self._matcher.match(question, best.quote, best.hit.passage.text)
        article, sentence = best.hit.passage.article, (best.span.start, best.span.end)
        dates = dates_in(article, sentence) or start_dates(article, sentence)
        expression = nearest(dates, _focus(best, places))
        if expression is not None:
            return _date_reply(found, _Dated(best, expression, told), _sureness(told))
        if _asks_ahead(question):
            return NOTHING
        plain = _tells(told) and not self._is_background(found, told)
        return _reported(best, told.confidence if plain else _DOUBTFUL * told.confidence)


def _asks_ahead(question: str) -> bool:
    return _AHEAD.search(question) is not None or is_to(question)


def _first(found: Evidence) -> Candidate:
    return found.sentences[0] if found.sentences else found.spans[0]


def _tells(told: JudgedSentence) -> bool:
    return told.verdict.bears and told.verdict.label == "yes"


def _sureness(told: JudgedSentence) -> float:
    return told.confidence if _tells(told) else _DOUBTFUL * told.confidence


def _days(one: _Dated) -> tuple[date | None, date | None]:
    return one.expression.after, one.expression.before


def _is_ahead(one: _Dated) -> bool:
    """Whether the date was still to come when its article was written."""
    published, after = one.candidate.hit.passage.article.published, one.expression.after
    return published is not None and after is not None and after > published


def _focus(best: Candidate, told: Sequence[Match]) -> Offsets:
    """Where the sentence tells what is asked: the last of the question's plain words in it."""
    places = [match.place for match in told if match.place >= 0 and not match.word.name]
    start = best.span.start + (places[-1] if places else 0)
    return start, start


def _only_refers(sentence: str, place: int, *, passive: bool = False) -> bool:
    """Whether the word there is a noun, or tells of what had been before.

    So does the participle of "the agreements signed on that trip", where it is asked what "was".
    """
    word = re.compile(r"\w+").match(sentence, place)
    is_verb = word is not None and is_participle(word.group().lower())
    before = sentence[:place]
    if _PAST_PERFECT.search(before) or (not is_verb and _BACKGROUND.search(before)):
        return True
    tells = _SUFFERED.search(before) or _ACTED_ON.match(sentence, place)
    return passive and is_verb and tells is None


def _expression(candidate: Candidate, *, wants_ahead: bool) -> DateExpression | None:
    """The date words that the span touches, or the day of the time of day that it names.

    Where what was to come is asked for, another date of the sentence goes before one that is over.
    """
    article, span = candidate.hit.passage.article, candidate.span
    sentence = sentence_around(candidate.hit.passage, span.start, span.end)
    found = dates_in(article, sentence)
    touched = [one for one in found if one.start < span.end and span.start < one.end]
    if touched and wants_ahead:
        found = [in_coming_year(article, one) for one in found]
        to_come = [
            one for one in found if one.after and one.after > (article.published or date.max)
        ]
        return nearest(to_come, (span.start, span.end)) or in_coming_year(article, touched[0])
    if touched:
        return touched[0]
    if not is_time_of_day(candidate.quote):
        return None
    return nearest(found, (span.start, span.end)) or day_before(article, sentence[0])


def _date_reply(found: Evidence, best: _Dated, confidence: float) -> Reply:
    asked_ahead = _asks_ahead(found.query.text)
    expression = best.expression
    if asked_ahead:
        expression = in_coming_year(best.candidate.hit.passage.article, expression)
    if expression.after is None or expression.before is None:
        return NOTHING
    first = Pick(best.candidate.hit, expression.start, expression.end, best.candidate.score)
    days = [hit.passage.article.published or date.min for hit in found.hits]
    to_come = expression.after > max(days, default=date.min) and not asked_ahead
    confidence = _DOUBTFUL * confidence if to_come else confidence
    return Reply((first,), confidence, iso(expression.after, expression.before))


def _reported(candidate: Candidate, confidence: float) -> Reply:
    """The day of the article that tells it: its date line, and the sentence."""
    article = candidate.hit.passage.article
    if article.published is None:
        return NOTHING
    told = pick(candidate)
    line = date_line(article)
    picks = (replace(told, start=line[0], end=line[1]), told) if line else (told,)
    return Reply(picks, confidence, article.published.isoformat())
