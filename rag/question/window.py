"""Windows: the user's after, before and as-of, and a question's own dates, in; one Window out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from rag.dates import Assumed
from rag.errors import QuestionError
from rag.types import Window


def explicit_window(
    *, after: date | None = None, before: date | None = None, as_of: date | None = None
) -> Window | None:
    """The days that all of them allow; ``None`` when none is given.

    ``after`` is the first day, ``before`` the first day that is too late, ``as_of`` the last day.
    Raises QuestionError when no day is left.
    """
    said = [
        f"{name} {day.isoformat()}"
        for name, day in (("after", after), ("before", before), ("as of", as_of))
        if day is not None
    ]
    if not said:
        return None
    ends = [day for day in (before, _next(as_of)) if day is not None]
    end = min(ends, default=None)
    if after is not None and end is not None and after >= end:
        raise QuestionError(
            f"No day is both {' and '.join(said)}; give an earlier start or a later end."
        )
    return Window(after, end, ", ".join(said))


def narrowed(explicit: Window | None, inferred: Window | None) -> Window | None:
    """``explicit`` with the days of ``inferred`` alone, so that a question's dates only narrow.

    Where the two share no day the user's own window stands as it is: what was set wins over what
    was understood.
    """
    if explicit is None or inferred is None:
        return explicit or inferred
    after = max((day for day in (explicit.after, inferred.after) if day), default=None)
    before = min((day for day in (explicit.before, inferred.before) if day), default=None)
    if after is not None and before is not None and after >= before:
        return explicit
    return Window(after, before, ", ".join(filter(None, (explicit.said, inferred.said))))


def newest_asked_about(newest: date | None, window: Window | None) -> date | None:
    """The last day that an article of ``window`` can have, where ``newest`` is the newest one's."""
    before = window.before if window else None
    last = before - timedelta(days=1) if before and before > date.min else None
    return min((day for day in (newest, last) if day), default=None)


def years_taken(assumed: Sequence[Assumed], newest: date) -> str:
    """One sentence on the dates without a year, for the user; empty where there are none."""
    if not assumed:
        return ""
    taken = " and ".join(f"“{one.words}” is read as “{one.said}”" for one in assumed)
    return f"{taken}, since the articles that are searched end on {newest}."


def _next(day: date | None) -> date | None:
    return day + timedelta(days=1) if day is not None and day < date.max else None
