"""Splits coordinations into their items: "trade, energy and peace"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.lexicon import AUXILIARIES, PREPOSITIONS
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
class Separator:
    """A separator between two items; ``sort`` is its group in the pattern: comma, bullet, …"""

    start: int
    end: int
    sort: str


def find_separators(text: str, start: int, end: int) -> list[Separator]:
    """The separators outside names, brackets and quotations."""
    closed = _bracketed(text, start, end)
    closed += [match.span() for match in _ONE_NAME.finditer(text, start, end)]
    return [
        Separator(match.start(), match.end(), str(match.lastgroup))
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


def dividing_separators(found: Sequence[Separator]) -> Sequence[Separator]:
    """Those that separate the items: bullets, else semicolons, else commas and the last "and"."""
    for sort in ("bullet", "semicolon"):
        if same := [separator for separator in found if separator.sort == sort]:
            return same
    commas = [separator for separator in found if separator.sort in ("comma", "oxford")]
    if not commas:
        return found
    if len(found) == 1 and found[0].sort == "comma":  # "Viktor Sorley, of the contractor"
        return []
    rest = [separator for separator in found if separator.start > commas[-1].start]
    return commas if commas[-1].sort == "oxford" else commas + rest[:1]


_LONGEST_ITEM = 12
_INTRODUCTION = re.compile(r"(?:\b(?:including|such as|among them|namely)|:) ")
_DETERMINERS = frozenset(
    "a an the his her its their some many all both two three four five six seven eight "
    "nine ten".split()
)
_DETERMINER = re.compile(r"(?:an?|the|his|her|its|their) ", re.IGNORECASE)
_PARTICLE = r"(?:of the|of|the|de|von|van|al|bin|and the)"
_NAMED = rf"{CAPITAL}(?:\s(?:{_PARTICLE}\s)?{CAPITAL})*"
_NAME = re.compile(rf"(?:the\s|The\s)?{_NAMED}")
_NAME_AT_END = re.compile(rf"(?:\bthe\s)?{_NAMED}\Z")
_COLON = re.compile(r":\s+")
_WRAPPED = {"“": "”", '"': '"', "‘": "’", "«": "»", "(": ")"}
_MARKS = " \t\r\n,;:.–—"
_LEAD = re.compile(
    r"(?:(?:both|either|neither|namely|including|includes?|such as|like|among them|for example|of|"
    r"firstly|secondly|thirdly|finally|also|then|and|or|nor|as well as|not only|but also)\b[:,]?\s*"
    r"|[-–—•▪◦‣*]\s+|\d{1,2}[.)]\s+)+",
    re.IGNORECASE,
)
_BRACKET_AT_END = re.compile(r"\s*\([^()]*\)\Z")
# Not ``word_spans``: an item may hold "Dr.", "$5" or "AT&T", each as one word.
_WORD = re.compile(r"(?:Dr|Mr|Mrs|Ms|Prof|St|Gen|Lt|Sen|Rep|No)\.|[\w’'&%$€£-]+(?:[.,]\w+)*")
_CLAUSE = AUXILIARIES | frozenset(
    "who whom whose which that where when while whereas because since although though if but so as "
    "after before until he she it they we you i there not none nobody said says added told "
    "according including include includes like namely named called".split()
)
# Verbs that often stand right before a list or behind one.
_VERBS = frozenset(
    "found took takes carries carried shows showed names lists listed bought sold sells visited "
    "saw sees heard met meets wants wanted makes made needs needed offers offered gives gave "
    "brings brought contains contained comprises covers covered produces provides serves served "
    "speak speaks spoke rose fell won lost came went signed left stayed lives live lie lies got "
    "gets".split()
)
_RELATIVE = frozenset("who whom whose which that where when while because although said".split())
_OF = frozenset({"of", "for", "de", "al", "von", "van"})
_ASIDE = re.compile(r"(?:which|who|whose|where)\b", re.IGNORECASE)
_ASIDES = frozenset("a an the his her its their who whom whose which then now once".split())


def split_items(text: str, start: int, end: int) -> list[Offsets]:
    """The items of ``text[start:end]``, in order; that span itself, trimmed, where it is one.

    A list of bullets is split at these, else one with semicolons at those, else one with commas at
    these and at the last "and": what is joined inside an item stays together.

    >>> text = "dykes and sirens, school lunches and the bridge"
    >>> [text[a:b] for a, b in items(text, 0, len(text))]
    ['dykes and sirens', 'school lunches', 'the bridge']
    """
    colon = _COLON.search(text, start, end)
    if colon and find_separators(text, colon.end(), end):
        start = colon.end()
    pieces, begin = [], start
    for separator in dividing_separators(find_separators(text, start, end)):
        pieces.append((begin, separator.start))
        begin = separator.end
    return _clean_items(text, [*pieces, (begin, end)])


def find_enumerations(text: str, start: int, end: int) -> list[list[Offsets]]:
    """Every enumeration of two items or more in the sentence ``text[start:end]``, in order.

    Each ends with "and" or "or", or consists of bullets or of at least three parts between
    semicolons. Its first item begins behind a verb, a preposition or a colon, its last one ends
    before one.

    >>> text = "They spoke of trade, energy and peace in Cairo."
    >>> [[text[a:b] for a, b in found] for found in enumerations(text, 0, len(text))]
    [['trade', 'energy', 'peace']]
    """
    separators = find_separators(text, start, end)
    for sort in ("bullet", "semicolon"):
        if sum(separator.sort == sort for separator in separators) > 1:
            return [split_items(text, start, end)]
    found = [
        _clean_items(text, _items_around(text, start, separators[: number + 1], end))
        for number, separator in enumerate(separators)
        if separator.sort in ("closing", "oxford")
    ]
    return [spans for spans in found if len(spans) > 1]


def _items_around(
    text: str, start: int, separators: Sequence[Separator], end: int
) -> list[Offsets]:
    """The items before and behind the last of ``separators``, in order."""
    last = separators[-1]
    leads = _preposition(text, last.end)  # "from the port, from the sea and from the air"
    behind = last.end + len(leads)
    pieces = [(behind, _head_end(text, behind, end))]
    for number in range(len(separators) - 1, -1, -1):
        floor, stop = separators[number - 1].end if number else start, separators[number].start
        if number and _ASIDE.match(text, floor, stop):  # "the port, which is closed, and the sea"
            continue
        whole = number > 0 and not leads and _is_whole(text[floor:stop])
        begin = floor if whole else _tail_start(text, floor, stop)
        if begin == stop or (number and _RELATIVE & set(text[floor:stop].lower().split())):
            break
        if leads and not text.endswith(leads, 0, begin):
            break
        pieces.append((begin, stop))
        led = text[floor:begin].strip() != leads.strip()
        if led or (number and separators[number - 1].sort != "comma"):
            break
    return pieces[::-1]


def _preposition(text: str, start: int) -> str:
    """The preposition at ``start`` with the space behind it; empty without one."""
    match = _WORD.match(text, start)
    if match is None or match.group().lower() not in PREPOSITIONS:
        return ""
    return text[start : match.end() + 1]


def _is_whole(piece: str) -> bool:
    """Whether the words between two commas are an item from the first word on."""
    words = [match.group().lower() for match in _WORD.finditer(piece)]
    return (
        0 < len(words) <= _LONGEST_ITEM and words[0] not in PREPOSITIONS and not _CLAUSE & {*words}
    )


def _head_end(text: str, start: int, end: int) -> int:
    """Where the item ends that begins at ``start``: before a clause, a verb or an addition."""
    if closing := _WRAPPED.get(text[start : start + 1]):
        return max(text.find(closing, start + 1, end) + 1, start)
    stop = start
    for number, match in enumerate(_WORD.finditer(text, start, end)):
        word = match.group().lower()
        gap = text[stop : match.start()]
        if (
            word in _CLAUSE
            or (number and (gap.strip() or word in _VERBS))
            or number == _LONGEST_ITEM
        ):
            break
        if word in PREPOSITIONS - _OF or (word in _OF and not number):
            break
        if number and word.endswith("ed") and not _qualifies(text[start : match.start()]):
            break
        stop = match.end()
    return stop


def _qualifies(before: str) -> bool:
    """Whether a word in -ed behind ``before`` stands before its noun: "two retired teachers"."""
    last = before.split()[-1].lower()
    return last in _DETERMINERS or last[0].isdigit() or last in PREPOSITIONS


def _tail_start(text: str, start: int, end: int) -> int:
    """Where the item begins that ends at ``end``: behind a clause, a verb or a preposition."""
    opening = next((mark for mark, closing in _WRAPPED.items() if text[end - 1] == closing), "")
    if opening and text.find(opening, start, end - 1) >= 0:
        return text.rfind(opening, start, end - 1)
    introductions = list(_INTRODUCTION.finditer(text, start, end))
    if introductions and introductions[-1].end() < end:
        return introductions[-1].end()
    begin = end
    for match in reversed(list(_WORD.finditer(text, start, end))[-_LONGEST_ITEM:]):
        word = match.group().lower()
        gap = text[match.end() : begin]
        if word in _CLAUSE | _VERBS | PREPOSITIONS - _OF | {"for"} or (gap.strip() and begin < end):
            break
        begin = match.start()
    return begin


def _clean_items(text: str, pieces: Sequence[Offsets]) -> list[Offsets]:
    spans = [span for piece in pieces if (span := _trim(text, *piece)) is not None]
    return _align_items(text, _without_asides(text, spans))


def _trim(text: str, start: int, end: int) -> Offsets | None:
    """The item without introductory words, a note in brackets and loose marks."""
    while start < end and text[start] in _MARKS:
        start += 1
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead and lead.end() < end else start
    end = start + len(text[start:end].rstrip(_MARKS))
    bracket = _BRACKET_AT_END.search(text[start:end])
    end = start + bracket.start() if bracket and bracket.start() else end
    if end - start > 2 and _WRAPPED.get(text[start]) == text[end - 1]:
        start, end = start + 1, end - 1
    return (start, end) if any(map(str.isalnum, text[start:end])) else None


def _without_asides(text: str, spans: list[Offsets]) -> list[Offsets]:
    """Names without their appositions: "Lund, a lawyer, and Estry"."""
    names = [span for span in spans if text[span[0]].isupper()]
    if len(spans) < 3 or len(names) < 2 or not text[spans[0][0]].isupper():
        return spans
    asides = [span for span in spans if _is_aside(text[slice(*span)])]
    return [span for span in spans if span not in asides]


def _is_aside(item: str) -> bool:
    first = item.split()[0].lower()
    return (first in _ASIDES and not any(map(str.isupper, item[1:]))) or item.isdigit()


def _align_items(text: str, spans: list[Offsets]) -> list[Offsets]:
    """A list of names cut to begin with its first and end with its last name.

    So it is "Iran", "Iraq" and "Syria" in "the people of Iran, Iraq and Syria wait".
    """
    bare = [_DETERMINER.sub("", text[slice(*span)]) for span in spans]
    if len(spans) > 1 and all(item[:1].isdigit() for item in bare[1:]):
        number = re.compile(r"\d").search(text, *spans[0])
        return [(number.start(), spans[0][1]), *spans[1:]] if number else spans
    if len(spans) < 2 or not all(item[:1].isupper() for item in bare[1:]):
        return spans
    (start, end), (last, stop) = spans[0], spans[-1]
    if name := _NAME_AT_END.search(text[start:end]):
        start += name.start()
    names = all(_NAME.fullmatch(text[slice(*span)]) for span in [(start, end), *spans[1:-1]])
    if names and (name := _NAME.match(text, last, stop)):
        stop = name.end()
    return [(start, end), *spans[1:-1], (last, stop)]
