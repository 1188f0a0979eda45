"""Summaries: what was found on a topic in, the few sentences that cover it best, in order, out."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.modes.base import NOTHING, Found, Reply
from rag.answer.modes.lines import Line, LineReader
from rag.answer.modes.stories import StoryReader

MIN_SENTENCES, MAX_SENTENCES = 3, 5
# From this cosine on a sentence says again what another has said.
SAME = 0.8
# Fitted on the dev half and further summaries over the gazette: flat from .90 to .94, and below
# that neighbouring stories come in.
MIN_RELEVANCE = 0.9
_REDUNDANCY_WEIGHT = 0.3
_SAME_STORY_COST = 0.1


class SummaryMode:
    """The gist of an article, a topic or a window: whole sentences, cited one by one."""

    depth: int | None = 40

    def __init__(self, stories: StoryReader, lines: LineReader) -> None:
        self._stories = stories
        self._lines = lines

    def answer(self, found: Found) -> Reply:
        """Three to five sentences where there are so many, by date and then by place."""
        read = self._stories.read(found.query, found.hits)
        lines = self._lines.read(read.topic, read.about(MIN_RELEVANCE))
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
