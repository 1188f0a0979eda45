"""Finds the date expressions of a text, from left to right, the longest at each place.

Around the dates of the grammar it reads the words that make bounds of them: "since March", "between
May and July", "2020 onwards".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from rag.dates import calendar
from rag.dates.absolute import (
    Phrase,
    day_first,
    day_number,
    is_relative,
    month_first,
    resolved,
    with_year,
)
from rag.dates.calendar import SEASONS, DateExpression, Grain, Period, Yearly
from rag.dates.lexicon import (
    APOSTROPHES,
    DAY_PARTS,
    RANGE_LINKS,
    DateTokens,
)
from rag.dates.relative import dated
from rag.text.lexicon import (
    MONTHS,
    NUMBER_WORDS,
    ORDINALS,
    WEEKDAYS,
)

Relation = Literal["", "since", "after", "before", "until", "between"]


@dataclass(frozen=True, slots=True)
class DateMatch:
    """A date: tokens ``[start, stop)``, days ``[after, before)``; the bare date is at ``core``.

    Both sides are None for a day that no calendar has. ``yearly`` is the date if it lacked a year;
    ``assumed_year`` is the year that it was given since no article is newer, else empty.
    """

    start: int
    stop: int
    core: int
    relation: Relation
    after: date | None
    before: date | None
    grain: Grain
    relative: bool
    yearly: Yearly | None = field(default=None, compare=False)
    year: int | None = None
    assumed_year: str = field(default="", compare=False)

    @property
    def impossible(self) -> bool:
        return self.after is None and self.before is None


def bounded(
    start: int, stop: int, core: int, relation: Relation, period: Period, *, relative: bool
) -> DateMatch:
    sides: dict[Relation, tuple[date | None, date | None]] = {
        "": (period.start, period.end),
        "between": (period.start, period.end),
        "since": (period.start, None),
        "after": (period.end, None),
        "before": (None, period.start),
        "until": (None, period.end),
    }
    after, before = sides[relation]
    grain = period.grain if relation == "" else "range"
    return DateMatch(start, stop, core, relation, after, before, grain, relative)


def with_relation(found: DateMatch, period: Period) -> DateMatch:
    """``found`` with the days that its relation makes of ``period``."""
    return bounded(
        found.start, found.stop, found.core, found.relation, period, relative=found.relative
    )


# The longer ones first.
_OPENINGS: tuple[tuple[str, Relation], ...] = (
    ("on or before", "until"),
    ("on or after", "since"),
    ("no later than", "until"),
    ("not later than", "until"),
    ("no earlier than", "since"),
    ("not earlier than", "since"),
    ("more recent than", "after"),
    ("newer than", "after"),
    ("later than", "after"),
    ("older than", "before"),
    ("earlier than", "before"),
    ("prior to", "before"),
    ("ahead of", "before"),
    ("up until", "until"),
    ("up to", "until"),
    ("as of", "until"),
    ("as at", "until"),
    ("as from", "since"),
    ("starting from", "since"),
    ("starting on", "since"),
    ("starting in", "since"),
    ("starting", "since"),
    ("beginning on", "since"),
    ("beginning in", "since"),
    ("ever since", "since"),
    ("since", "since"),
    ("from", "since"),
    ("after", "after"),
    ("following", "after"),
    ("before", "before"),
    ("until", "until"),
    ("till", "until"),
    ("through", "until"),
    ("by", "until"),
)
_CLOSINGS: tuple[tuple[str, Relation], ...] = (
    ("onward", "since"),
    ("onwards", "since"),
    ("or later", "since"),
    ("or after", "since"),
    ("or earlier", "until"),
    ("or before", "until"),
)
_SPLIT_OPENINGS = tuple((tuple(opening.split()), relation) for opening, relation in _OPENINGS)
_SPLIT_CLOSINGS = tuple((tuple(closing.split()), relation) for closing, relation in _CLOSINGS)
OPENING_WORDS = frozenset(opening[0] for opening, _ in _SPLIT_OPENINGS)

DOCUMENTS = frozenset(
    "news article articles report reports story stories headline headlines coverage statement "
    "statements interview interviews speech photo photos figures data letter quote quotes "
    "dispatch dispatches".split()
)
_DATING = DOCUMENTS | frozenset("is are was were dated dates date".split())


def alone(words: DateTokens, place: int) -> DateMatch | None:
    """Any date; with "onwards" or "or earlier" behind it, it is open on one side."""
    phrase = dated(words, place)
    if phrase is None:
        return None
    stop, relation = _closed(words, phrase.stop)
    return of_phrase(words, place, place, relation, phrase, stop)


def _closed(words: DateTokens, stop: int) -> tuple[int, Relation]:
    for closing, relation in _SPLIT_CLOSINGS:
        if words.follows(stop, *closing):
            return stop + len(closing), relation
    return stop, ""


def led(words: DateTokens, place: int) -> DateMatch | None:
    """A date with the words that open it: since March, no later than 3 June."""
    for opening, relation in _SPLIT_OPENINGS:
        if words.follows(place, *opening):
            core = place + len(opening)
            phrase = dated(words, core)
            dating = opening == ("from",) and words.at(place - 1) in _DATING
            # Before Friday's talks: the talks are meant, not the day.
            if phrase is None or dating or words.possessive(phrase.stop):
                return None
            return of_phrase(words, place, core, relation, phrase, _onwards(words, phrase.stop))
    return None


def _onwards(words: DateTokens, stop: int) -> int:
    """Where "onwards" or "on" behind "from June" stops."""
    on = words.at(stop) == "on" and not words.raw(stop + 1).isalnum()
    return stop + (on or words.at(stop) in {"onward", "onwards"})


def of_phrase(
    words: DateTokens, start: int, core: int, relation: Relation, phrase: Phrase, stop: int
) -> DateMatch | None:
    """The bounds that ``relation`` makes of the phrase at ``core``; the words are [start, stop)."""
    if phrase.meaning is None:
        return DateMatch(start, stop, core, relation, None, None, "day", relative=False)
    period = resolved(phrase, words, core)
    if period is None:
        return None
    side = _point(words, core, relation, period)
    found = bounded(start, stop, core, relation, side, relative=is_relative(phrase))
    if not isinstance(phrase.meaning, Yearly):
        return found
    lacking = phrase.meaning if phrase.meaning.year is None else None
    return replace(found, yearly=lacking, year=phrase.meaning.year)


def _point(words: DateTokens, core: int, relation: Relation, period: Period) -> Period:
    """The side of "the end of" or "the start of" a period that a relation looks at."""
    edge = {words.at(core), words.at(core + 1)}
    if relation == "before" and edge & {"end", "close"}:
        return Period(period.end, calendar.later(period.end, days=1), "day")
    if relation == "after" and edge & {"start", "beginning"}:
        return Period(calendar.later(period.start, days=-1), period.start, "day")
    return period


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From the first of two dates to the last one; None where one of them is impossible."""

    stop: int
    whole: Period | None
    relative: bool


