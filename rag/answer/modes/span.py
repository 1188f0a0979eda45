"""Span answers: the best quotation, who says the same, and who gives another value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answer.agreement import agree
from rag.answer.disagreement import disagreeing, supporting
from rag.answer.fitting import fits
from rag.answer.matching import Matcher
from rag.answer.modes.base import NOTHING, Found, Pick, Reply, pick
from rag.answer.modes.office import office_reply
from rag.answer.offices import without_first_name
from rag.answer.ranking import Candidate

_DOUBTFUL = 0.4  # what is left of the confidence in what does not give what is asked for
MARGIN = 3.0  # how far behind the best span's score one may be that gives another value


class SpanMode:
    """Who, what, where, how many: the words that answer, as few as do.

    Where sources give different values for the same thing, all are shown: the best one, then the
    others, the latest first. Without a ``matcher`` sources are not compared.
    """

    depth: int | None = None

    def __init__(self, agreement_weight: float, matcher: Matcher | None = None) -> None:
        self._weight = agreement_weight
        self._matcher = matcher

    def answer(self, found: Found) -> Reply:
        """The holder of the office that is asked for; else the best span, and other sides to it."""
        if (holder := office_reply(found)) is not None:
            return holder
        if not found.spans:
            return NOTHING
        spans, confidence = _fitting(found)
        agreed = agree(spans, weight=self._weight)
        sides, question = agreed[:1], found.query.text
        if self._matcher is not None:
            sides += disagreeing(agreed, question, self._matcher, margin=MARGIN)
            sides = [replace(one, also=supporting(one, question, self._matcher)) for one in sides]
        picks = tuple(_whole(pick(side.best, side.also), question) for side in sides)
        return Reply(picks, confidence, disagreement=len(sides) > 1)


def _fitting(found: Found) -> tuple[Sequence[Candidate], float]:
    """The spans that can be an answer, and how sure the first is; all, in doubt, if none can."""
    spans = found.spans
    fitting = [one for one in spans if fits(found.query.text, one)]
    if not fitting:
        return spans, _DOUBTFUL * found.confidence
    if fitting[0] is spans[0]:
        return fitting, found.confidence
    return fitting, found.confidence_of(fitting[0], fitting[1:])


def _whole(told: Pick, question: str) -> Pick:
    """The pick, without half of a name that the question has."""
    text = told.hit.passage.article.text
    return replace(told, end=without_first_name(text, told.start, told.end, question))
