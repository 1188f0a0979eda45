"""Answers with a quotation: the words that answer, or the sentence that tells best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answer.aggregation import (
    conflicting_answers,
    corroborating_answers,
    could_answer,
    group_answers,
)
from rag.answer.evidence import (
    NOTHING,
    Candidate,
    Evidence,
    Pick,
    Reply,
    answer_probability,
    noisy_or,
    pick,
)
from rag.answer.rules.matching import Matcher
from rag.answer.rules.offices import office_reply, without_first_name
from rag.answer.speakers import is_said_by_asked_speaker

_DOUBTFUL = 0.4  # what is left of the confidence in what does not give what is asked for
MARGIN = 3.0  # how far behind the best span's score one may be that gives another value


class SpanAnswerer:
    """Who, what, where, how many: the words that answer, as few as do.

    Where sources give different values for the same thing, all are shown: the best one, then the
    others, the latest first. Without a ``matcher`` sources are not compared.
    """

    depth: int | None = None

    def __init__(self, agreement_weight: float, matcher: Matcher | None = None) -> None:
        self._weight = agreement_weight
        self._matcher = matcher

    def answer(self, found: Evidence) -> Reply:
        """The holder of the office that is asked for; else the best span, and other sides to it."""
        if (holder := office_reply(found)) is not None:
            return holder
        if not found.spans:
            return NOTHING
        spans, confidence = _fitting(found)
        agreed = group_answers(spans, weight=self._weight)
        sides, question = agreed[:1], found.query.text
        if self._matcher is not None:
            sides += conflicting_answers(agreed, question, self._matcher, margin=MARGIN)
            sides = [
                replace(one, also=corroborating_answers(one, question, self._matcher))
                for one in sides
            ]
        picks = tuple(_whole(pick(side.best, side.also), question) for side in sides)
        return Reply(picks, confidence, disagreement=len(sides) > 1)


def _fitting(found: Evidence) -> tuple[Sequence[Candidate], float]:
    """The spans that can be an answer, and how sure the first is; all, in doubt, if none can."""
    spans = found.spans
    fitting = [one for one in spans if could_answer(found.query.text, one)]
    if not fitting:
        return spans, _DOUBTFUL * found.confidence
    if fitting[0] is spans[0]:
        return fitting, found.confidence
    return fitting, found.confidence_of(fitting[0], fitting[1:])


def _whole(told: Pick, question: str) -> Pick:
    """The pick, without half of a name that the question has."""
    text = told.hit.passage.article.text
    return replace(told, end=without_first_name(text, told.start, told.end, question))


# What a sentence gains that gives a reason where one is asked for, or is said by who is asked for,
# and what one loses that is said by somebody else.
_REASON, _OWN_WORDS, _OF_ANOTHER = 1.0, 1.0, -2.0
_ASKS_WHY = re.compile(r"\bwhy\b|\bwhat (?:\w+ ){0,3}(?:reasons?|causes?|caused)\b", re.IGNORECASE)
_GIVES_REASON = re.compile(
    r"\b(?:because|since|due to|owing to|thanks to|as a result|in order|so that|caused by|reasons?|"
    r"therefore|on the grounds?|after|in protest|for fear)\b",
    re.IGNORECASE,
)


class PassageAnswerer:
    """The best sentence over all hits; quoted is the best span in it, where there is one.

    ``sentence_weight`` says how much the sentence reader's score counts beside the span reader's.
    """

    depth: int | None = None

    def __init__(self, sentence_weight: float) -> None:
        self._weight = sentence_weight

    def answer(self, found: Evidence) -> Reply:
        """The span whose score and that of its sentence are best together.

        The confidence is the calibrator's for that span, beside those of other sentences (two spans
        of one sentence are no rivals), supported by what the sentence reader gives the sentence.
        """
        if not found.spans:
            return NOTHING
        best = max(found.spans, key=lambda span: self._worth(span, found))
        sentence = found.sentence_of(best)
        rivals = [one for one in found.spans if one is not best]
        rivals = [one for one in rivals if sentence is None or found.sentence_of(one) != sentence]
        confidence = noisy_or(found.confidence_of(best, rivals), answer_probability(sentence))
        return Reply((pick(best),), confidence)

    def _worth(self, span: Candidate, found: Evidence) -> float:
        question, sentence = found.query.text, found.sentence_of(span)
        lowest = min((one.score for one in found.sentences), default=0.0)
        told = sentence.score if sentence is not None else lowest
        own = is_said_by_asked_speaker(question, span)
        voice = 0.0 if own is None else _OWN_WORDS if own else _OF_ANOTHER
        text = sentence.quote if sentence is not None else span.quote
        reason = bool(_ASKS_WHY.search(question) and _GIVES_REASON.search(text))
        return span.score + self._weight * told + voice + _REASON * reason
