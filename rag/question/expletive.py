"""A question with "it" in; whether that stands for nothing out: is it true that, was it raining."""

from __future__ import annotations

from rag.question.marked import Words
from rag.text.lexicon import AUXILIARIES

_BE = frozenset("is was are were be been seem seems seemed appear appears feel feels felt".split())
_CLAUSES = frozenset("that whether who if".split())
_EFFORT = frozenset("take takes took cost costs need needs require".split())
_WEATHER = frozenset(
    "rain rains rained raining snow snows snowed snowing hail hailed freeze freezes froze thunder "
    "thundered".split()
)
_SAID_OF_CLAUSES = frozenset(
    "true right correct possible clear known likely legal illegal safe necessary certain said "
    "reported believed expected worth time".split()
)
# These and "to" tell of what "it" will do: was it going to sink?
_OF_THINGS = frozenset(
    "going due set about supposed expected planned able allowed likely meant used scheduled ready "
    "intended forced ordered".split()
)


def is_expletive(words: Words, number: int) -> bool:
    """Whether the "it" at ``number`` stands for nothing that was said before."""
    behind = words.at(number + 1)
    if behind in _EFFORT and "to" in words.plain[number:]:
        return True
    if behind in _WEATHER or (behind in AUXILIARIES and words.at(number + 2) in _WEATHER):
        return True
    if behind in ("is", "was") and words.at(number + 2) in _SAID_OF_CLAUSES | {"like", "a", "an"}:
        return True
    if {words.at(number - 1), behind} & _BE or words.at(number - 1) == "has":
        return _tells_of_clause(words, number) or _tells_itself(words, number)
    return False


def _tells_of_clause(words: Words, number: int) -> bool:
    """Is it likely that, has it been decided who, was it the storm that; not: did it say that."""
    rest = words.plain[number + 1 :]
    for place, word in enumerate(rest, number + 1):
        if word in _CLAUSES:
            return True
        if word == "to":
            return place > number + 1 and words.plain[place - 1] not in _OF_THINGS
    return False


def _tells_itself(words: Words, number: int) -> bool:
    """Is it safe in Quillen, was it a meeting of ministers in Cairo."""
    told = words.at(number + 1) in _SAID_OF_CLAUSES | {"a", "an", "the"}
    return told and any(words.named[number:])
