"""A question and the dates that filter in; the question without their words, for searching, out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.dates.bounds import Bounds
from rag.dates.place import neutral_words
from rag.dates.words import Words

_LEADING = frozenset("for of from".split())
_JOINING = frozenset("and or ,".split())
_GAP = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"\s+(?=[?.,;:!)])")


def without(words: Words, question: str, dates: Sequence[Bounds]) -> str:
    """``question`` without the words of ``dates``, their prepositions, and what joined them.

    Empty when nothing but marks is left.
    """
    kept, end = [], 0
    for start, stop in _joined(words, [_span(words, one) for one in dates]):
        start, stop = _with_marks(words, start, stop)
        kept.append(question[end : words[start].start])
        end = words[stop - 1].end
    kept.append(question[end:])
    left = _BEFORE_MARK.sub("", _GAP.sub(" ", " ".join(kept))).strip()
    if not dates:
        return question.strip()
    return left if any(character.isalnum() for character in left) else ""


def _span(words: Words, found: Bounds) -> tuple[int, int]:
    """The words of a date with the preposition before it or the possessive behind it."""
    start, stop = found.start, found.stop
    if words.possessive(stop):
        return start, stop + 1 + (words.at(stop + 1) == "s")
    return start - (neutral_words(words, found) or words.at(start - 1) in _LEADING), stop


def _joined(words: Words, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that only "and" or a comma parts become one."""
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        between = range(joined[-1][1], start) if joined else range(0)
        if joined and all(words.at(place) in _JOINING for place in between):
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined


def _with_marks(words: Words, start: int, stop: int) -> tuple[int, int]:
    """Brackets around the span go with it, and commas that nothing else needs."""
    if words.at(start - 1) == "(" and words.at(stop) == ")":
        return start - 1, stop + 1
    comma = words.at(stop) == ","
    if comma and start == 0:
        return start, stop + 1
    if words.at(start - 1) == "," and (comma or not words.raw(stop).isalnum()):
        return start - 1, stop + comma
    return start, stop
