"""Timelines: what was found on a topic in, a quoted sentence per date and event, in order, out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from rag.answer.modes.base import NOTHING, Found, Pick, Reply
from rag.answer.modes.limits import EventLimits
from rag.answer.modes.lines import Line, LineReader
from rag.answer.modes.stories import StoryReader

# Fitted on the dev half and further timelines over the gazette: dates F1 is flat from .58 to .62.
MIN_RELEVANCE = 0.6
# From this cosine on two sentences of the same day tell of the same event.
SAME_EVENT = 0.6


class TimelineMode:
    """What happened when: of every article on the topic the sentence that tells the event best.

    The days are those of the articles. An undated article has no place in it.
    """

    depth: int | None = 40

    def __init__(self, stories: StoryReader, lines: LineReader, limits: EventLimits) -> None:
        self._stories = stories
        self._lines = lines
        self._limits = limits

    def answer(self, found: Found) -> Reply:
        """The events in order of day; the more relevant article first on the same day."""
        read = self._stories.read(found.query, found.hits)
        dated = [story for story in read.about(MIN_RELEVANCE) if story.article.published]
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
