"""A place in a text in; the separators of its enumerations out, and which of them part items."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.sentences import Offsets

CAPITAL = r"(?:Dr\.|[A-ZÀ-Þ][\w’'&-]*)"
_ADDED = r"(?:as well as|along with|together with|plus)"
_AND = rf"(?:and|or|{_ADDED})"
_SEPARATOR = re.compile(
    r"(?P<bullet>\n[^\S\n]*(?:[-–—•▪◦‣*]|\d{1,2}[.)])[^\S\n]+)"
    rf"|(?P<semicolon>;\s*(?:{_AND}\s+)?)"
    rf"|(?P<oxford>,\s+{_AND}\s+|\s+{_ADDED}\s+)|(?P<closing>\s+(?:and|or)\s+)"
    r"|(?P<comma>,(?!\d)\s*)"
)
# "the Harbour and Land Alliance" is one name: no article stands before its second part.
_BODY = (
    r"(?:Affairs|Agency|Alliance|Association|Authority|Bank|Board|Bureau|Centre|Center|Club|"
    r"College|Commission|Committee|Company|Corporation|Council|Department|Federation|Foundation|"
    r"Fund|Group|Industry|Institute|League|Ministry|Movement|Museum|Office|Organi[sz]ation|Party|"
    r"Service|Services|Society|Trade|Trust|Union)"
)
_ONE_NAME = re.compile(
    rf"\b[Tt]he {CAPITAL}(?:, {CAPITAL})* and (?:{CAPITAL} )+{_BODY}\b|"
    rf"\b(?:[Mm]inist(?:er|ry)|[Dd]epartment) (?:of|for) {CAPITAL}(?:, {CAPITAL})* and {CAPITAL}"
)
_BRACKETS = {"(": ")", "[": "]", "“": "”", "«": "»"}


@dataclass(frozen=True, slots=True)
class Joint:
    """What stands between two items: ``sort`` is the name of the separator's group."""

    start: int
    end: int
    sort: str


def joints_in(text: str, start: int, end: int) -> list[Joint]:
    """The separators outside names, and brackets and quotation marks that open and close inside."""
    closed = _bracketed(text, start, end)
    closed += [match.span() for match in _ONE_NAME.finditer(text, start, end)]
    return [
        Joint(match.start(), match.end(), str(match.lastgroup))
        for match in _SEPARATOR.finditer(text, start, end)
        if not any(first < match.start() < last for first, last in closed)
    ]


def _bracketed(text: str, start: int, end: int) -> list[Offsets]:
    closed, place = [], start
    while place < end:
        closing = _BRACKETS.get(text[place])
        last = text.find(closing, place, end) if closing else -1
        if last > 0 and (place > start or last < end - 1):
            closed.append((place, last))
            place = last
        place += 1
    return closed


def parting(found: Sequence[Joint]) -> Sequence[Joint]:
    """Those that part the items: bullets, else semicolons, else commas and the last "and"."""
    for sort in ("bullet", "semicolon"):
        if same := [joint for joint in found if joint.sort == sort]:
            return same
    commas = [joint for joint in found if joint.sort in ("comma", "oxford")]
    if not commas:
        return found
    if len(found) == 1 and found[0].sort == "comma":  # "Viktor Sorley, of the contractor"
        return []
    rest = [joint for joint in found if joint.start > commas[-1].start]
    return commas if commas[-1].sort == "oxford" else commas + rest[:1]
