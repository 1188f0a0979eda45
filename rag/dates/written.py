"""Days and months of a calendar in: 2024-12-20, 20 December, Dec. 20, 2024, June; phrases out."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import partial

from rag.dates import periods
from rag.dates.lookalikes import month_stands, year_number
from rag.dates.periods import Period
from rag.dates.phrase import Phrase
from rag.dates.words import MONTH_NAMES, MONTHS, NAMED_AFTER_DAYS, ORDINALS, WEEKDAYS, Words
from rag.dates.years import with_year, year_behind

_LEAP_YEAR = 2000
_SEASON_OF_SPORT = frozenset("season campaign school academic fiscal financial budget".split())


@dataclass(frozen=True, slots=True)
class DayNumber:
    """Where the number of a day stops, the number, and whether it is spelt out."""

    stop: int
    day: int
    spelt: bool


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """Where a day and its month stop, and which they are."""

    stop: int
    month: int
    day: int


def iso(words: Words, place: int) -> Phrase | None:
    """2024-12-20, 2024/12/20, 2024-06; a time of day behind it belongs to it."""
    year, mark = year_number(words, place), words.at(place + 1)
    month, day = words.number(place + 2, (2,)), words.number(place + 4, (2,))
    if year is None or month is None or mark not in {"-", "/"} or not words.tied(place, 3):
        return None
    if not 1 <= month <= 12:
        return None
    if words.at(place + 3) == mark and day is not None and words.tied(place, 5):
        stop = _after_time(words, place + 5)
        return Phrase(stop, _day(year, month, day)) if 1 <= day <= 31 else None
    if mark == "/" or words.at(place + 3) in _SEASON_OF_SPORT:
        return None
    return Phrase(place + 3, periods.month(year, month))


def _after_time(words: Words, stop: int) -> int:
    if words.at(stop) == "t" and words.glued(stop) and words.digit(stop + 1):
        while words.glued(stop) and (words.digit(stop) or words.at(stop) in set("t:.z+-")):
            stop += 1
    return stop


def numeric(words: Words, place: int) -> Phrase | None:
    """20/12/2024 and 12/20/2024, also with points or hyphens; 3/4/2024 could be two days."""
    first, mark, second = words.number(place), words.at(place + 1), words.number(place + 2)
    year = year_number(words, place + 4)
    if first is None or second is None or year is None or mark not in {"/", ".", "-"}:
        return None
    if words.at(place + 3) != mark or not words.tied(place, 5):
        return None
    if not (1 <= min(first, second) <= 12 and max(first, second) <= 31):
        return None
    days = {_day(year, second, first), _day(year, first, second)} - {None}
    if len(days) == 2:
        return None
    return Phrase(place + 5, days.pop() if days else None)


def day_of_month(words: Words, place: int) -> Phrase | None:
    """20 December 2024, Friday, Dec. 20, the 20th of December."""
    place = _after_weekday(words, place)
    found = day_first(words, place) or month_first(words, place)
    if found is None:
        return None
    if words.at(found.stop) in NAMED_AFTER_DAYS or _verb_behind(words, place, found.stop):
        return None
    if found.day > monthrange(_LEAP_YEAR, found.month)[1]:
        return Phrase(year_behind(words, found.stop)[0], None)
    return with_year(words, found.stop, lambda year: _day(year, found.month, found.day))


def _verb_behind(words: Words, place: int, stop: int) -> bool:
    """Whether a small "may" or "march" beside a number is a verb: you may 2 times, 3 may be."""
    near = {words.at(step) for step in range(place, stop)} & {"may", "march"}
    small = near and not any(words.capital(step) for step in range(place, stop))
    return bool(small) and (words.noun(stop) or words.at(stop) in {"be", "have", "not", "also"})


def _after_weekday(words: Words, place: int) -> int:
    if words.at(place) not in WEEKDAYS:
        return place
    stop = place + 1
    if words.at(stop) == "." and words.glued(stop):
        stop += 1
    return stop + 1 if words.at(stop) == "," else stop


def day_first(words: Words, place: int) -> DayOfMonth | None:
    """20 December, 20th Dec., the 20th of December, 20-Dec."""
    the = words.at(place) == "the"
    number = day_number(words, place + the)
    if number is None:
        return None
    of = words.at(number.stop) == "of"
    hyphen = words.at(number.stop) == "-" and words.tied(number.stop - 1, 3)
    month = _month(words, number.stop + (of or hyphen))
    if month is None or ((the or number.spelt) and not of):
        return None
    stop = month[0]
    if hyphen and words.at(stop) == "-" and words.digit(stop + 1):
        stop += 1
    return DayOfMonth(stop, month[1], number.day)


def month_first(words: Words, place: int) -> DayOfMonth | None:
    """December 20, Dec. 20th, December the 20th."""
    month = _month(words, place)
    if month is None:
        return None
    number = day_number(words, month[0] + (words.at(month[0]) == "the"))
    if number is None or number.spelt or _a_count(words, number.stop):
        return None
    return DayOfMonth(number.stop, month[1], number.day)


def _a_count(words: Words, stop: int) -> bool:
    """Whether the number goes on: 5.5, 5,000, 20:15, 5%."""
    mark = words.at(stop)
    return mark in set("%:") or (
        mark in set(".,") and words.glued(stop + 1) and words.digit(stop + 1)
    )


def day_number(words: Words, place: int) -> DayNumber | None:
    """3, 3rd, third, twenty-first."""
    number = words.number(place)
    if number is not None:
        suffix = words.at(place + 1) in {"st", "nd", "rd", "th"} and words.glued(place + 1)
        return DayNumber(place + 1 + suffix, number, False) if 1 <= number <= 31 else None
    tens = {"twenty": 20, "thirty": 30}.get(words.at(place))
    if tens and words.at(place + 1) == "-":
        ones = ORDINALS.get(words.at(place + 2), 10)
        return DayNumber(place + 3, tens + ones, True) if ones < 10 and tens + ones < 32 else None
    spelt = ORDINALS.get(words.at(place))
    return DayNumber(place + 1, spelt, True) if spelt else None


def _month(words: Words, place: int) -> tuple[int, int] | None:
    """Where the name of a month stops, with the point of a short one, and its number."""
    number = MONTHS.get(words.at(place))
    if number is None:
        return None
    point = words.at(place + 1) == "." and words.glued(place + 1)
    short = words.at(place) not in MONTH_NAMES or (
        words.at(place) == "may" and words.digit(place + 2)
    )
    return place + 1 + (point and short), number


def month(words: Words, place: int) -> Phrase | None:
    """June 2024, June, June last year, the month of June."""
    if words.follows(place, "the", "month", "of") and words.at(place + 3) in MONTHS:
        place += 3
    name = _month(words, place)
    if name is None:
        return None
    found = with_year(words, name[0], partial(_month_of, name[1]))
    if found.stop == name[0] and not month_stands(words, place, name[0]):
        return None
    return found


def _month_of(number: int, year: int) -> Period:
    return periods.month(year, number)


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        return periods.day(date(year, month, day))
    except ValueError:
        return None