def stretch(words: DateTokens, place: int) -> DateMatch | None:
    """Between X and Y, from X to Y, X to Y, X-Y."""
    opening = words.at(place) if words.at(place) in {"between", "from"} else ""
    core = place + bool(opening)
    rules = (_days_before_month, _days_after_month, _two_dates)
    found = next((one for rule in rules if (one := rule(words, core, opening))), None)
    if found is None or words.possessive(found.stop):
        return None
    if found.whole is None:
        return DateMatch(place, found.stop, core, "between", None, None, "range", relative=False)
    return bounded(place, found.stop, core, "between", found.whole, relative=found.relative)


def _joined(words: DateTokens, place: int, opening: str) -> int | None:
    """Where the second date begins, if the word at ``place`` joins it to the first."""
    joins = {"and"} if opening == "between" else RANGE_LINKS
    if words.at(place) not in joins:
        return None
    return place + 1 + (words.at(place + 1) == "the" and words.digit(place + 2))


def _days_before_month(words: DateTokens, core: int, opening: str) -> _Stretch | None:
    """3 to 5 March 2024, 3 and 4 March."""
    number = day_number(words, core + (words.at(core) == "the"))
    if number is None or number.spelt:
        return None
    second = _joined(words, number.stop, opening)
    if second is None and not opening and words.at(number.stop) == "and":
        second = number.stop + 1
    last = None if second is None else day_first(words, second)
    if last is None:
        return None
    return _days(words, core, last.stop, last.month, number.day, last.day)


