"""Quarters, seasons, decades and feasts in: Q3 2024, the 1990s, Christmas Eve; phrases out."""

from __future__ import annotations

from datetime import date
from functools import partial

from rag.dates import periods
from rag.dates.lookalikes import season_stands, year_number
from rag.dates.periods import SEASONS, Period
from rag.dates.phrase import Phrase
from rag.dates.words import APOSTROPHES, HYPHENS, ORDINALS, Words
from rag.dates.years import with_year

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


def quarter(words: Words, place: int) -> Phrase | None:
    """Q3 2024, 2024 Q3, third-quarter 2024, the third quarter; H1 2024."""
    year = year_number(words, place)
    first = place if year is None else place + 1
    letter, number = words.at(first), words.number(first + 1, (1,))
    if number is not None and words.glued(first + 1) and letter in {"q", "h"}:
        return _lettered(words, first, number, year)
    return None if year is not None else _spelt_quarter(words, place)


def _lettered(words: Words, place: int, number: int, year: int | None) -> Phrase | None:
    quarters = words.at(place) == "q"
    if not 1 <= number <= (4 if quarters else 2):
        return None
    maker = periods.quarter if quarters else periods.half
    if year is not None:
        return Phrase(place + 2, maker(year, number))
    found = with_year(words, place + 2, lambda year: maker(year, number))
    return found if quarters or found.stop > place + 2 else None


def _spelt_quarter(words: Words, place: int) -> Phrase | None:
    the = words.at(place) == "the"
    number = ORDINALS.get(words.at(place + the), 5)
    hyphen = words.at(place + the + 1) in HYPHENS
    stop = place + the + 2 + hyphen
    if number > 4 or words.at(stop - 1) != "quarter" or (the and hyphen):
        return None
    found = with_year(words, stop, lambda year: periods.quarter(year, number))
    led = the or hyphen or words.at(place - 1) == "in"
    return None if found.stop == stop and (words.at(stop) == "of" or not led) else found


def season(words: Words, place: int) -> Phrase | None:
    """Spring 2024, the winter of 2023/24, the spring."""
    the = words.at(place) == "the"
    name = words.at(place + the)
    if name not in SEASONS:
        return None
    stop = place + the + 1
    found = with_year(words, stop, lambda year: periods.season(year, name))
    if found.stop == stop:
        bare = name != "fall" and season_stands(words, place + the, stop)
        return found if bare else None
    if the and words.at(stop) not in {"of", "last", "this", "next"}:
        return None
    if words.at(found.stop) in {"/", "-", "–"} and words.number(found.stop + 1, (2, 4)):
        return Phrase(found.stop + 2, found.meaning, found.relative)
    return found


def decade(words: Words, place: int) -> Phrase | None:
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
    return Phrase(stop + 1, periods.decade(number))


def feast(words: Words, place: int) -> Phrase | None:
    """Christmas Eve, New Year's Day 2024, Christmas where a day is asked for."""
    for name, (number, on) in _FEASTS.items():
        if words.follows(place, *name) and words.capital(place):
            stop = place + len(name)
            found = with_year(words, stop, partial(_feast_of, number, on))
            led = words.at(place - 1) in _BEFORE_CHRISTMAS and not words.noun(stop)
            return found if len(name) > 1 or found.stop > stop or led else None
    return None


def _feast_of(number: int, on: int, year: int) -> Period:
    return periods.day(date(year, number, on))
