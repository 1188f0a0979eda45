"""The grammar of calendar dates, which name their own place: 20 December 2024, June, Q3, the 1990s.

Every rule reads the tokens from one place on and returns the phrase that it finds there, or None.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from rag.dates import calendar
from rag.dates.calendar import SEASONS, Period, Yearly
from rag.dates.lexicon import (
    APOSTROPHES,
    HYPHENS,
    NAMED_AFTER_DAYS,
    DateTokens,
    counts,
    month_stands,
    season_stands,
    year_number,
    year_stands,
)
from rag.text.lexicon import MONTH_NAMES, MONTHS, ORDINALS, WEEKDAYS

PartOf = Callable[[Period], Period | None]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A date whose tokens end at ``stop``; ``meaning`` is None for a day that no calendar has.

    ``relative`` says that the day from which the text is read was needed; a ``Yearly`` without a
    year needs it in any case.
    """

    stop: int
    meaning: Period | Yearly | None
    relative: bool = False


GrammarRule = Callable[[DateTokens, int], Phrase | None]


def longest(rules: Iterable[GrammarRule], words: DateTokens, place: int) -> Phrase | None:
    """The longest phrase that a rule finds at ``place``; of equals, that of the first rule."""
    best: Phrase | None = None
    for rule in rules:
        found = rule(words, place)
        if found is not None and (best is None or found.stop > best.stop):
            best = found
    return best


def resolved(phrase: Phrase, words: DateTokens, place: int) -> Period | None:
    """The days of ``phrase``, in the direction of time that is spoken of at ``place``."""
    if isinstance(phrase.meaning, Yearly):
        coming = words.coming(place)
        return phrase.meaning.near(words.today if coming else words.latest, future=coming)
    return phrase.meaning


def is_relative(phrase: Phrase) -> bool:
    return phrase.relative or (isinstance(phrase.meaning, Yearly) and phrase.meaning.year is None)


def cut(phrase: Phrase, part: PartOf, stop: int | None = None) -> Phrase | None:
    """The phrase reduced to a part of its period, or None where the period has no such part."""
    stop = phrase.stop if stop is None else stop
    meaning = phrase.meaning
    if isinstance(meaning, Yearly):
        in_year = meaning.in_year

        def part_in_year(year: int) -> Period | None:
            whole = in_year(year)
            return part(whole) if whole is not None else None

        sample = part_in_year(2024)
        return Phrase(stop, Yearly(part_in_year, meaning.year), phrase.relative) if sample else None
    cut_out = part(meaning) if meaning is not None else None
    return Phrase(stop, cut_out, phrase.relative) if cut_out is not None else None


def years(words: DateTokens, place: int) -> Phrase | None:
    """2024, the year 2024, 2019-2021, 2023-24, 2023/24."""
    if words.follows(place, "the", "year"):
        place += 2 + (words.at(place + 2) == "of")
        number = year_number(words, place)
        return None if number is None else Phrase(place + 1, calendar.year(number))
    first = year_number(words, place)
    if first is None:
        return None
    last = _last_year(words, place, first)
    if last is not None and first < last:
        stretch = Period(date(first, 1, 1), date(last + 1, 1, 1), "range")
        return Phrase(place + 3, stretch)
    return Phrase(place + 1, calendar.year(first)) if year_stands(words, place) else None


def _last_year(words: DateTokens, place: int, first: int) -> int | None:
    """The second year of 2019-2021 or 2023/24."""
    if words.at(place + 1) not in HYPHENS | {"/"} or not words.tied(place, 3):
        return None
    short = words.number(place + 2, (2,))
    return year_number(words, place + 2) if short is None else first // 100 * 100 + short


def with_year(words: DateTokens, stop: int, in_year: Callable[[int], Period | None]) -> Phrase:
    """A period of every year ("June"), with the year behind it, if one stands there."""
    stop, year, relative = year_behind(words, stop)
    meaning = Yearly(in_year, year)
    impossible = year is not None and in_year(year) is None
    return Phrase(stop, None if impossible else meaning, relative)


