"""Span answers: the best quotation, who says the same, and who gives another value."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.agreement import agree
from rag.answer.disagreement import disagreeing
from rag.answer.matching import Matcher
from rag.answer.modes.base import NOTHING, Found, Pick, Reply, pick
from rag.answer.modes.office import office_reply
from rag.answer.offices import without_first_name

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
        agreed = agree(found.spans, weight=self._weight)
        sides = agreed[:1]
        if self._matcher is not None:
            sides += disagreeing(agreed, found.query.text, self._matcher, margin=MARGIN)
        picks = tuple(_whole(pick(side.best, side.also), found.query.text) for side in sides)
        return Reply(picks, found.confidence, disagreement=len(sides) > 1)


def _whole(told: Pick, question: str) -> Pick:
    """The pick, without half of a name that the question has."""
    text = told.hit.passage.article.text
    return replace(told, end=without_first_name(text, told.start, told.end, question))
