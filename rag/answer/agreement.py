"""Agreement: ranked candidate answers in, the same answers of several articles together out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import log1p

from rag.answer.ranking import Candidate
from rag.text.lexicon import TITLES
from rag.text.quantities import quantities, singular

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_POSSESSIVE = re.compile(r"['’]s\b")
_PERCENT = re.compile(r"%|\bper ?cent\b")
_EMPTY = frozenset(
    "a an the of in on at to by for from with and about around some nearly almost roughly "
    "approximately".split()
)
# One more of these names something else: North Korea, New York.
_TELLING_APART = frozenset(
    "north south east west northern southern eastern western new non".split()
)


@dataclass(frozen=True, slots=True)
class Agreed:
    """An answer: its best candidate, and the best one of every other article that gives it too."""

    best: Candidate
    also: tuple[Candidate, ...]
    score: float


def agree(ranked: Sequence[Candidate], *, weight: float) -> list[Agreed]:
    """The distinct answers among ``ranked`` (best first), best first.

    An answer's score is that of its best candidate plus ``weight`` times the logarithm of one plus
    the number of further articles that give it. Articles whose stories are copies of each other
    share a hit, and so count once.
    """
    groups: list[list[Candidate]] = []
    for candidate in ranked:
        group = next((g for g in groups if same_answer(g[0].quote, candidate.quote)), None)
        if group is None:
            groups.append([candidate])
        elif all(other.article_id != candidate.article_id for other in group):
            group.append(candidate)
    agreed = [
        Agreed(group[0], tuple(group[1:]), group[0].score + weight * log1p(len(group) - 1))
        for group in groups
    ]
    return sorted(agreed, key=lambda answer: -answer.score)


def same_answer(one: str, other: str) -> bool:
    """Whether two quotations say the same thing: the same words, or a name and a part of it.

    Case, punctuation, articles, prepositions, plurals and the titles of people do not count;
    "three" is "3" and "5m" is "5 million". Where a figure occurs, all figures must be the same.
    """
    words, others = _words(one), _words(other)
    if not words or not others:
        return one.strip() == other.strip()
    figures = {word for word in words if word[0].isdigit()}
    if figures != {word for word in others if word[0].isdigit()}:
        return False
    return words == others or _is_part(one, words, others) or _is_part(other, others, words)


def _is_part(short: str, words: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a short quotation that holds a name or a figure is a part of a longer one."""
    telling = any(character.isupper() or character.isdigit() for character in short)
    if not telling or words <= TITLES or (others - words) & _TELLING_APART:
        return False
    return words < others and 2 * len(words) >= len(others)


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    """The words that say something, figures as their value, without titles before a name."""
    found, rest, end = set(), [], 0
    for quantity in quantities(text):
        found.add(_plain(quantity.value))
        rest.append(text[end : quantity.start])
        end = quantity.end
    plain = _POSSESSIVE.sub("", " ".join([*rest, text[end:]]).casefold())
    plain = _PERCENT.sub(" percent ", plain)
    words = {singular(word.replace(",", "")) for word in _WORD.findall(plain)} - _EMPTY
    return frozenset(found | (words - TITLES or words))


def _plain(value: Decimal) -> str:
    """A number in digits, without trailing zeros: 1500000 for 1.50E+6."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