def year_behind(words: DateTokens, stop: int) -> tuple[int, int | None, bool]:
    """The year behind a date (, 2024; of 2024; last year): its end, number, whether relative."""
    place = stop + (words.at(stop) in {",", "of"})
    if words.follows(place, "the", "year"):
        place += 2
    year = year_number(words, place)
    apart = not words.glued(place) or words.at(place - 1) == "-"
    if year is not None and apart and not counts(words, place + 1, year):
        return place + 1, year, False
    steps = {"last": -1, "this": 0, "next": 1}.get(words.at(place))
    if steps is not None and words.at(place + 1) == "year" and words.at(stop) != ",":
        return place + 2, words.today.year + steps, True
    return stop, None, False


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


def iso(words: DateTokens, place: int) -> Phrase | None:
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
    return Phrase(place + 3, calendar.month(year, month))


def _after_time(words: DateTokens, stop: int) -> int:
    if words.at(stop) == "t" and words.glued(stop) and words.digit(stop + 1):
        while words.glued(stop) and (words.digit(stop) or words.at(stop) in set("t:.z+-")):
            stop += 1
    return stop


def numeric(words: DateTokens, place: int) -> Phrase | None:
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


def day_of_month(words: DateTokens, place: int) -> Phrase | None:
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


def _verb_behind(words: DateTokens, place: int, stop: int) -> bool:
    """Whether a small "may" or "march" beside a number is a verb: you may 2 times, 3 may be."""
    near = {words.at(step) for step in range(place, stop)} & {"may", "march"}
    small = near and not any(words.capital(step) for step in range(place, stop))
    return bool(small) and (words.noun(stop) or words.at(stop) in {"be", "have", "not", "also"})


def _after_weekday(words: DateTokens, place: int) -> int:
    if words.at(place) not in WEEKDAYS:
        return place
    stop = place + 1
    if words.at(stop) == "." and words.glued(stop):
        stop += 1
    return stop + 1 if words.at(stop) == "," else stop


def day_first(words: DateTokens, place: int) -> DayOfMonth | None:
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


def month_first(words: DateTokens, place: int) -> DayOfMonth | None:
    """December 20, Dec. 20th, December the 20th."""
    month = _month(words, place)
    if month is None:
        return None
    number = day_number(words, month[0] + (words.at(month[0]) == "the"))
    if number is None or number.spelt or _a_count(words, number.stop):
        return None
    return DayOfMonth(number.stop, month[1], number.day)


def _a_count(words: DateTokens, stop: int) -> bool:
    """Whether the number goes on: 5.5, 5,000, 20:15, 5%."""
    mark = words.at(stop)
    return mark in set("%:") or (
        mark in set(".,") and words.glued(stop + 1) and words.digit(stop + 1)
    )


def day_number(words: DateTokens, place: int) -> DayNumber | None:
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


def _month(words: DateTokens, place: int) -> tuple[int, int] | None:
    """Where the name of a month stops, with the point of a short one, and its number."""
    number = MONTHS.get(words.at(place))
    if number is None:
        return None
    point = words.at(place + 1) == "." and words.glued(place + 1)
    short = words.at(place) not in MONTH_NAMES or (
        words.at(place) == "may" and words.digit(place + 2)
    )
    return place + 1 + (point and short), number


def month(words: DateTokens, place: int) -> Phrase | None:
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
    return calendar.month(year, number)


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        return calendar.day(date(year, month, day))
    except ValueError:
        return None


