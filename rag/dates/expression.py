"""What a date expression is: the words of a text and the days that they name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rag.dates.periods import Grain


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
