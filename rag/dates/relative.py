"""The grammar of dates that count from another day or take a part of another date.

First those relative to today (yesterday, last month, Tuesday), then parts of a date (early March,
the end of 2024) and dates counted from a date (two days after 9 June).
"""

from __future__ import annotations

import math
from datetime import date, timedelta

from rag.dates import calendar
from rag.dates.absolute import (
    Phrase,
    cut,
    day_of_month,
    decade,
    feast,
    iso,
    longest,
    month,
    numeric,
    quarter,
    resolved,
    season,
    years,
)
from rag.dates.calendar import ONE_DAY, SEASONS, Grain, Period, Third, Yearly
from rag.dates.lexicon import (
    DAY_PARTS,
    NOUN_OPENERS,
    UNITS,
    DateTokens,
    month_stands,
    weekday_stands,
)
from rag.text.lexicon import (
    MONTHS,
    NUMBER_WORDS,
    ORDINALS,
    WEEKDAYS,
)

_STEPS = {"last": -1, "this": 0, "next": 1}
_DAYS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_PAST, _COMING = frozenset("past last".split()), frozenset("next coming".split())
_UNCOUNTED = frozenset("weekend quarter".split())
_VAGUE = frozenset("than over nearly almost least under".split())
_BEFORE_WEEKEND = frozenset("over at during on since before after until by the".split())


def day_word(words: DateTokens, place: int) -> Phrase | None:
    """Yesterday, today, tonight, tomorrow, last night, this morning, earlier today."""
    word, behind = words.at(place), words.at(place + 1)
    if word in {"earlier", "later"} and behind == "today":
        return _relative(place + 2, calendar.day(words.today))
    if word in _DAYS:
        stop = place + 1 + (behind in DAY_PARTS)
        return _relative(stop, calendar.day(words.today + timedelta(days=_DAYS[word])))
    if (word == "last" and behind == "night") or (word == "this" and behind in DAY_PARTS):
        return _relative(place + 2, calendar.day(words.today - (word == "last") * ONE_DAY))
    return None


def step(words: DateTokens, place: int) -> Phrase | None:
    """Last week, this year, next Tuesday, last June, this summer, last Christmas."""
    steps = _STEPS.get(words.at(place))
    name = words.at(place + 1)
    if steps is None:
        return None
    unit = UNITS.get(name)
    if unit == name and unit != "day":
        return _unit_step(words, place, unit, steps)
    if name in WEEKDAYS and weekday_stands(words, place + 1, place + 2):
        return _relative(place + 2, calendar.day(_weekday_step(words, WEEKDAYS[name], steps)))
    yearly = _yearly(words, place + 1)
    if yearly is None or not isinstance(yearly.meaning, Yearly) or yearly.meaning.year:
        return None
    found = _yearly_step(words, yearly.meaning, steps)
    return _relative(yearly.stop, found) if found is not None else None


def _unit_step(words: DateTokens, place: int, unit: Grain, steps: int) -> Phrase | None:
    """Last week; "this year so far" ends with today, "the week before last" is two weeks back."""
    if words.at(place - 1) in NOUN_OPENERS and steps:
        return None
    whole = calendar.moved(calendar.around(words.today, unit), steps)
    if steps == 0 and words.follows(place + 2, "so", "far"):
        return _relative(place + 4, Period(whole.start, words.today + ONE_DAY, "range"))
    return _relative(place + 2, whole)


def _weekday_step(words: DateTokens, weekday: int, steps: int) -> date:
    """Last: the nearest before today; this: that of today's week; next: the first after today."""
    ahead = weekday - words.today.weekday()
    if steps == 0:
        return words.today + timedelta(days=ahead)
    return words.today + timedelta(
        days=(ahead - 1) % 7 + 1 if steps > 0 else -((-ahead - 1) % 7 + 1)
    )


def _yearly(words: DateTokens, place: int) -> Phrase | None:
    """A month, season or feast without a year."""
    name = words.at(place)
    if name in SEASONS:
        return Phrase(place + 1, Yearly(lambda year: calendar.season(year, name)))
    if name in MONTHS:
        return month(words, place) if month_stands(words, place, place + 1) else None
    return feast(words, place)


def _yearly_step(words: DateTokens, yearly: Yearly, steps: int) -> Period | None:
    """Last: the latest that is over; next: the first that has not begun.

    This: the one that goes on, else that of this year, where a winter ends in its year.
    """
    if steps < 0:
        return _last_over(words, yearly)
    if steps > 0:
        return yearly.following(words.today + ONE_DAY)
    current = yearly.near(words.today, future=False)
    if current is not None and (words.today < current.end or current.end.year == words.today.year):
        return current
    return yearly.in_year(words.today.year)


def _last_over(words: DateTokens, yearly: Yearly) -> Period | None:
    """The latest that is over; where no article is as new, the latest that articles may be of."""
    over = yearly.preceding(words.today)
    if over is not None and words.today < over.end:
        over = yearly.preceding(over.start - ONE_DAY)
    return yearly.preceding(words.latest) if over and words.latest < over.start else over


