"""Answers when something happened, or will: with date words of an article, or with its own date.

The date of the best span is compared with the sentence that states the event most clearly; where
that sentence has no date words, the event counts as of the day of its article.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answer.aggregation import AnswerGroup, superseding_answer
from rag.answer.answerers.yes_no import JudgedSentence, as_yes_or_no, judge_sentence
from rag.answer.evidence import (
    NO_ANSWER,
    Candidate,
    Evidence,
    Pick,
    Reply,
    noisy_or,
    pick,
    sentence_around,
)
from rag.answer.rules.entailment import EntailmentJudge
from rag.answer.rules.matching import Match, Matcher, places_of
from rag.answer.rules.predicate import is_participle, is_to, predicate
from rag.answer.rules.switches import ALL_RULES, Rules
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
from rag.models.sentence_reader import QuestionTerms, Rarity
from rag.text.sentences import Offsets

_MAX_SPANS, _MAX_SENTENCES = 8, 8  # so many of the best are considered
_DURATION = re.compile(r"\bhow (?:long|often|many|much)\b", re.IGNORECASE)
_OF_ARTICLE = re.compile(
    r"\b(?:date|day) (?:of|on|does|is|has) (?:the |this |that )?"
    r"(?:story|article|report|text|piece)\b|"
    r"\b(?:story|article|piece)\b.*\b(?:published|dated|written)\b|\breported on\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:will|shall|going to|due|scheduled|planned|expected|next|supposed to|"
    r"(?:set|fixed) (?:to|for)|(?:is|are) (?:[\w’'-]+ ){1,6}?(?:set|fixed)|"
    r"(?:is|are) (?:[\w’'-]+ ){1,4}?[a-z]{2,}ing)\b",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"(?:\b(?:the|that)(?: [\w-]+){0,2}|(?:\b(?:his|her|its|their)|['’]s?)(?: [\w-]+){0,4}) \Z",
    re.IGNORECASE,
)
_FINITE_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|been|being|be|got)(?: \w+ly)? \Z", re.IGNORECASE
)
_VERB_WITH_OBJECT = re.compile(r"\w+ (?:the|an?|his|her|its|their|this|that|[A-Z\d])")
_PAST_PERFECT = re.compile(r"\bhad(?: [\w-]+)? \Z", re.IGNORECASE)
_DOUBT_FACTOR = 0.4  # of the confidence remains where the date may be of another event
# How many margins a span gains where its sentence states the event, and how many it loses where its
# date is after publication though the question asks about the past, or the other way round.
_AFFIRMED, _WRONG_SIDE = 2.0, 2.0


@dataclass(frozen=True, slots=True)
class _DatedCandidate:
    """Date words, the span or sentence that led to them, and whether its sentence says it is so."""

    candidate: Candidate
    expression: DateExpression
    judged: JudgedSentence

    @property
    def days(self) -> tuple[date | None, date | None]:
        return self.expression.after, self.expression.before

    @property
    def is_after_publication(self) -> bool:
        """Whether the date was in the future when its article was written."""
        published, after = self.candidate.hit.passage.article.published, self.expression.after
        return published is not None and after is not None and after > published


class WhenAnswerer:
    """``Reply.text`` is an ISO day, month, year or interval, the first pick the words that say so.

    Where the sentence that states the event has no date, the first pick is the article's date line,
    if it has one, and the next one the sentence. ``margin`` is how far below the best span one with
    date words may score, ``rarity`` how telling a term is. Of something to come the newest date
    leads, and the one that it supersedes is quoted behind it.
    """

    depth: int | None = None

    def __init__(
        self,
        matcher: Matcher,
        margin: float,
        rules: Rules = ALL_RULES,
        rarity: Rarity = lambda term: 1.0,
    ) -> None:
        self._matcher = matcher
        self._rarity = rarity
        self._judge = EntailmentJudge(matcher, rules)
        self._margin = margin
        self._rules = rules

    def answer(self, evidence: Evidence) -> Reply:
        """The date of the event in the best span or sentence."""
        question = evidence.query.text
        if not evidence.spans:
            return NO_ANSWER
        if _OF_ARTICLE.search(question):
            return _article_date_reply(evidence.spans[0], evidence.confidence)
        if _DURATION.search(question):
            return Reply((pick(evidence.spans[0]),), evidence.confidence)
        dated = self._dated(evidence)
        best = max(dated, key=lambda one: self._weight(one, question), default=None)
        report = self._report(evidence)
        if best is not None and (best.judged.affirms or report is None):
            return self._date_of_span(evidence, best, dated)
        sentence = report or self._judge_around(evidence, _first_candidate(evidence))
        return self._date_of_sentence(evidence, sentence)

    def _dated(self, evidence: Evidence) -> list[_DatedCandidate]:
        """The date words in the reader's spans, best first."""
        least = evidence.spans[0].score - self._margin
        near = [one for one in evidence.spans[:_MAX_SPANS] if one.score >= least]
        in_future = _asks_about_future(evidence.query.text)
        return [
            _DatedCandidate(one, expression, self._judge_around(evidence, one))
            for one in near
            if (expression := _date_at(one, in_future=in_future)) is not None
        ]

    def _weight(self, one: _DatedCandidate, question: str) -> float:
        affirmed = _AFFIRMED * one.judged.confidence if one.judged.affirms else 0.0
        wrong = _WRONG_SIDE * (one.is_after_publication != _asks_about_future(question))
        return one.candidate.score + self._margin * (affirmed - wrong)

    def _report(self, evidence: Evidence) -> JudgedSentence | None:
        """The sentence that most clearly reports the event as news."""
        asked, best = as_yes_or_no(evidence.query.text), evidence.sentences[:_MAX_SENTENCES]
        judged = [judge_sentence(self._judge, asked, sentence) for sentence in best]
        news = [one for one in judged if one.affirms and not self._is_background(evidence, one)]
        return max(news, key=lambda one: one.confidence, default=None)

    def _is_background(self, evidence: Evidence, one: JudgedSentence) -> bool:
        """Whether the sentence only refers to the event: "the visit", "had visited"."""
        asked, sentence = as_yes_or_no(evidence.query.text), one.candidate
        matches = self._matcher.match(asked, sentence.quote, sentence.hit.passage.text)
        main = predicate(asked) if self._rules.relevance_gate else None
        plain = [m for m in matches if m.place >= 0 and not m.word.name]
        placed = [m for m in plain if main and m.word.start == main.start] or plain[:1]
        passive = main is not None and main.passive
        return any(
            all(
                _is_background_mention(sentence.quote, place, passive=passive)
                for place in places_of(match, sentence.quote)
            )
            for match in placed
        )

    def _judge_around(self, evidence: Evidence, span: Candidate) -> JudgedSentence:
        """The sentence of the span, judged by whether it states the event."""
        sentence = evidence.sentence_of(span) or span
        return judge_sentence(self._judge, as_yes_or_no(evidence.query.text), sentence)

    def _date_of_span(
        self, evidence: Evidence, best: _DatedCandidate, dated: Sequence[_DatedCandidate]
    ) -> Reply:
        """The date words in the best span.

        The confidence combines the calibrator's for the span, its rivals being spans that name
        other days, and that of its sentence where it states the event.
        """
        same = [one.candidate for one in dated if one.days == best.days]
        rivals = [one for one in evidence.spans if one not in same]
        confidence = evidence.confidence_of(best.candidate, rivals)
        stated = best.judged.confidence if best.judged.affirms else 0.0
        reply = _date_reply(evidence, best, noisy_or(confidence, stated))
        return self._postponed(evidence, best, reply) or reply

    def _postponed(self, evidence: Evidence, best: _DatedCandidate, reply: Reply) -> Reply | None:
        """The newer date of something to come, with the one that it supersedes behind it."""
        if not _asks_about_future(evidence.query.text) or not reply.picks:
            return None
        first = AnswerGroup(best.candidate, (), best.candidate.score)
        terms = QuestionTerms(evidence.query.text, self._rarity)
        newest = superseding_answer(first, evidence.spans, evidence.read, terms)
        expression = None if newest is None else _date_at(newest.best, in_future=True)
        if newest is None or expression is None:
            return None
        dated = _DatedCandidate(newest.best, expression, best.judged)
        newer = _date_reply(evidence, dated, reply.confidence)
        if not newer.picks or newer.text == reply.text:
            return None
        return replace(newer, picks=(*newer.picks, *reply.picks), disagreement=True)

    def _date_of_sentence(self, evidence: Evidence, judged: JudgedSentence) -> Reply:
        """The date words nearest to the event in the sentence, or its article's date."""
        best, question = judged.candidate, evidence.query.text
        matches = self._matcher.match(question, best.quote, best.hit.passage.text)
        article, sentence = best.hit.passage.article, (best.span.start, best.span.end)
        dates = dates_in(article, sentence) or start_dates(article, sentence)
        expression = nearest(dates, _event_place(best, matches))
        if expression is not None:
            dated = _DatedCandidate(best, expression, judged)
            return _date_reply(evidence, dated, _event_confidence(judged))
        if _asks_about_future(question):
            return NO_ANSWER
        reported = judged.affirms and not self._is_background(evidence, judged)
        factor = 1.0 if reported else _DOUBT_FACTOR
        return _article_date_reply(best, factor * judged.confidence)


