"""Finds the names, quoted strings and numbers in a question or a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rag.text.lexicon import (
    AUXILIARIES,
    FUNCTION_WORDS,
    MONTH_NAMES,
    WEEKDAY_NAMES,
    word_set,
)
from rag.text.sentences import Offsets, word_spans

NameLookup = Callable[[str], bool]
Sort = Literal["name", "quoted", "number"]

MAX_WORDS = 400
_LONGEST_NAME = 5
_QUOTED = re.compile(
    r"\"([^\"\n]{1,200})\"|“([^”\n]{1,200})”|«([^»\n]{1,200})»|„([^“”\n]{1,200})[“”]|"
    r"(?<!\w)['‘]([^'’\n]{1,200})['’](?!\w)"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:st|nd|rd|th)?", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s\Z")
_JOINT = re.compile(
    r" (?:(?:of|of the|de|de la|del|della|da|di|du|la|le|el|al|bin|ibn|von|van|van der|der|den) )?"
    r"|['’] "
)
_SENTENCE_END = re.compile(r"[.?!:;]['\"’”)]*\s+\Z|\n\s*\Z")
_CALENDAR = frozenset(MONTH_NAMES + WEEKDAY_NAMES)
# Requests and greetings: a capital at the head of a question marks no name.
_OPENERS = word_set(
    "timeline chronology summary overview latest newest news list name enumerate give show "
    "describe explain summarise summarize update compare please thanks hello hi ok okay according "
    "tell recap sum sequence history"
)


@dataclass(frozen=True, slots=True)
class Entity:
    """The slice ``text[start:end]`` of the text; a quoted string is without its marks."""

    text: str
    start: int
    end: int
    sort: Sort


def entities(text: str, *, is_name: NameLookup | None = None) -> tuple[Entity, ...]:
    """The entities in the first ``MAX_WORDS`` words of ``text``, in order, none overlapping.

    A name is a run of capitalised words, unless it is only a month or weekday. Where capitals show
    nothing (a sentence's first word, a line in capitals), and for words in lower case, ``is_name``
    decides: it gets one to five words in lower case with single spaces, and says whether they are
    a name in the collection.

    >>> [found.text for found in entities("Did Iran's minister meet Dar in Port Callan?")]
    ['Iran', 'Dar', 'Port Callan']
    """
    found = [
        Entity(match.group(match.lastindex or 0), *match.span(match.lastindex or 0), "quoted")
        for match in _QUOTED.finditer(text)
    ]
    words = [
        span for span in word_spans(text)[:MAX_WORDS] if not any(_overlaps(span, e) for e in found)
    ]
    if not _shouts(text, words):
        found += _capitalised(text, words, is_name)
    if is_name is not None:
        found += _recognised(text, _outside(words, found), is_name)
    found += _numbers(text, _outside(words, found))
    return tuple(sorted(found, key=lambda entity: entity.start))


def _overlaps(span: Offsets, entity: Entity) -> bool:
    return span[0] < entity.end and entity.start < span[1]


def _outside(words: Sequence[Offsets], found: Sequence[Entity]) -> list[Offsets]:
    return [span for span in words if not any(_overlaps(span, entity) for entity in found)]


def _shouts(text: str, words: Sequence[Offsets]) -> bool:
    """Whether nearly every word has a capital, as in a headline: then it marks no name."""
    telling = [text[start:end] for start, end in words if text[start].isalpha()]
    capital = [word for word in telling if word[0].isupper()]
    small = [word for word in capital[1:] if word.lower() in FUNCTION_WORDS]
    return len(telling) > 3 and bool(small) and 5 * len(capital) >= 4 * len(telling)


def _numbers(text: str, words: Sequence[Offsets]) -> Iterator[Entity]:
    for start, end in words:
        if _is_number(text, (start, end)):
            yield Entity(text[start:end], start, end, "number")


def _is_number(text: str, word: Offsets) -> bool:
    return _NUMBER.fullmatch(text, *word) is not None


def _capitalised(
    text: str, words: Sequence[Offsets], is_name: NameLookup | None
) -> Iterator[Entity]:
    for run in _runs(text, words):
        while run and _is_opening(text, run, is_name):
            run = run[1:]
        start, end = (run[0][0], run[-1][1]) if run else (0, 0)
        end -= len(match.group()) if (match := _POSSESSIVE.search(text[start:end])) else 0
        names = {text[a:b].lower() for a, b in run} - _CALENDAR
        if any(not name.isdigit() for name in names):
            yield Entity(text[start:end], start, end, "name")


def _runs(text: str, words: Sequence[Offsets]) -> list[list[Offsets]]:
    """Capitalised words that stand together; a possessive is the last of its run."""
    runs: list[list[Offsets]] = []
    for start, end in words:
        if not text[start].isupper() and not (text[start].isdigit() and _continues(runs, start)):
            continue
        if runs and _joined(text, runs[-1][-1], start):
            runs[-1].append((start, end))
        elif text[start].isupper():
            runs.append([(start, end)])
    return runs


def _continues(runs: Sequence[Sequence[Offsets]], start: int) -> bool:
    """A number belongs to the name right before it: "Apollo 11"."""
    return bool(runs) and runs[-1][-1][1] + 1 == start


def _joined(text: str, last: Offsets, start: int) -> bool:
    if _POSSESSIVE.search(text[last[0] : last[1]]):
        return False
    gap = text[last[1] : start]
    return _JOINT.fullmatch(gap) is not None and text[last[0] : last[1]].lower() not in _OPENERS


def _is_opening(text: str, run: Sequence[Offsets], is_name: NameLookup | None) -> bool:
    """Whether the first word of ``run`` has its capital from its place in the sentence alone."""
    start, end = run[0]
    word = text[start:end].lower()
    if text[start:end] == "I":
        return True
    if not _begins_sentence(text, start):
        return len(run) == 1 and word in FUNCTION_WORDS and not text[start:end].isupper()
    if word in _OPENERS or word in FUNCTION_WORDS:
        return True
    if len(run) > 1 or _POSSESSIVE.search(word) or not text[start + 1 : end].islower():
        return False
    if is_name is not None:
        return not is_name(word)
    following = text[end:].split(maxsplit=1)
    return bool(following) and following[0][0].isalnum() and not _is_verb(following[0])


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 40) : start]
    return not before.strip("\"'“‘«( \t") or _SENTENCE_END.search(before) is not None


def _is_verb(word: str) -> bool:
    return word.lower() in AUXILIARIES or word.lower() in {"and", "said", "says", "or"}


def _recognised(text: str, words: Sequence[Offsets], is_name: NameLookup) -> Iterator[Entity]:
    """The longest runs of words that ``is_name`` accepts, from left to right."""
    number = 0
    while number < len(words):
        size = (
            0
            if _is_number(text, words[number])
            else _longest_known(text, words[number : number + _LONGEST_NAME], is_name)
        )
        if size:
            start, end = words[number][0], words[number + size - 1][1]
            end -= len(match.group()) if (match := _POSSESSIVE.search(text[start:end])) else 0
            yield Entity(text[start:end], start, end, "name")
        number += max(1, size)


def _longest_known(text: str, words: Sequence[Offsets], is_name: NameLookup) -> int:
    for size in range(len(words), 0, -1):
        phrase = text[words[0][0] : words[size - 1][1]].lower()
        phrase = _POSSESSIVE.sub("", phrase)
        edges = {text[start:end].lower() for start, end in (words[0], words[size - 1])}
        adjacent = all(
            text[one[1] : other[0]].strip("'’ ") == "" for one, other in pairwise(words[:size])
        )
        if adjacent and not edges & FUNCTION_WORDS and is_name(" ".join(phrase.split())):
            return size
    return 0
