"""A question in; the window that its dates ask for, the dates that name its subject, and the rest.

Several windows are combined like this: open ones narrow ("after 3 March and before June"); closed
ones that share no day ("in May and in July", "Monday or Tuesday") are taken from the first day to
the last, since an article of either is asked for. "This week", "this month" and the like end with
today.

A date without a year is the latest one, and never later than the month of the collection's newest
article: asked in 2026 of articles up to December 2024, "in June" is June 2024. What is counted from
today ("last week") stays counted from today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.dates.assumed import Assumed, with_years_taken
from rag.dates.bounds import Bounds
from rag.dates.expression import DateExpression
from rag.dates.periods import ONE_DAY
from rag.dates.place import role_of
from rag.dates.remainder import without
from rag.dates.scan import expression, scan
from rag.dates.words import Words
from rag.errors import QuestionError
from rag.types import Window

Side = date | None


@dataclass(frozen=True, slots=True)
class WindowReading:
    """How the dates of a question were understood.

    ``filters`` is the window of the first reading, ``other`` that of the second one where the
    question is ``ambiguous``; None is no window. ``subject`` are the dates that name what is asked
    about in the first reading. ``remainder`` is the question without the words that filter, and
    ``impossible`` holds the words that name a day which no calendar has. ``assumed`` are the
    dates that filter whose year was taken from the collection.
    """

    filters: Window | None
    subject: tuple[DateExpression, ...]
    remainder: str
    ambiguous: bool = False
    other: Window | None = None
    impossible: tuple[str, ...] = ()
    assumed: tuple[Assumed, ...] = ()


def window_in(question: str, today: date, newest: date | None = None) -> WindowReading:
    """The reading of ``question``, asked on ``today`` of articles of which one is of ``newest``.

    Raises QuestionError when no day is left between its dates ("after 2025 and before 2024").

    >>> window_in("Who presented the 2023 budget in March 2024?", date(2024, 12, 25)).remainder
    'Who presented the 2023 budget?'
    """
    words = Words(question, today, newest)
    found = with_years_taken(words, scan(words))
    dates = [(one, role_of(words, one)) for one in found if not one.impossible]
    filtering = [one for one, role in dates if role.filters]
    window = _combined(words, question, filtering)
    firm = [one for one, role in dates if role.filters and not role.ambiguous]
    doubtful = [one for one, role in dates if not role.filters and role.ambiguous]
    other, ambiguous = _second(words, question, firm, doubtful, window)
    return WindowReading(
        filters=window,
        subject=tuple(expression(words, one) for one, role in dates if not role.filters),
        remainder=without(words, question, filtering),
        ambiguous=ambiguous,
        other=other,
        impossible=tuple(_written(words, question, one) for one in found if one.impossible),
        assumed=tuple(
            Assumed(_written(words, question, one), _said(words, question, one))
            for one in filtering
            if one.taken
        ),
    )


def _second(
    words: Words,
    question: str,
    firm: Sequence[Bounds],
    doubtful: Sequence[Bounds],
    window: Window | None,
) -> tuple[Window | None, bool]:
    """The window when every date in doubt has its other role, and whether it is another one."""
    try:
        windows = [_combined(words, question, dates) for dates in (firm, doubtful)]
        other = _met([one for one in windows if one])
    except QuestionError:  # a reading that leaves no day is none
        return None, False
    return (None, False) if _days(other) == _days(window) else (other, True)


def _combined(words: Words, question: str, dates: Sequence[Bounds]) -> Window | None:
    windows = [Window(*_until_today(words, one), said=_said(words, question, one)) for one in dates]
    closed = [window for window in windows if window.after and window.before]
    if len(closed) > 1 and not _overlap(closed):
        windows = [_hull(closed), *(window for window in windows if window not in closed)]
    return _met(windows)


def _overlap(closed: Sequence[Window]) -> bool:
    last_start = max(window.after for window in closed if window.after)
    return all(window.before and last_start < window.before for window in closed)


def _hull(closed: Sequence[Window]) -> Window:
    after = min(window.after for window in closed if window.after)
    before = max(window.before for window in closed if window.before)
    return Window(after, before, _all_said(closed))


def _met(windows: Sequence[Window]) -> Window | None:
    """The days of all of them. Raises QuestionError when there is none."""
    if not windows:
        return None
    after = max((window.after for window in windows if window.after), default=None)
    before = min((window.before for window in windows if window.before), default=None)
    if after is not None and before is not None and after >= before:
        names = " and ".join(repr(window.said) for window in windows)
        raise QuestionError(f"No day is both {names}; ask for other days.")
    return Window(after, before, _all_said(windows))


def _all_said(windows: Sequence[Window]) -> str:
    return ", ".join(window.said for window in windows)


def _days(window: Window | None) -> tuple[Side, Side]:
    return (window.after, window.before) if window else (None, None)


def _until_today(words: Words, found: Bounds) -> tuple[Side, Side]:
    """The days of ``found``; a calendar's unit that goes on and is said as "this" ends today."""
    this = words.at(found.core) == "this" and not found.relation
    if this and found.after and found.before and found.after <= words.today < found.before:
        return found.after, words.today + ONE_DAY
    return found.after, found.before


def _said(words: Words, question: str, found: Bounds) -> str:
    """The words of the date; with the year, and without "last", if the collection told the year."""
    if not found.taken:
        return _written(words, question, found)
    core = found.core + (words.at(found.core) == "last")
    opening = question[words[found.start].start : words[found.core].start]
    return f"{opening}{question[words[core].start : words[found.stop - 1].end]} {found.taken}"


def _written(words: Words, question: str, found: Bounds) -> str:
    return question[words[found.start].start : words[found.stop - 1].end]
