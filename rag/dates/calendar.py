"""Days and periods of the calendar, and the date expressions that name them.

A period is a half-open interval of days.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

Grain = Literal[
    "day", "weekend", "week", "month", "quarter", "season", "half", "year", "decade", "range"
]
Third = Literal["early", "mid", "late"]

ONE_DAY = timedelta(days=1)
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}

# Length of each grain as (months, days).
LENGTHS: dict[Grain, tuple[int, int]] = {
    "day": (0, 1),
    "week": (0, 7),
    "weekend": (0, 7),
    "month": (1, 0),
    "quarter": (3, 0),
    "season": (12, 0),
    "half": (6, 0),
    "year": (12, 0),
    "decade": (120, 0),
}
# Where "mid" and "late" begin, from the start of a period; of a decade 0-3, 4-6 and 7-9.
_THIRDS: dict[Grain, tuple[tuple[int, int], tuple[int, int]]] = {
    "month": ((0, 10), (0, 20)),
    "quarter": ((1, 0), (2, 0)),
    "season": ((1, 0), (2, 0)),
    "half": ((2, 0), (4, 0)),
    "year": ((4, 0), (8, 0)),
    "decade": ((48, 0), (84, 0)),
}
# How much "the end of" a period is.
_EDGES: dict[Grain, tuple[int, int]] = {
    "week": (0, 1),
    "month": (0, 7),
    "quarter": (1, 0),
    "season": (1, 0),
    "half": (1, 0),
    "year": (1, 0),
    "decade": (12, 0),
}


@dataclass(frozen=True, slots=True)
class Period:
    """The days ``[start, end)``, and what kind of stretch they are."""

    start: date
    end: date
    grain: Grain

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"no day lies between {self.start} and {self.end}")


@dataclass(frozen=True, slots=True)
class Yearly:
    """A period that every year has, such as a month or 20 December; ``year`` is None if not said.

    ``in_year`` gives None for a year that does not have it, such as 29 February.
    """

    in_year: Callable[[int], Period | None]
    year: int | None = None

    def near(self, today: date, *, future: bool) -> Period | None:
        """That of ``year``; else the latest that has begun by ``today``, or, in the future, the
        first that has not ended."""
        if self.year is not None:
            return self.in_year(self.year)
        if future:
            coming = (self.in_year(today.year + later) for later in range(-1, 9))
            return next((period for period in coming if period and today < period.end), None)
        gone = (self.in_year(today.year - earlier) for earlier in range(9))
        return next((period for period in gone if period and period.start <= today), None)

    def following(self, start: date) -> Period | None:
        """The first that begins on ``start`` or later."""
        years = (self.in_year(start.year + later) for later in range(9))
        return next((period for period in years if period and start <= period.start), None)

    def preceding(self, end: date) -> Period | None:
        """The last that begins on ``end`` or earlier."""
        return Yearly(self.in_year).near(end, future=False)


def later(day: date, months: int = 0, days: int = 0) -> date:
    """``day`` moved; where the month is too short for the day, its last one."""
    total = day.year * 12 + day.month - 1 + months
    first = date(total // 12, total % 12 + 1, 1)
    following = date((total + 1) // 12, (total + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - ONE_DAY) + timedelta(days=days)


def day(of: date) -> Period:
    return Period(of, of + ONE_DAY, "day")


def week(of: date) -> Period:
    monday = of - timedelta(days=of.weekday())
    return Period(monday, monday + timedelta(days=7), "week")


def weekend(of: date) -> Period:
    """Saturday and Sunday of the week in which ``of`` lies."""
    monday = week(of).start
    return Period(monday + timedelta(days=5), monday + timedelta(days=7), "weekend")


def month(year: int, number: int) -> Period:
    start = date(year, number, 1)
    return Period(start, later(start, months=1), "month")


def quarter(year: int, number: int) -> Period:
    start = date(year, 3 * number - 2, 1)
    return Period(start, later(start, months=3), "quarter")


def half(year: int, number: int) -> Period:
    start = date(year, 6 * number - 5, 1)
    return Period(start, later(start, months=6), "half")


def season(year: int, name: str) -> Period:
    start = date(year, SEASONS[name], 1)
    return Period(start, later(start, months=3), "season")


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number + 1, 1, 1), "year")


def decade(first_year: int) -> Period:
    return Period(date(first_year, 1, 1), date(first_year + 10, 1, 1), "decade")


def around(today: date, unit: Grain) -> Period:
    """The calendar's day, week, month, … in which ``today`` lies."""
    makers: dict[Grain, Callable[[], Period]] = {
        "day": lambda: day(today),
        "week": lambda: week(today),
        "weekend": lambda: weekend(today),
        "month": lambda: month(today.year, today.month),
        "quarter": lambda: quarter(today.year, (today.month + 2) // 3),
        "half": lambda: half(today.year, (today.month + 5) // 6),
        "year": lambda: year(today.year),
        "decade": lambda: decade(today.year // 10 * 10),
    }
    return makers[unit]()


def moved(period: Period, steps: int) -> Period:
    """The period ``steps`` of its own kind later."""
    months, days = LENGTHS[period.grain]
    start = later(period.start, months * steps, days * steps)
    end = later(period.end, months * steps, days * steps)
    return Period(start, end, period.grain)


def third(period: Period, which: Third) -> Period | None:
    """Its early, middle or late part; None for a day or a week."""
    if period.grain not in _THIRDS:
        return None
    mid, late = (later(period.start, *offset) for offset in _THIRDS[period.grain])
    bounds = {"early": (period.start, mid), "mid": (mid, late), "late": (late, period.end)}
    return Period(*bounds[which], "range")


def edge(period: Period, *, end: bool) -> Period | None:
    """Its beginning or its end: the week of a month, the month of a year, the year of a decade."""
    if period.grain not in _EDGES:
        return None
    months, days = _EDGES[period.grain]
    if end:
        return Period(later(period.end, -months, -days), period.end, "range")
    return Period(period.start, later(period.start, months, days), "range")


def block(period: Period, number: int, unit: Grain, count: int = 1) -> Period | None:
    """The ``number``-th run of ``count`` units from its start (1, 2, …) or its end (-1).

    None where that does not lie inside the period.
    """
    months, days = (length * count for length in _length(unit, period))
    if (months, days) == (0, 0):
        return None
    if number < 0:
        start, end = later(period.end, -months, -days), period.end
    else:
        start = later(period.start, months * (number - 1), days * (number - 1))
        end = later(start, months, days)
    if unit == "half" and period.grain == "month" and number in (2, -1):
        start, end = later(period.start, days=days), period.end
    if start < period.start or period.end < end:
        return None
    named = count == 1 and unit != "week" and not (unit == "half" and period.grain != "year")
    return Period(start, end, unit if named else "range")


def _length(unit: Grain, period: Period) -> tuple[int, int]:
    if unit != "half":
        return LENGTHS[unit]
    return {"month": (0, 15), "year": (6, 0), "decade": (60, 0)}.get(period.grain, (0, 0))


_DAY_OR_TIME = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?"
    r"(?: ?(?:Z|[+-]\d{2}:?\d{2}))?)?",
    re.ASCII,
)


def latest_day() -> date:
    """The day that it is, here or in UTC, whichever is later: what is dated after it is ahead."""
    return max(date.today(), datetime.now(UTC).date())


def parse_day(text: str) -> date | None:
    """The day of an ISO day or date-time, as written there; None for anything else.

    ``2024-12-20`` and ``2024-12-20T23:30:00-05:00`` are both 20 December: a time zone does not
    move the day. Impossible days such as ``2024-02-30`` give None.
    """
    match = _DAY_OR_TIME.fullmatch(text)
    if match is None:
        return None
    try:
        return date.fromisoformat(match["day"])
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class DateExpression:
    """The words ``text[start:end]`` name the days ``[after, before)``; ``None`` is an open side.

    The words hold what changes the meaning ("before June") and nothing else ("June" of "in June").
    ``grain`` is "range" for every stretch that is no unit of the calendar, and for an open one.
    ``relative`` says that the days depend on the day from which the text is read.
    """

    start: int
    end: int
    after: date | None
    before: date | None
    grain: Grain
    relative: bool

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a date expression has the empty span [{self.start}, {self.end})")
        if self.after is None and self.before is None:
            raise ValueError("a date expression is open on both sides")
        if self.after is not None and self.before is not None and self.after >= self.before:
            raise ValueError(f"no day lies between {self.after} and {self.before}")