def rolling(words: DateTokens, place: int) -> Phrase | None:
    """The past three days, the last week, the past year, the next two weeks; today counts."""
    start = place + (words.at(place) in {"the", "this", "these"})
    past = words.at(start) in _PAST
    if not past and words.at(start) not in _COMING:
        return None
    stop, count = counted(words, start + 1)
    unit = UNITS.get(words.at(stop))
    if words.at(stop) == "hours":
        unit, count = "day", math.ceil((count or 24) / 24)
    if unit is None or unit == "weekend" or words.at(stop + 1) == "of":
        return None
    if count is None and not _whole(words, start, stop, single=start > place):
        return None
    return _relative(stop + 1, _stretch(words, unit, count or 1, past=past))


def _whole(words: DateTokens, start: int, stop: int, *, single: bool) -> bool:
    """Whether one unit is meant where no number stands: the last week, the past year."""
    singular = UNITS.get(words.at(stop)) == words.at(stop)
    the = words.at(start) == "past" or (words.at(start) == "last" and words.at(stop) != "day")
    return single and singular and the


def _stretch(words: DateTokens, unit: Grain, count: int, *, past: bool) -> Period:
    months, days = (length * count for length in calendar.LENGTHS[unit])
    tomorrow = words.today + ONE_DAY
    if past:
        return Period(calendar.later(words.today, -months, -days), tomorrow, "range")
    return Period(tomorrow, calendar.later(tomorrow, months, days), "range")


def counted(words: DateTokens, place: int) -> tuple[int, int | None]:
    """Where a number stops and what it is: three, 10, a couple of; None where there is none.

    "Few" is three.
    """
    if words.follows(place, "a", "couple", "of"):
        return place + 3, 2
    if words.follows(place, "couple", "of"):
        return place + 2, 2
    if words.at(place) == "few":
        return place + 1, 3
    if words.at(place) in {"a", "an"}:
        return place + 1, 1
    number = NUMBER_WORDS.get(words.at(place)) or words.number(place, (1, 2, 3))
    return (place + 1, number) if number else (place, None)


def ago(words: DateTokens, place: int) -> Phrase | None:
    """Three days ago; the week, month, year or decade that was two of them ago."""
    stop, count = counted(words, place)
    unit = UNITS.get(words.at(stop))
    if count is None or unit is None or unit in _UNCOUNTED or words.at(stop + 1) != "ago":
        return None
    if words.at(place - 1) in _VAGUE or words.at(place) == "few":
        return None
    now = calendar.around(words.today, unit)
    return _relative(stop + 2, calendar.moved(now, -count))


def so_far(words: DateTokens, place: int) -> Phrase | None:
    """Earlier this year, so far this month: up to today. Later this year: from today on."""
    early = words.at(place) == "earlier" or words.follows(place, "so", "far")
    start = place + 1 + (words.at(place) == "so")
    unit = UNITS.get(words.at(start + 1))
    if not early and words.at(place) != "later":
        return None
    if words.at(start) != "this" or unit is None or unit in {"day", "weekend"}:
        return None
    whole = calendar.around(words.today, unit)
    if early:
        return _relative(start + 2, Period(whole.start, words.today + ONE_DAY, "range"))
    return _relative(start + 2, Period(words.today, whole.end, "range"))


def before_last(words: DateTokens, place: int) -> Phrase | None:
    """The week, month, year before last."""
    start = place + (words.at(place) == "the")
    unit = UNITS.get(words.at(start))
    if unit is None or unit == "day" or not words.follows(start + 1, "before", "last"):
        return None
    if words.at(start + 3) in UNITS | WEEKDAYS | MONTHS:
        return None
    now = calendar.around(words.today, unit)
    return _relative(start + 3, calendar.moved(now, -2))


def weekday(words: DateTokens, place: int) -> Phrase | None:
    """Tuesday, Friday of last week."""
    number = WEEKDAYS.get(words.at(place))
    if number is None or not weekday_stands(words, place, place + 1):
        return None
    week = place + 1 + (words.at(place + 1) == "of")
    steps = _STEPS.get(words.at(week))
    if steps is not None and words.at(week + 1) == "week":
        monday = calendar.week(words.today).start
        return _relative(week + 2, calendar.day(monday + timedelta(days=7 * steps + number)))
    ahead = (number - words.today.weekday()) % 7
    days = ahead if words.coming(place) or ahead == 0 else ahead - 7
    return _relative(place + 1, calendar.day(words.today + timedelta(days=days)))


