"""Where a question speaks of a date: its words in, the places of the date's words out.

What day or month they mean is for the windows to say; here one date only takes another's place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTH = (
    "(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?\b"
_YEAR = r"(?:1[6-9]|20)\d\d\b"
_UNIT = "(?:day|week|weekend|month|quarter|year|decade|season|spring|summer|autumn|winter)"
_WEEKDAY = "(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_DATE = (
    r"(?:\d{4}-\d{2}-\d{2}\b|(?:(?:the )?(?:early|mid|late|beginning of|middle of|end of)[ -])?"
    rf"(?:the (?=\d{{1,2}}(?:st|nd|rd|th)))?(?:{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?"
    rf"|{_MONTH} {_DAY}(?!\d)(?:,? {_YEAR})?|{_MONTH}(?:,? (?:of )?{_YEAR})|{_YEAR})"
    rf"|(?:the )?(?:spring|summer|autumn|winter)(?: of)? {_YEAR}"
    rf"|the (?:first|second|third|fourth|last) (?:half|quarter|week|month)(?: of {_YEAR})?"
    rf"|(?:last|this|next|the previous|the following|the past|the last) (?:{_UNIT}|{_WEEKDAY})\b"
    rf"|(?:the|a) {_UNIT} (?:before|after|earlier|later)\b"
    rf"|yesterday|today|tomorrow|{_WEEKDAY}\b)"
)
_BARE_MONTH = rf"(?P<month>{_MONTH})"
_BEFORE = "(?:in|on|during|since|before|after|by|until|till|from|for|of|around|at)"
_SAID = re.compile(rf"\b(?:(?P<before>{_BEFORE}) )?(?P<date>{_DATE})(?!\w)", re.IGNORECASE)
_MONTH_SAID = re.compile(rf"\b(?P<before>{_BEFORE}) (?P<date>{_MONTH})(?!\w)", re.IGNORECASE)
_ONLY_MONTH = re.compile(_MONTH, re.IGNORECASE)
_COUNTED_ON = re.compile(rf"(?:the|a) {_UNIT} (?:before|after)", re.IGNORECASE)
_YEAR_SAID = re.compile(_YEAR)


@dataclass(frozen=True, slots=True)
class DateWords:
    """``text[start:end]``, of which ``text[date:end]`` is the date without its preposition."""

    text: str
    start: int
    date: int
    end: int

    @property
    def year(self) -> str:
        """The year that is said, or an empty string."""
        years = _YEAR_SAID.findall(self.text[self.date : self.end])
        return years[0] if years else ""

    @property
    def lacks_year(self) -> bool:
        """Whether it names a month, perhaps with a day, but no year."""
        return not self.year and _ONLY_MONTH.search(self.text, self.date, self.end) is not None

    @property
    def is_month(self) -> bool:
        """Whether it is a month without a year."""
        return _ONLY_MONTH.fullmatch(self.text, self.date, self.end) is not None


def date_words(text: str) -> list[DateWords]:
    """The dates that ``text`` speaks of, in order; a month alone needs a preposition before it.

    >>> [text[said.start:said.end] for text in ("And in May?",) for said in date_words(text)]
    ['in May']
    """
    found: list[DateWords] = []
    for pattern in (_SAID, _MONTH_SAID):
        for match in pattern.finditer(text):
            said = DateWords(text, match.start(), match.start("date"), match.end())
            if not any(said.start < other.end and other.start < said.end for other in found):
                found.append(said)
    return sorted(found, key=lambda said: said.start)


def redate(question: str, later: str) -> str | None:
    """``question`` with its last date replaced by that of ``later``; None unless both have one.

    A day or a month without a year keeps the year that it replaces, and "the day before" is that
    before it.

    >>> redate("What was the rate in March 2024?", "and in April?")
    'What was the rate in April 2024?'
    >>> redate("What happened on 9 June 2024?", "and the day before?")
    'What happened the day before 9 June 2024?'
    """
    old, new = date_words(question), date_words(later)
    if not old or not new:
        return None
    out, into = old[-1], new[0]
    year = f" {out.year}" if into.lacks_year and out.year else ""
    if _COUNTED_ON.fullmatch(later, into.date, into.end):
        year = f" {question[out.date : out.end]}"
    start, first = (out.date, into.date) if out.start == out.date else (out.start, into.start)
    if into.start == into.date and _keeps_preposition(into):
        start = out.date
    return question[:start] + later[first : into.end] + year + question[out.end :]


def _keeps_preposition(into: DateWords) -> bool:
    """ "in 2022" and "2023" give "in 2023"; "in 2022" and "last year" give "last year"."""
    return into.text[into.date].isdigit() or into.is_month
