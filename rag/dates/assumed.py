"""Dates of a question in; the same out, told the year that was taken from the collection.

"In June", asked in 2026 of articles that end in December 2024, is June 2024 and not June 2026: then
2024 was taken, and whoever reads the answer is to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.dates.bounds import Bounds
from rag.dates.periods import ONE_DAY
from rag.dates.scan import scan
from rag.dates.words import Words


@dataclass(frozen=True, slots=True)
class Assumed:
    """The ``words`` of a question without a year, and ``said``, the same with the year taken."""

    words: str
    said: str


def with_years_taken(words: Words, found: Sequence[Bounds]) -> list[Bounds]:
    """``found``, with ``taken`` set where it would be of another year if only today counted."""
    if words.latest == words.today:
        return list(found)
    of_today = {(one.start, one.stop): one for one in scan(words.of_today())}
    return [_told(one, of_today.get((one.start, one.stop))) for one in found]


def _told(found: Bounds, of_today: Bounds | None) -> Bounds:
    if of_today is None or found == of_today:
        return found
    return replace(found, taken=_year(found))


def _year(found: Bounds) -> str:
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
