"""Parts of dates and days counted from them, in: early March, the eve of 9 June; phrases out.

Of a month "early", "mid" and "late" are days 1-10, 11-20 and the rest; of a year four months each;
of a decade the years 0-3, 4-6 and 7-9. "The end of" a month is its last seven days, of a year its
last month. The second week of a month is its days 8-14.
"""

from __future__ import annotations

from rag.dates import periods
from rag.dates.periods import Grain, Period, Third
from rag.dates.phrase import Phrase, cut, longest, resolved
from rag.dates.relative import RELATIVE, counted
from rag.dates.seasons import decade, feast, quarter, season
from rag.dates.words import DAY_PARTS, ORDINALS, UNITS, Words
from rag.dates.written import day_of_month, iso, month, numeric
from rag.dates.years import years

_PLAIN = (iso, numeric, day_of_month, month, quarter, season, decade, years, feast, *RELATIVE)
_THIRDS: dict[str, Third] = {"early": "early", "mid": "mid", "late": "late"}
_EDGES = {"end": True, "close": True, "start": False, "beginning": False}
_BLOCKS: dict[str, Grain] = {**UNITS, "half": "half"}
_LAST = frozenset("last final latter closing".split())
_FIRST = frozenset("first opening".split())


def plain(words: Words, place: int) -> Phrase | None:
    """A date that is no part of another; the part of the day behind it belongs to it."""
    found = longest(_PLAIN, words, place)
    if found is None or words.at(found.stop) not in DAY_PARTS or found.meaning is None:
        return found
    period = resolved(found, words, place)
    if period is None or period.grain != "day":
        return found
    return Phrase(found.stop + 1, found.meaning, found.relative)


def third(words: Words, place: int) -> Phrase | None:
    """Early March 2024, mid-2024, late in June, the early 1990s."""
    start = place + (words.at(place) == "the")
    which = _THIRDS.get(words.at(start))
    if which is None:
        return None
    stop = start + 1 + (words.at(start + 1) in {"-", "in"})
    found = plain(words, stop)
    if found is None or (start > place and not _is_decade(found)):
        return None
    return cut(found, lambda period: periods.third(period, which))


def _is_decade(phrase: Phrase) -> bool:
    return isinstance(phrase.meaning, Period) and phrase.meaning.grain == "decade"


def edge(words: Words, place: int) -> Phrase | None:
    """The end of August, the start of the year, the middle of May."""
    start = place + (words.at(place) == "the")
    name = words.at(start)
    if (name not in _EDGES and name != "middle") or words.at(start + 1) != "of":
        return None
    found = _whole(words, start + 2)
    if found is None:
        return None
    if name == "middle":
        return cut(found, lambda period: periods.third(period, "mid"))
    return cut(found, lambda period: periods.edge(period, end=_EDGES[name]))


def _whole(words: Words, place: int) -> Phrase | None:
    """A plain date, or "the year" for this year."""
    named = plain(words, place)
    unit = UNITS.get(words.at(place + 1))
    if named is not None or unit is None or unit in {"day", "weekend"}:
        return named
    if words.at(place) != "the" or words.at(place + 2) == "of":
        return None
    return Phrase(place + 2, periods.around(words.today, unit), relative=True)


def block(words: Words, place: int) -> Phrase | None:
    """The first half of 2024, the last week of May, the first three months of last year."""
    start = place + (words.at(place) == "the")
    name = words.at(start)
    number = -1 if name in _LAST else 1 if name in _FIRST else ORDINALS.get(name)
    if number is None:
        return None
    stop, count = counted(words, start + 1)
    unit = _BLOCKS.get(words.at(stop))
    if unit is None or words.at(stop + 1) != "of":
        return None
    if count is not None and number not in {1, -1}:
        return None
    found = _whole(words, stop + 2)
    if found is None:
        return None
    if count is None and words.at(stop) in {"days", "weeks"}:
        return cut(found, lambda period: periods.edge(period, end=number < 0))
    return cut(found, lambda period: periods.block(period, number, unit, count or 1))


def around_day(words: Words, place: int) -> Phrase | None:
    """The week of 3 June, the week ending 9 June, the night of 3 June."""
    start = place + (words.at(place) == "the")
    name = words.at(start)
    if name not in DAY_PARTS | {"week", "weekend"}:
        return None
    if start == place and words.at(place - 1) in {"a", "one"}:
        return None
    link = words.at(start + 1)
    if link != "of" and not (name == "week" and link in {"beginning", "starting", "ending"}):
        return None
    found = plain(words, start + 2 + (words.at(start + 2) in {"on", "from"}))
    if found is None:
        return None
    return cut(found, lambda period: _stretch_around(period, name, ending=link == "ending"))


def _stretch_around(period: Period, name: str, *, ending: bool) -> Period | None:
    if period.grain != "day":
        return None
    if ending:
        return Period(periods.later(period.end, days=-7), period.end, "range")
    if name == "week":
        return periods.week(period.start)
    return periods.weekend(period.start) if name == "weekend" else period


def eve(words: Words, place: int) -> Phrase | None:
    """The eve of 9 June 2024."""
    start = place + (words.at(place) == "the")
    if not words.follows(start, "eve", "of"):
        return None
    found = plain(words, start + 2)
    return None if found is None else cut(found, lambda period: _counted_from(period, "day", -1))


def counted_from(words: Words, place: int) -> Phrase | None:
    """The day before yesterday, two days after 9 June, the week before 20 December."""
    the = words.at(place) == "the"
    stop, count = (place + 1, None) if the else counted(words, place)
    unit = UNITS.get(words.at(stop))
    sign = {"before": -1, "after": 1}.get(words.at(stop + 1))
    if unit is None or unit in {"weekend", "quarter"} or sign is None:
        return None
    if unit != words.at(stop) if the else count is None:
        return None
    found = plain(words, stop + 2)
    if found is None:
        return None
    if the:
        return cut(found, lambda period: _next_to(period, unit, sign))
    return cut(found, lambda period: _counted_from(period, unit, sign * (count or 1)))


def _counted_from(period: Period, unit: Grain, steps: int) -> Period | None:
    """Two days after a day are a day, two years after a year a year; else from its first day."""
    if period.grain == unit:
        return periods.moved(period, steps)
    if period.grain != "day" and (unit != "day" or steps > 0):
        return None
    months, days = periods.LENGTHS[unit]
    return periods.day(periods.later(period.start, months * steps, days * steps))


def _next_to(period: Period, unit: Grain, sign: int) -> Period | None:
    """The unit right before or after: the week before a day is the seven days before it."""
    if period.grain == unit or unit == "day":
        return _counted_from(period, unit, sign)
    if period.grain != "day":
        return None
    months, days = periods.LENGTHS[unit]
    if sign < 0:
        return Period(periods.later(period.start, -months, -days), period.start, "range")
    return Period(period.end, periods.later(period.end, months, days), "range")


PARTS = (third, edge, block, around_day, eve, counted_from)


def dated(words: Words, place: int) -> Phrase | None:
    """Any date that names one period."""
    return longest((plain, *PARTS), words, place)
