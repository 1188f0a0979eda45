"""Infers the date window of a question, and intersects it with the one that the user set.

``infer_window`` is the entry: it finds the dates of a question, decides which of them filter, and
removes the words of those from what is searched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.dates.calendar import ONE_DAY, DateExpression
from rag.dates.lexicon import DateTokens
from rag.dates.roles import is_firm, neutral_words, role_of
from rag.dates.tagger import DateMatch, expression, scan
from rag.errors import QuestionError
from rag.types import Window


@dataclass(frozen=True, slots=True)
class Assumed:
    """The ``words`` of a date without a year, and ``said``, the same with the assumed year."""

    words: str
    said: str


def assume_years(words: DateTokens, found: Sequence[DateMatch]) -> list[DateMatch]:
    """``found``, with ``assumed_year`` where the newest article, not today, decided the year."""
    if words.latest == words.today:
        return list(found)
    of_today = {(one.start, one.stop): one for one in scan(words.of_today())}
    return [_with_assumed_year(one, of_today.get((one.start, one.stop))) for one in found]


def _with_assumed_year(found: DateMatch, of_today: DateMatch | None) -> DateMatch:
    if of_today is None or found == of_today:
        return found
    return replace(found, assumed_year=_year(found))


def _year(found: DateMatch) -> str:
    """The year as it is said behind the words: "before May 2024", "winter 2023/24"."""
    if found.before is not None:
        last = found.before if found.relation == "before" else found.before - ONE_DAY
        if found.grain == "season" and found.after and found.after.year < last.year:
            return f"{found.after.year}/{last.year % 100:02}"
        return str(last.year)
    if found.after is not None:
        first = found.after - ONE_DAY if found.relation == "after" else found.after
        return str(first.year)
    return ""


_LEADING = frozenset("for of from".split())
_JOINING = frozenset("and or ,".split())
_GAP = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"\s+(?=[?.,;:!)])")


def without_dates(words: DateTokens, question: str, dates: Sequence[DateMatch]) -> str:
    """``question`` without the words of ``dates``, their prepositions, and what joined them.

    Empty when nothing but marks is left.
    """
    pieces, end = [], 0
    for start, stop in _merge_adjacent(words, [_span(words, one) for one in dates]):
        start, stop = _with_marks(words, start, stop)
        pieces.append(question[end : words[start].start])
        end = words[stop - 1].end
    pieces.append(question[end:])
    left = _BEFORE_MARK.sub("", _GAP.sub(" ", " ".join(pieces))).strip()
    if not dates:
        return question.strip()
    return left if any(character.isalnum() for character in left) else ""


def _span(words: DateTokens, found: DateMatch) -> tuple[int, int]:
    """The words of a date with the preposition before it or the possessive behind it."""
    start, stop = found.start, found.stop
    if words.possessive(stop):
        return start, stop + 1 + (words.at(stop + 1) == "s")
    return start - (neutral_words(words, found) or words.at(start - 1) in _LEADING), stop


def _merge_adjacent(words: DateTokens, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, with those merged between which stand only "and", "or" and commas."""
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        between = range(joined[-1][1], start) if joined else range(0)
        if joined and all(words.at(place) in _JOINING for place in between):
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined


def _with_marks(words: DateTokens, start: int, stop: int) -> tuple[int, int]:
    """The span with the brackets around it, and with the commas that nothing else needs."""
    if words.at(start - 1) == "(" and words.at(stop) == ")":
        return start - 1, stop + 1
    comma = words.at(stop) == ","
    if comma and start == 0:
        return start, stop + 1
    if words.at(start - 1) == "," and (comma or not words.raw(stop).isalnum()):
        return start - 1, stop + comma
    return start, stop


# A bound of a window; ``None`` leaves that side open.
Side = date | None


@dataclass(frozen=True, slots=True)
class InferredWindow:
    """What the dates of a question mean.

    ``filters`` is the window of the likelier interpretation, ``other`` that of the second one where
    the question is ``ambiguous``; None is no window. ``firm`` says that the question speaks of what
    was published or known in those days: else they are only preferred. ``subject`` are the dates
    that do not filter in the first interpretation. ``remainder`` is the question without the words
    that filter, and ``impossible`` holds the words that name a day which no calendar has.
    ``assumed`` are the dates that filter whose year is that of the collection's newest articles.
    """

    filters: Window | None
    subject: tuple[DateExpression, ...]
    remainder: str
    firm: bool = False
    ambiguous: bool = False
    other: Window | None = None
    impossible: tuple[str, ...] = ()
    assumed: tuple[Assumed, ...] = ()


