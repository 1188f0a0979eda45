"""Dates counted from a day in: yesterday, last month, on Tuesday, the past week; phrases out.

Without the article, "last week" is the calendar's week before this one; "the last week" and "the
past week" are the seven days before today, and today. A bare weekday is the nearest one on or
before today, or, where the sentence speaks of what is to come, on or after it.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

from rag.dates import periods
from rag.dates.lookalikes import month_stands, weekday_stands
from rag.dates.periods import ONE_DAY, SEASONS, Grain, Period, Yearly
from rag.dates.phrase import Phrase
from rag.dates.seasons import feast
from rag.dates.words import DAY_PARTS, DETERMINERS, MONTHS, NUMBERS, UNITS, WEEKDAYS, Words
from rag.dates.written import month

_STEPS = {"last": -1, "this": 0, "next": 1}
_DAYS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_PAST, _COMING = frozenset("past last".split()), frozenset("next coming".split())
_UNCOUNTED = frozenset("weekend quarter".split())
_VAGUE = frozenset("than over nearly almost least under".split())
_BEFORE_WEEKEND = frozenset("over at during on since before after until by the".split())


def day_word(words: Words, place: int) -> Phrase | None:
    """Yesterday, today, tonight, tomorrow, last night, this morning, earlier today."""
    word, behind = words.at(place), words.at(place + 1)
    if word in {"earlier", "later"} and behind == "today":
        return _relative(place + 2, periods.day(words.today))
    if word in _DAYS:
        stop = place + 1 + (behind in DAY_PARTS)
        return _relative(stop, periods.day(words.today + timedelta(days=_DAYS[word])))
    if (word == "last" and behind == "night") or (word == "this" and behind in DAY_PARTS):
        return _relative(place + 2, periods.day(words.today - (word == "last") * ONE_DAY))
    return None


def step(words: Words, place: int) -> Phrase | None:
    """Last week, this year, next Tuesday, last June, this summer, last Christmas."""
    steps = _STEPS.get(words.at(place))
    name = words.at(place + 1)
    if steps is None:
        return None
    unit = UNITS.get(name)
    if unit == name and unit != "day":
        return _unit_step(words, place, unit, steps)
    if name in WEEKDAYS and weekday_stands(words, place + 1, place + 2):
        return _relative(place + 2, periods.day(_weekday_step(words, WEEKDAYS[name], steps)))
    yearly = _yearly(words, place + 1)
    if yearly is None or not isinstance(yearly.meaning, Yearly) or yearly.meaning.year:
        return None
    found = _yearly_step(words, yearly.meaning, steps)
    return _relative(yearly.stop, found) if found is not None else None


def _unit_step(words: Words, place: int, unit: Grain, steps: int) -> Phrase | None:
    """Last week; "this year so far" ends with today, "the week before last" is two weeks back."""
    if words.at(place - 1) in DETERMINERS and steps:
        return None
    whole = periods.moved(periods.around(words.today, unit), steps)
    if steps == 0 and words.follows(place + 2, "so", "far"):
        return _relative(place + 4, Period(whole.start, words.today + ONE_DAY, "range"))
    return _relative(place + 2, whole)


def _weekday_step(words: Words, weekday: int, steps: int) -> date:
    """Last: the nearest before today; this: that of today's week; next: the first after today."""
    ahead = weekday - words.today.weekday()
    if steps == 0:
        return words.today + timedelta(days=ahead)
    return words.today + timedelta(
        days=(ahead - 1) % 7 + 1 if steps > 0 else -((-ahead - 1) % 7 + 1)
    )


def _yearly(words: Words, place: int) -> Phrase | None:
    """A month, season or feast without a year."""
    name = words.at(place)
    if name in SEASONS:
        return Phrase(place + 1, Yearly(lambda year: periods.season(year, name)))
    if name in MONTHS:
        return month(words, place) if month_stands(words, place, place + 1) else None
    return feast(words, place)


def _yearly_step(words: Words, yearly: Yearly, steps: int) -> Period | None:
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


def _last_over(words: Words, yearly: Yearly) -> Period | None:
    """The latest that is over; where no article is as new, the latest that articles may be of."""
    over = yearly.preceding(words.today)
    if over is not None and words.today < over.end:
        over = yearly.preceding(over.start - ONE_DAY)
    return yearly.preceding(words.latest) if over and words.latest < over.start else over


