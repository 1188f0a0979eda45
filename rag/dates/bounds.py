"""A period and the words that open or close it in; the days that are meant, as bounds, out.

==========================================  ===================================================
words                                       days of a collection of news
==========================================  ===================================================
in, on, at, during, throughout, over X      X
since X, from X (onwards), on or after X    from the first day of X on
after X, later than X, following X          from the day after X on
before X, prior to X, earlier than X        up to the day before X
until X, up to X, through X, by X           up to the last day of X
as of X, no later than X, on or before X    up to the last day of X
between X and Y, from X to Y, X to Y, X-Y   from the first day of X to the last day of Y
before the end of X, after the start of X   up to the last day of X, from the first day of X on
==========================================  ===================================================

"From X" behind a document is X itself: news from June, a report from last week.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from rag.dates.periods import Grain, Period, Yearly

Relation = Literal["", "since", "after", "before", "until", "between"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Words ``[start, stop)`` name the days ``[after, before)``; the date itself is at ``core``.

    Both sides are open for a day that no calendar has. ``yearly`` is the date if it lacked a year,
    ``taken`` the year that it was given because no article is newer.
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
    taken: str = field(default="", compare=False)

    @property
    def impossible(self) -> bool:
        return self.after is None and self.before is None


def bounded(
    start: int, stop: int, core: int, relation: Relation, period: Period, *, relative: bool
) -> Bounds:
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
    return Bounds(start, stop, core, relation, after, before, grain, relative)


def with_relation(found: Bounds, period: Period) -> Bounds:
    """``found`` with the days that its relation makes of ``period``."""
    return bounded(
        found.start, found.stop, found.core, found.relation, period, relative=found.relative
    )
