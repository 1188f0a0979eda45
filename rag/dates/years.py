"""Words in; the years in them, and the yearly dates that a year completes, out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from rag.dates import periods
from rag.dates.lookalikes import counts, year_number, year_stands
from rag.dates.periods import Period, Yearly
from rag.dates.phrase import Phrase
from rag.dates.words import HYPHENS, Words


def years(words: Words, place: int) -> Phrase | None:
    """2024, the year 2024, 2019-2021, 2023-24, 2023/24."""
    if words.follows(place, "the", "year"):
        place += 2 + (words.at(place + 2) == "of")
        number = year_number(words, place)
        return None if number is None else Phrase(place + 1, periods.year(number))
    first = year_number(words, place)
    if first is None:
        return None
    last = _last_year(words, place, first)
    if last is not None and first < last:
        stretch = Period(date(first, 1, 1), date(last + 1, 1, 1), "range")
        return Phrase(place + 3, stretch)
    return Phrase(place + 1, periods.year(first)) if year_stands(words, place) else None


def _last_year(words: Words, place: int, first: int) -> int | None:
    """The second year of 2019-2021 or 2023/24."""
    if words.at(place + 1) not in HYPHENS | {"/"} or not words.tied(place, 3):
        return None
    short = words.number(place + 2, (2,))
    return year_number(words, place + 2) if short is None else first // 100 * 100 + short


def with_year(words: Words, stop: int, in_year: Callable[[int], Period | None]) -> Phrase:
    """What every year has, with the year that stands behind it, if any does."""
    stop, year, relative = year_behind(words, stop)
    meaning = Yearly(in_year, year)
    impossible = year is not None and in_year(year) is None
    return Phrase(stop, None if impossible else meaning, relative)


def year_behind(words: Words, stop: int) -> tuple[int, int | None, bool]:
    """Where a year behind a date stops: 2024; , 2024; of 2024; last year; of last year."""
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