_FEASTS = {
    ("christmas", "day"): (12, 25),
    ("christmas", "eve"): (12, 24),
    ("christmas",): (12, 25),
    ("boxing", "day"): (12, 26),
    ("new", "year", "'", "s", "eve"): (12, 31),
    ("new", "year", "’", "s", "eve"): (12, 31),
    ("new", "year", "'", "s", "day"): (1, 1),
    ("new", "year", "’", "s", "day"): (1, 1),
    ("may", "day"): (5, 1),
}
_BEFORE_CHRISTMAS = frozenset("at on since before after until till by over last this next".split())


def quarter(words: DateTokens, place: int) -> Phrase | None:
    """Q3 2024, 2024 Q3, third-quarter 2024, the third quarter; H1 2024."""
    year = year_number(words, place)
    first = place if year is None else place + 1
    letter, number = words.at(first), words.number(first + 1, (1,))
    if number is not None and words.glued(first + 1) and letter in {"q", "h"}:
        return _lettered(words, first, number, year)
    return None if year is not None else _spelt_quarter(words, place)


def _lettered(words: DateTokens, place: int, number: int, year: int | None) -> Phrase | None:
    quarters = words.at(place) == "q"
    if not 1 <= number <= (4 if quarters else 2):
        return None
    maker = calendar.quarter if quarters else calendar.half
    if year is not None:
        return Phrase(place + 2, maker(year, number))
    found = with_year(words, place + 2, lambda year: maker(year, number))
    return found if quarters or found.stop > place + 2 else None


def _spelt_quarter(words: DateTokens, place: int) -> Phrase | None:
    the = words.at(place) == "the"
    number = ORDINALS.get(words.at(place + the), 5)
    hyphen = words.at(place + the + 1) in HYPHENS
    stop = place + the + 2 + hyphen
    if number > 4 or words.at(stop - 1) != "quarter" or (the and hyphen):
        return None
    found = with_year(words, stop, lambda year: calendar.quarter(year, number))
    led = the or hyphen or words.at(place - 1) == "in"
    return None if found.stop == stop and (words.at(stop) == "of" or not led) else found


def season(words: DateTokens, place: int) -> Phrase | None:
    """Spring 2024, the winter of 2023/24, the spring."""
    the = words.at(place) == "the"
    name = words.at(place + the)
    if name not in SEASONS:
        return None
    stop = place + the + 1
    found = with_year(words, stop, lambda year: calendar.season(year, name))
    if found.stop == stop:
        bare = name != "fall" and season_stands(words, place + the, stop)
        return found if bare else None
    if the and words.at(stop) not in {"of", "last", "this", "next"}:
        return None
    if words.at(found.stop) in {"/", "-", "–"} and words.number(found.stop + 1, (2, 4)):
        return Phrase(found.stop + 2, found.meaning, found.relative)
    return found


def decade(words: DateTokens, place: int) -> Phrase | None:
    """The 1990s, 1990s, the '90s, the 90s."""
    start = place + (words.at(place) == "the")
    short = words.at(start) in APOSTROPHES
    the = start > place or words.at(place - 1) == "-"
    number = words.number(start + short, (2, 4))
    stop = start + short + 1
    if number is None or number % 10 or words.at(stop) != "s" or not words.glued(stop):
        return None
    if number < 100:
        number += 1900 if number >= 20 else 2000
        if not (the or short or words.at(place - 1) in {"early", "mid", "late"}):
            return None
    elif short or not 1000 <= number < 3000:
        return None
    return Phrase(stop + 1, calendar.decade(number))


def feast(words: DateTokens, place: int) -> Phrase | None:
    """Christmas Eve, New Year's Day 2024, Christmas where a day is asked for."""
    for name, (number, on) in _FEASTS.items():
        if words.follows(place, *name) and words.capital(place):
            stop = place + len(name)
            found = with_year(words, stop, partial(_feast_of, number, on))
            led = words.at(place - 1) in _BEFORE_CHRISTMAS and not words.noun(stop)
            return found if len(name) > 1 or found.stop > stop or led else None
    return None


def _feast_of(number: int, on: int, year: int) -> Period:
    return calendar.day(date(year, number, on))