def _days_after_month(words: DateTokens, core: int, opening: str) -> _Stretch | None:
    """March 3-5, 2024, March 3 to 5."""
    first = month_first(words, core)
    second = None if first is None else _joined(words, first.stop, opening)
    if first is None or second is None or day_first(words, second) is not None:
        return None
    number = day_number(words, second)
    if number is None or number.spelt:
        return None
    return _days(words, core, number.stop, first.month, first.day, number.day)


def _days(
    words: DateTokens, core: int, stop: int, month: int, first: int, last: int
) -> _Stretch | None:
    phrase = with_year(words, stop, lambda year: _days_of(year, month, first, last))
    whole = resolved(phrase, words, core)
    if first > last:
        return None
    return _Stretch(phrase.stop, whole, is_relative(phrase))


def _days_of(year: int, month: int, first: int, last: int) -> Period | None:
    try:
        end = date(year, month, last) + timedelta(days=1)
        return Period(date(year, month, first), end, "range")
    except ValueError:
        return None


def _two_dates(words: DateTokens, core: int, opening: str) -> _Stretch | None:
    first = dated(words, core)
    second = None if first is None else _joined(words, first.stop, opening)
    if first is None or second is None:
        return None
    last = _now(words, second) or dated(words, second)
    if last is None:
        return None
    if first.meaning is None or last.meaning is None:
        return _Stretch(last.stop, None, relative=False)
    start, end = _ordered(words, core, first, last)
    if start is None or end is None or start.start >= end.end:
        return None
    # Between two yearly dates the year of either is that of both.
    yearly = isinstance(first.meaning, Yearly) and isinstance(last.meaning, Yearly)
    relative = first.relative or is_relative(last) or (is_relative(first) and not yearly)
    return _Stretch(last.stop, Period(start.start, end.end, "range"), relative)


def _now(words: DateTokens, place: int) -> Phrase | None:
    """The end of a stretch that goes on: from May to now, until the present."""
    place += words.at(place) == "the"
    if words.at(place) not in {"now", "present", "date"}:
        return None
    return Phrase(place + 1, calendar.day(words.today), relative=True)


def _ordered(
    words: DateTokens, core: int, first: Phrase, last: Phrase
) -> tuple[Period | None, Period | None]:
    """Both periods, where one without a year takes it from the other."""
    end = resolved(last, words, core)
    if end is not None and _lacks_year(first) and not _lacks_year(last):
        return same_year(first.meaning, end), end
    start = resolved(first, words, core)
    if start is not None and isinstance(last.meaning, Yearly) and _lacks_year(last):
        return start, last.meaning.following(start.start)
    weekdays = first.relative and last.relative
    if start is not None and end is not None and weekdays and end.start < start.start:
        return calendar.moved(start, -7) if start.grain == "day" else start, end
    return start, end


def _lacks_year(phrase: Phrase) -> bool:
    return isinstance(phrase.meaning, Yearly) and phrase.meaning.year is None


def same_year(meaning: Period | Yearly | None, other: Period) -> Period | None:
    """That of the year of ``other``, or of the year before if it would begin later."""
    if not isinstance(meaning, Yearly):
        return meaning
    found = meaning.in_year(other.start.year)
    if found is not None and other.start < found.start and other.start.year > date.min.year:
        return meaning.in_year(other.start.year - 1)
    return found


