"""Finds identifiers, such as KL240 and 2024/77, and tells texts about another one apart.

An identifier has letters with digits behind them, or digits on both sides of a slash. Years, counts
and sums are none.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_IDENTIFIER = re.compile(
    r"(?<![\w/])(?:(?P<letters>[A-Za-z]{1,4})[- ]?(?P<digits>\d{1,5})"
    r"|(?P<year>\d{2,4})/(?P<number>\d{1,5}))(?![\w/])"
)
_SHOUTED = re.compile(r"[A-Z]+")


class Identifier(NamedTuple):
    """``series`` is what others of its kind share: KL of KL240, the year of 2024/77."""

    series: str
    number: str


def identifiers(text: str) -> frozenset[Identifier]:
    """The identifiers in ``text``, whatever stands between letters and digits.

    >>> sorted(identifiers("Flight KL 240, regulation 2024/77, 3 May 2024"))
    [Identifier(series='/2024', number='77'), Identifier(series='KL', number='240')]
    """
    found = set()
    for match in _IDENTIFIER.finditer(text):
        letters = match["letters"]
        if letters is None:
            found.add(Identifier(f"/{match['year']}", match["number"].lstrip("0")))
        elif _SHOUTED.fullmatch(letters):
            found.add(Identifier(letters, match["digits"].lstrip("0")))
    return frozenset(found)


def names_another(asked: frozenset[Identifier], text: str) -> bool:
    """Whether ``text`` has another identifier of the series of one that is asked, and not that."""
    if not asked:
        return False
    found = identifiers(text)
    series = {one.series for one in found}
    return any(one not in found and one.series in series for one in asked)