def rolling(words: Words, place: int) -> Phrase | None:
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


def _whole(words: Words, start: int, stop: int, *, single: bool) -> bool:
    """Whether one unit is meant where no number stands: the last week, the past year."""
    singular = UNITS.get(words.at(stop)) == words.at(stop)
    the = words.at(start) == "past" or (words.at(start) == "last" and words.at(stop) != "day")
    return single and singular and the


def _stretch(words: Words, unit: Grain, count: int, *, past: bool) -> Period:
    months, days = (length * count for length in periods.LENGTHS[unit])
    tomorrow = words.today + ONE_DAY
    if past:
        return Period(periods.later(words.today, -months, -days), tomorrow, "range")
    return Period(tomorrow, periods.later(tomorrow, months, days), "range")


def counted(words: Words, place: int) -> tuple[int, int | None]:
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
    number = NUMBERS.get(words.at(place)) or words.number(place, (1, 2, 3))
    return (place + 1, number) if number else (place, None)


def ago(words: Words, place: int) -> Phrase | None:
    """Three days ago; the week, month, year or decade that was two of them ago."""
    stop, count = counted(words, place)
    unit = UNITS.get(words.at(stop))
    if count is None or unit is None or unit in _UNCOUNTED or words.at(stop + 1) != "ago":
        return None
    if words.at(place - 1) in _VAGUE or words.at(place) == "few":
        return None
    now = periods.around(words.today, unit)
    return _relative(stop + 2, periods.moved(now, -count))


def so_far(words: Words, place: int) -> Phrase | None:
    """Earlier this year, so far this month: up to today. Later this year: from today on."""
    early = words.at(place) == "earlier" or words.follows(place, "so", "far")
    start = place + 1 + (words.at(place) == "so")
    unit = UNITS.get(words.at(start + 1))
    if not early and words.at(place) != "later":
        return None
    if words.at(start) != "this" or unit is None or unit in {"day", "weekend"}:
        return None
    whole = periods.around(words.today, unit)
    if early:
        return _relative(start + 2, Period(whole.start, words.today + ONE_DAY, "range"))
    return _relative(start + 2, Period(words.today, whole.end, "range"))


def before_last(words: Words, place: int) -> Phrase | None:
    """The week, month, year before last."""
    start = place + (words.at(place) == "the")
    unit = UNITS.get(words.at(start))
    if unit is None or unit == "day" or not words.follows(start + 1, "before", "last"):
        return None
    if words.at(start + 3) in UNITS | WEEKDAYS | MONTHS:
        return None
    now = periods.around(words.today, unit)
    return _relative(start + 3, periods.moved(now, -2))


def weekday(words: Words, place: int) -> Phrase | None:
    """Tuesday, Friday of last week."""
    number = WEEKDAYS.get(words.at(place))
    if number is None or not weekday_stands(words, place, place + 1):
        return None
    week = place + 1 + (words.at(place + 1) == "of")
    steps = _STEPS.get(words.at(week))
    if steps is not None and words.at(week + 1) == "week":
        monday = periods.week(words.today).start
        return _relative(week + 2, periods.day(monday + timedelta(days=7 * steps + number)))
    ahead = (number - words.today.weekday()) % 7
    days = ahead if words.coming(place) or ahead == 0 else ahead - 7
    return _relative(place + 1, periods.day(words.today + timedelta(days=days)))


def the_weekend(words: Words, place: int) -> Phrase | None:
    """The weekend: the latest that has begun, or, in the future, the first that is not over."""
    if not words.follows(place, "the", "weekend") or words.at(place + 2) in {"of", "before"}:
        return None
    if words.at(place - 1) not in _BEFORE_WEEKEND:
        return None
    found = periods.weekend(words.today)
    if not words.coming(place) and words.today < found.start:
        found = periods.moved(found, -1)
    return _relative(place + 2, found)


def _relative(stop: int, period: Period) -> Phrase:
    return Phrase(stop, period, relative=True)


RELATIVE = (day_word, step, rolling, ago, so_far, before_last, weekday, the_weekend)