# Only from these words on can a date stand; numbers are the others.
_STARTS = (
    frozenset(MONTHS | WEEKDAYS | SEASONS | ORDINALS | NUMBER_WORDS)
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
    season: the latest that has begun), since news tell of what was. ``rag.dates.tagger`` says
    which days "since", "by" and their like leave.

    >>> [text[e.start : e.end] for text in ["What did May say in June?"]
    ...  for e in expressions(text, date(2024, 12, 25))]
    ['June']
    """
    words = DateTokens(text, today)
    return [expression(words, found) for found in scan(words) if not found.impossible]


def expression(words: DateTokens, found: DateMatch) -> DateExpression:
    return DateExpression(
        words[found.start].start,
        words[found.stop - 1].end,
        found.after,
        found.before,
        found.grain,
        found.relative,
    )


def scan(words: DateTokens) -> list[DateMatch]:
    """Every date expression, and every day that no calendar has, from left to right."""
    found: list[DateMatch] = []
    place = 0
    while place < len(words):
        here = _at(words, place)
        if here is not None:
            found.append(here)
        place = place + 1 if here is None else here.stop
    return _share_years(words, found)


def _at(words: DateTokens, place: int) -> DateMatch | None:
    if not _may_start(words, place) or _tied_before(words, place):
        return None
    try:
        readings = [rule(words, place) for rule in (stretch, led, alone)]
    except (ValueError, OverflowError):  # days outside the years 1 to 9999
        return None
    found = max((one for one in readings if one), key=lambda one: one.stop, default=None)
    return None if found is None or _tied_behind(words, found.stop) else found


def _may_start(words: DateTokens, place: int) -> bool:
    """Whether a date can begin there: a cheap look before the rules are asked."""
    if words.digit(place) or words.at(place) in _STARTS:
        return True
    return words.at(place) in APOSTROPHES and words.digit(place + 1)


def _tied_before(words: DateTokens, place: int) -> bool:
    """Whether the word belongs to something longer: $2000, 1.2024, mid-air."""
    if place == 0 or not words.glued(place):
        return False
    mark = words.at(place - 1)
    if mark in _TIES_BEFORE or mark.isalnum():
        return True
    if mark in {":", ","}:
        return words.digit(place - 2) and words.glued(place - 1)
    return mark in APOSTROPHES and words.glued(place - 1) and words.at(place - 2).isalnum()


def _tied_behind(words: DateTokens, stop: int) -> bool:
    """Whether the words belong to something longer: 2019-nCoV, 2024.pdf, 2000%."""
    if not words.glued(stop):
        return False
    mark = words.at(stop)
    if mark.isalnum() or mark in {"%", "_", "@"}:
        return True
    return mark in _TIES_BEHIND and words.glued(stop + 1) and words.at(stop + 1).isalnum()


def _share_years(words: DateTokens, found: list[DateMatch]) -> list[DateMatch]:
    """Give a date the year of the next one on its list: June and July 2023.

    Where neither has a year, the first is no later than the second: December and January.
    """
    for place in reversed(range(len(found) - 1)):
        one, following = found[place], found[place + 1]
        between = {words.at(step) for step in range(one.stop, following.start)}
        if one.yearly is not None and between <= _CONNECTIVES:
            found[place] = _in_year_of(one, following)
    return found


def _in_year_of(one: DateMatch, following: DateMatch) -> DateMatch:
    other, own = following.after or following.before, one.after or one.before
    if other is None or own is None or (following.year is None and own <= other):
        return one
    if following.year is None and following.yearly is None:
        return one
    period = same_year(one.yearly, calendar.day(other))
    if period is None:
        return one
    shared = with_relation(one, period)
    return replace(shared, relative=following.relative, yearly=one.yearly, year=following.year)
