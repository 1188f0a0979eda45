"""A question that names the event at which a story starts or stops in; its lines in between out.

"From the collapse until the charges were brought": what a date would say with days, this says with
events, and the day is that of the article that tells of the event.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np

from rag.answer.modes.lines import Line
from rag.dates.tagger import expressions
from rag.models.embedder import Embedder
from rag.query.question_type import topic_of
from rag.types import Query

# How near an event's words must come to a line that tells of it (cosine), and how much farther
# than the nearest one another line may be. Chosen on timelines over the gazette.
MIN_LIKENESS = 0.35
TOLERANCE = 0.05
_START = re.compile(r"\b(?:since|after)\s+(?P<event>[^,;?!]+)", re.IGNORECASE)
_STOP = re.compile(r"\b(?:from\b.+?\bto|until|till|up to)\s+(?P<event>[^,;?!]+)", re.IGNORECASE)
_ANY_DAY = date(2000, 1, 1)


class EventLimits:
    """Keeps the lines between the events that a question names; a line's day is its article's."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def within(self, question: str, lines: Sequence[Line]) -> list[Line]:
        """The lines of dated stories, in order of day, that lie between the events of ``question``.

        All of them where it names none, where no line tells of it, or where nothing lies between.
        """
        first = self._days(_event(_START, question), lines)
        last = self._days(_event(_STOP, question), lines)
        after = min(first, default=date.min)
        before = max((day for day in last if day >= after), default=date.max)
        return [line for line in lines if after <= _day(line, after) <= before]

    def _days(self, event: str, lines: Sequence[Line]) -> list[date]:
        """The days of the lines that may tell of ``event``."""
        if not event or not lines:
            return []
        near = np.stack([line.vector for line in lines]) @ self._embedder.encode_queries([event])[0]
        least = max(MIN_LIKENESS, float(near.max()) - TOLERANCE)
        return [
            _day(line, date.min)
            for line, likeness in zip(lines, near, strict=True)
            if likeness >= least
        ]


def _day(line: Line, otherwise: date) -> date:
    return line.story.article.published or otherwise


def _event(pattern: re.Pattern[str], question: str) -> str:
    """The words that name an event behind "until" or "since"; empty where a date stands there."""
    match = pattern.search(question)
    if match is None or expressions(match["event"], _ANY_DAY):
        return ""
    return topic_of(Query(question, match["event"]))