def the_weekend(words: DateTokens, place: int) -> Phrase | None:
    """The weekend: the latest that has begun, or, in the future, the first that is not over."""
    if not words.follows(place, "the", "weekend") or words.at(place + 2) in {"of", "before"}:
        return None
    if words.at(place - 1) not in _BEFORE_WEEKEND:
        return None
    found = calendar.weekend(words.today)
    if not words.coming(place) and words.today < found.start:
        found = calendar.moved(found, -1)
    return _relative(place + 2, found)


def _relative(stop: int, period: Period) -> Phrase:
    return Phrase(stop, period, relative=True)


RELATIVE = (day_word, step, rolling, ago, so_far, before_last, weekday, the_weekend)


_PLAIN = (iso, numeric, day_of_month, month, quarter, season, decade, years, feast, *RELATIVE)
_THIRDS: dict[str, Third] = {"early": "early", "mid": "mid", "late": "late"}
_EDGES = {"end": True, "close": True, "start": False, "beginning": False}
_BLOCKS: dict[str, Grain] = {**UNITS, "half": "half"}
_LAST = frozenset("last final latter closing".split())
_FIRST = frozenset("first opening".split())


def plain(words: DateTokens, place: int) -> Phrase | None:
    """A date that is no part of another; the part of the day behind it belongs to it."""
    found = longest(_PLAIN, words, place)
    if found is None or words.at(found.stop) not in DAY_PARTS or found.meaning is None:
        return found
    period = resolved(found, words, place)
    if period is None or period.grain != "day":
        return found
    return Phrase(found.stop + 1, found.meaning, found.relative)


def third(words: DateTokens, place: int) -> Phrase | None:
    """Early March 2024, mid-2024, late in June, the early 1990s."""
    start = place + (words.at(place) == "the")
    which = _THIRDS.get(words.at(start))
    if which is None:
        return None
    stop = start + 1 + (words.at(start + 1) in {"-", "in"})
    found = plain(words, stop)
    if found is None or (start > place and not _is_decade(found)):
        return None
    return cut(found, lambda period: calendar.third(period, which))


def _is_decade(phrase: Phrase) -> bool:
    return isinstance(phrase.meaning, Period) and phrase.meaning.grain == "decade"


def edge(words: DateTokens, place: int) -> Phrase | None:
    """The end of August, the start of the year, the middle of May."""
    start = place + (words.at(place) == "the")
    name = words.at(start)
    if (name not in _EDGES and name != "middle") or words.at(start + 1) != "of":
        return None
    found = _whole_period(words, start + 2)
    if found is None:
        return None
    if name == "middle":
        return cut(found, lambda period: calendar.third(period, "mid"))
    return cut(found, lambda period: calendar.edge(period, end=_EDGES[name]))


def _whole_period(words: DateTokens, place: int) -> Phrase | None:
    """A plain date, or "the year" for this year."""
    named = plain(words, place)
    unit = UNITS.get(words.at(place + 1))
    if named is not None or unit is None or unit in {"day", "weekend"}:
        return named
    if words.at(place) != "the" or words.at(place + 2) == "of":
        return None
    return Phrase(place + 2, calendar.around(words.today, unit), relative=True)


def block(words: DateTokens, place: int) -> Phrase | None:
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
    found = _whole_period(words, stop + 2)
    if found is None:
        return None
    if count is None and words.at(stop) in {"days", "weeks"}:
        return cut(found, lambda period: calendar.edge(period, end=number < 0))
    return cut(found, lambda period: calendar.block(period, number, unit, count or 1))


def around_day(words: DateTokens, place: int) -> Phrase | None:
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
        return Period(calendar.later(period.end, days=-7), period.end, "range")
    if name == "week":
        return calendar.week(period.start)
    return calendar.weekend(period.start) if name == "weekend" else period


def eve(words: DateTokens, place: int) -> Phrase | None:
    """The eve of 9 June 2024."""
    start = place + (words.at(place) == "the")
    if not words.follows(start, "eve", "of"):
        return None
    found = plain(words, start + 2)
    return None if found is None else cut(found, lambda period: _counted_from(period, "day", -1))


def counted_from(words: DateTokens, place: int) -> Phrase | None:
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
        return calendar.moved(period, steps)
    if period.grain != "day" and (unit != "day" or steps > 0):
        return None
    months, days = calendar.LENGTHS[unit]
    return calendar.day(calendar.later(period.start, months * steps, days * steps))


def _next_to(period: Period, unit: Grain, sign: int) -> Period | None:
    """The unit right before or after: the week before a day is the seven days before it."""
    if period.grain == unit or unit == "day":
        return _counted_from(period, unit, sign)
    if period.grain != "day":
        return None
    months, days = calendar.LENGTHS[unit]
    if sign < 0:
        return Period(calendar.later(period.start, -months, -days), period.start, "range")
    return Period(period.end, calendar.later(period.end, months, days), "range")


PARTS = (third, edge, block, around_day, eve, counted_from)


def dated(words: DateTokens, place: int) -> Phrase | None:
    """Any date that names one period."""
    return longest((plain, *PARTS), words, place)
