"""A text in; the offices in it that a name stands with, and whose they are, out.

News name an office with its holder: "Iran's Acting Foreign Minister Ali Bagheri", "the chairman of
the board, Cornelis Wade", "Constance Ibery, the managing director of Callan Terminals".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer.office_words import NOUNS, PARTS, POSSESSIVE, is_of_office, plain
from rag.text.lexicon import FUNCTION_WORDS
from rag.text.sentences import Offsets, word_spans

# Words before an office that say that it is somebody's, of whom was told before: "its president".
_OWNERS = frozenset("his her its their our my".split())
_SAYING = frozenset("said told met saw named called says tells meets".split())
OF = "(?:of|at|in|for)"
_NAME = (
    r"(?!(?:His|Her|Their|The|A|An|He|She|They|It|In|On|At|For|But|And|When|While|After|Before)\b)"
    r"[A-ZÀ-Þ][\w’'-]*\w(?: (?:(?:[A-Z]\.|al|bin|ibn|von|van|der|de|la|del) )?"
    r"[A-ZÀ-Þ][\w’'-]*\w){0,4}"
)
_BEHIND = re.compile(rf" (?P<name>{_NAME})")
_APPOSED = re.compile(
    rf"(?P<of> {OF} [^,.;:()]{{1,60}}?)?, (?P<name>{_NAME})(?=,|\.| \w+(?:ed|s)\b)"
)
_BEFORE = re.compile(
    rf"(?P<name>{_NAME})(?:, (?:for [\w ]{{1,24}} )?(?:(?:then|now|once|formerly) )?| (?:as|is|was|"
    r"becomes|became|remains|will be|is to be) )(?:(?:the|a|an|its|their|new|next) )*\Z"
)
_OF_BEHIND = re.compile(r" (?:of|at) (?P<of>[^,.;:()\n]{1,60})")


@dataclass(frozen=True, slots=True)
class Told:
    """An office in a text: its words, whose it is as far as said, and the place of its holder."""

    words: frozenset[str]
    of: str
    name: Offsets
    holder: str


def offices_in(text: str) -> Iterator[Told]:
    """Every office in ``text`` that a name stands with."""
    words = word_spans(text)
    for number, (start, end) in enumerate(words):
        if plain(text[start:end]) not in NOUNS:
            continue
        first = number
        while first and _leads(text, words[first - 1], words[first]):
            first -= 1
        terms = frozenset(plain(text[a:b]) for a, b in words[first : number + 1])
        of = _owner(text, words, first)
        yield from _with_name(text, terms, of, words[first][0], end)


def _leads(text: str, word: Offsets, next_word: Offsets) -> bool:
    """Whether the word belongs to the name of the office that goes on with the next one."""
    return text[word[1] : next_word[0]] == " " and is_of_office(text[slice(*word)])


def _owner(text: str, words: Sequence[Offsets], first: int) -> str:
    """Whose the office is, as far as it is said before it: Iran's, Pakistani, the federation's."""
    if not first or text[words[first - 1][1] : words[first][0]] != " ":
        return ""
    start, end = words[first - 1]
    word = text[start:end]
    if first > 1 and text[slice(*words[first - 2])].lower() in PARTS:
        start = words[first - 2][0]
    if POSSESSIVE.search(word):
        return text[start:end]
    if word.lower() in FUNCTION_WORDS - _OWNERS or word.lower() in _SAYING:
        return ""
    return "" if word.islower() and word.endswith(("ed", "ing")) else text[start:end]


def _with_name(text: str, terms: frozenset[str], of: str, start: int, end: int) -> Iterator[Told]:
    behind = _BEHIND.match(text, end)
    if behind and _is_person(behind["name"]):
        yield _told(terms, of, behind)
        return
    apposed = _APPOSED.match(text, end)
    if apposed and " " in apposed["name"] and _is_person(apposed["name"]):
        of = of or (apposed["of"] or "").strip()
        yield _told(terms, of, apposed)
        return
    before = _BEFORE.search(text, max(0, start - 120), _before_owner(text, start, of))
    if before and " " in before["name"] and _is_person(before["name"]):
        told_of = _OF_BEHIND.match(text, end)
        of = of or (told_of["of"] if told_of else "")
        yield _told(terms, of, before)


def _told(terms: frozenset[str], of: str, match: re.Match[str]) -> Told:
    name = POSSESSIVE.sub("", match["name"])
    start = match.start("name")
    return Told(terms, of, (start, start + len(name)), name)


def _is_person(name: str) -> bool:
    """Whether it may be one: not "Minister", not "Alliance's Leonora Pym"."""
    first, *_ = name.split()
    return not is_of_office(first) and not POSSESSIVE.search(" ".join(name.split()[:-1]))


def _before_owner(text: str, start: int, of: str) -> int:
    """Where the words before the office and its owner end, the article with them."""
    begin = text.rfind(of, 0, start) if of else start
    match = re.search(r"\b(?:the|a|an) \Z", text[:begin])
    return match.start() if match else begin