def infer_window(question: str, today: date, newest: date | None = None) -> InferredWindow:
    """The window of ``question``, asked on ``today``; ``newest`` is the newest article's day.

    Raises QuestionError when no day is left between its dates ("after 2025 and before 2024").

    >>> infer_window("Who presented the 2023 budget in March 2024?", date(2024, 12, 25)).remainder
    'Who presented the 2023 budget?'
    """
    words = DateTokens(question, today, newest)
    found = assume_years(words, scan(words))
    dates = [(one, role_of(words, one)) for one in found if not one.impossible]
    filtering = [one for one, role in dates if role.filters]
    firm = all(is_firm(words, one) for one in filtering)
    window = _combined(words, question, filtering, strictly=firm)
    sure = [one for one, role in dates if role.filters and not role.ambiguous]
    doubtful = [one for one, role in dates if not role.filters and role.ambiguous]
    other, ambiguous = _alternative_window(words, question, sure, doubtful, window)
    return InferredWindow(
        filters=window,
        subject=tuple(expression(words, one) for one, role in dates if not role.filters),
        remainder=without_dates(words, question, filtering),
        firm=firm,
        ambiguous=ambiguous,
        other=other,
        impossible=tuple(_written(words, question, one) for one in found if one.impossible),
        assumed=tuple(
            Assumed(_written(words, question, one), _window_words(words, question, one))
            for one in filtering
            if one.assumed_year
        ),
    )


def _alternative_window(
    words: DateTokens,
    question: str,
    sure: Sequence[DateMatch],
    doubtful: Sequence[DateMatch],
    window: Window | None,
) -> tuple[Window | None, bool]:
    """The window if every ambiguous date had its other role, and whether that differs."""
    try:
        windows = [_combined(words, question, dates) for dates in (sure, doubtful)]
        other = _intersection([one for one in windows if one])
    except QuestionError:  # an interpretation that leaves no day is none
        return None, False
    return (None, False) if _days(other) == _days(window) else (other, True)


def _combined(
    words: DateTokens, question: str, dates: Sequence[DateMatch], *, strictly: bool = True
) -> Window | None:
    """The days that all ``dates`` allow; of days that are only preferred there may be none."""
    windows = [
        Window(*_until_today(words, one), said=_window_words(words, question, one)) for one in dates
    ]
    closed = [window for window in windows if window.after and window.before]
    if len(closed) > 1 and not _overlap(closed):
        windows = [_hull(closed), *(window for window in windows if window not in closed)]
    try:
        return _intersection(windows)
    except QuestionError:
        if strictly:
            raise
        return None


def _overlap(closed: Sequence[Window]) -> bool:
    last_start = max(window.after for window in closed if window.after)
    return all(window.before and last_start < window.before for window in closed)


def _hull(closed: Sequence[Window]) -> Window:
    after = min(window.after for window in closed if window.after)
    before = max(window.before for window in closed if window.before)
    return Window(after, before, _all_said(closed))


def _intersection(windows: Sequence[Window]) -> Window | None:
    """The days that all windows share. Raises QuestionError when there are none."""
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


def _until_today(words: DateTokens, found: DateMatch) -> tuple[Side, Side]:
    """The days of ``found``; of "this week" and the like, those up to today."""
    this = words.at(found.core) == "this" and not found.relation
    if this and found.after and found.before and found.after <= words.today < found.before:
        return found.after, words.today + ONE_DAY
    return found.after, found.before


def _window_words(words: DateTokens, question: str, found: DateMatch) -> str:
    """The words of the date; with the year, and without "last", where the year is assumed."""
    if not found.assumed_year:
        return _written(words, question, found)
    core = found.core + (words.at(found.core) == "last")
    opening = question[words[found.start].start : words[found.core].start]
    return (
        f"{opening}{question[words[core].start : words[found.stop - 1].end]} {found.assumed_year}"
    )


def _written(words: DateTokens, question: str, found: DateMatch) -> str:
    return question[words[found.start].start : words[found.stop - 1].end]


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


def intersect_windows(explicit: Window | None, inferred: Window | None) -> Window | None:
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


def assumed_years_note(assumed: Sequence[Assumed], newest: date) -> str:
    """One sentence on the dates without a year, for the user; empty where there are none."""
    if not assumed:
        return ""
    readings = " and ".join(f"“{one.words}” is read as “{one.said}”" for one in assumed)
    return f"{readings}, since the articles that are searched end on {newest}."


def _next(day: date | None) -> date | None:
    return day + timedelta(days=1) if day is not None and day < date.max else None