def _asks_about_future(question: str) -> bool:
    return _FUTURE.search(question) is not None or is_to(question)


def _first_candidate(evidence: Evidence) -> Candidate:
    return evidence.sentences[0] if evidence.sentences else evidence.spans[0]


def _event_confidence(judged: JudgedSentence) -> float:
    return judged.confidence if judged.affirms else _DOUBT_FACTOR * judged.confidence


def _event_place(best: Candidate, matches: Sequence[Match]) -> Offsets:
    """Where the sentence states the event: at the last of the question's plain words in it."""
    places = [match.place for match in matches if match.place >= 0 and not match.word.name]
    start = best.span.start + (places[-1] if places else 0)
    return start, start


def _is_background_mention(sentence: str, place: int, *, passive: bool = False) -> bool:
    """Whether the word there is a noun, or speaks of what had happened before.

    For a passive question, the participle in "the agreements signed on that trip" does so as well.
    """
    word = re.compile(r"\w+").match(sentence, place)
    is_verb = word is not None and is_participle(word.group().lower())
    before = sentence[:place]
    if _PAST_PERFECT.search(before) or (not is_verb and _BACKGROUND.search(before)):
        return True
    finite = _FINITE_PASSIVE.search(before) or _VERB_WITH_OBJECT.match(sentence, place)
    return passive and is_verb and finite is None


