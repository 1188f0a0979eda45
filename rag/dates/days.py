"""Written dates in, days of the calendar out: strict, never guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

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
