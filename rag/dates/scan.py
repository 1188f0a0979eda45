"""Words in; every date expression in them, from left to right, the longest at each place, out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from rag.dates import periods
from rag.dates.bounds import Bounds, with_relation
from rag.dates.expression import DateExpression
from rag.dates.openings import OPENING_WORDS, alone, led
from rag.dates.periods import SEASONS
from rag.dates.ranges import same_year, stretch
from rag.dates.words import APOSTROPHES, DAY_PARTS, MONTHS, NUMBERS, ORDINALS, WEEKDAYS, Words

# Only from these words on can a date stand; numbers are the others.
_STARTS = (
    frozenset(MONTHS | WEEKDAYS | SEASONS | ORDINALS | NUMBERS)
    | DAY_PARTS
    | OPENING_WORDS
    | frozenset(
        "the q h yesterday today tonight tomorrow earlier later last this these next past coming "
        "so a an couple few early mid late end start beginning middle close weekend week eve "
        "between christmas boxing new final opening closing latter".split()
    )
)
_TIES_BEFORE = frozenset("$€£¥#-–/.+%@_&")
_TIES_BEHIND = frozenset("-–/.:,")
_CONNECTIVES = frozenset("and or , & in on".split())


def expressions(text: str, today: date) -> list[DateExpression]:
    """The date expressions of a question asked on ``today``, in order, without overlaps.

    A date without a year, and a bare weekday, is the latest on or before ``today`` (a month or
    season: the latest that has begun), since news tell of what was. ``rag.dates.bounds`` says
    which days "since", "by" and their like leave.

    >>> [text[e.start : e.end] for text in ["What did May say in June?"]
    ...  for e in expressions(text, date(2024, 12, 25))]
    ['June']
    """
    words = Words(text, today)
    return [expression(words, found) for found in scan(words) if not found.impossible]


def expression(words: Words, found: Bounds) -> DateExpression:
    return DateExpression(
        words[found.start].start,
        words[found.stop - 1].end,
        found.after,
        found.before,
        found.grain,
        found.relative,
    )


def scan(words: Words) -> list[Bounds]:
    """Every date expression, and every day that no calendar has, from left to right."""
    found: list[Bounds] = []
    place = 0
    while place < len(words):
        here = _at(words, place)
        if here is not None:
            found.append(here)
        place = place + 1 if here is None else here.stop
    return _share_years(words, found)


def _at(words: Words, place: int) -> Bounds | None:
    if not _may_start(words, place) or _tied_before(words, place):
        return None
    try:
        readings = [rule(words, place) for rule in (stretch, led, alone)]
    except (ValueError, OverflowError):  # days outside the years 1 to 9999
        return None
    found = max((one for one in readings if one), key=lambda one: one.stop, default=None)
    return None if found is None or _tied_behind(words, found.stop) else found


def _may_start(words: Words, place: int) -> bool:
    """Whether a date can begin there: a cheap look before the rules are asked."""
    if words.digit(place) or words.at(place) in _STARTS:
        return True
    return words.at(place) in APOSTROPHES and words.digit(place + 1)


def _tied_before(words: Words, place: int) -> bool:
    """Whether the word belongs to something longer: $2000, 1.2024, mid-air."""
    if place == 0 or not words.glued(place):
        return False
    mark = words.at(place - 1)
    if mark in _TIES_BEFORE or mark.isalnum():
        return True
    if mark in {":", ","}:
        return words.digit(place - 2) and words.glued(place - 1)
    return mark in APOSTROPHES and words.glued(place - 1) and words.at(place - 2).isalnum()


def _tied_behind(words: Words, stop: int) -> bool:
    """Whether the words belong to something longer: 2019-nCoV, 2024.pdf, 2000%."""
    if not words.glued(stop):
        return False
    mark = words.at(stop)
    if mark.isalnum() or mark in {"%", "_", "@"}:
        return True
    return mark in _TIES_BEHIND and words.glued(stop + 1) and words.at(stop + 1).isalnum()


def _share_years(words: Words, found: list[Bounds]) -> list[Bounds]:
    """Give a date the year of the next one on its list: June and July 2023.

    Where neither has a year, the first is no later than the second: December and January.
    """
    for place in reversed(range(len(found) - 1)):
        one, following = found[place], found[place + 1]
        between = {words.at(step) for step in range(one.stop, following.start)}
        if one.yearly is not None and between <= _CONNECTIVES:
            found[place] = _in_year_of(one, following)
    return found


def _in_year_of(one: Bounds, following: Bounds) -> Bounds:
    other, own = following.after or following.before, one.after or one.before
    if other is None or own is None or (following.year is None and own <= other):
        return one
    if following.year is None and following.yearly is None:
        return one
    period = same_year(one.yearly, periods.day(other))
    if period is None:
        return one
    shared = with_relation(one, period)
    return replace(shared, relative=following.relative, yearly=one.yearly, year=following.year)