def _date_at(candidate: Candidate, *, in_future: bool) -> DateExpression | None:
    """The date words that the span touches, or the day for a time of day.

    For a question about the future, another date of the sentence goes before a past one.
    """
    article, span = candidate.hit.passage.article, candidate.span
    sentence = sentence_around(candidate.hit.passage, span.start, span.end)
    found = dates_in(article, sentence)
    touched = [one for one in found if one.start < span.end and span.start < one.end]
    if touched and in_future:
        found = [in_coming_year(article, one) for one in found]
        future = [one for one in found if one.after and one.after > (article.published or date.max)]
        return nearest(future, (span.start, span.end)) or in_coming_year(article, touched[0])
    if touched:
        return touched[0]
    if not is_time_of_day(candidate.quote):
        return None
    return nearest(found, (span.start, span.end)) or day_before(article, sentence[0])


def _date_reply(evidence: Evidence, best: _DatedCandidate, confidence: float) -> Reply:
    """The date; in doubt where it is after all articles, but the question is about the past."""
    in_future = _asks_about_future(evidence.query.text)
    expression = best.expression
    if in_future:
        expression = in_coming_year(best.candidate.hit.passage.article, expression)
    if expression.after is None or expression.before is None:
        return NO_ANSWER
    first = Pick(best.candidate.hit, expression.start, expression.end, best.candidate.score)
    days = [hit.passage.article.published or date.min for hit in evidence.hits]
    planned = expression.after > max(days, default=date.min) and not in_future
    confidence = _DOUBT_FACTOR * confidence if planned else confidence
    return Reply((first,), confidence, iso(expression.after, expression.before))


def _article_date_reply(candidate: Candidate, confidence: float) -> Reply:
    """The day of the article: its date line, if it has one, and the sentence."""
    article = candidate.hit.passage.article
    if article.published is None:
        return NO_ANSWER
    sentence, line = pick(candidate), date_line(article)
    picks = (replace(sentence, start=line[0], end=line[1]), sentence) if line else (sentence,)
    return Reply(picks, confidence, article.published.isoformat())
