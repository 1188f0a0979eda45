"""A question and a sentence in; which telling words of the question it speaks to, out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import sqrt

from rag.answer.likeness import Likeness
from rag.answer.opposites import alike, opposed
from rag.dates.tagger import expressions
from rag.text.analyzer import analyse
from rag.text.entities import entities
from rag.text.lexicon import FUNCTION_WORDS
from rag.text.quantities import quantities
from rag.text.sentences import word_spans

Rarity = Callable[[str], float]

ALIKE = 0.5  # the least cosine at which one word stands for another
_OPPOSITE = 0.9
_SYNONYM = 0.9
_NAME_AROUND = 0.7
_PLAIN_AROUND = 0.35
_ATTRIBUTED = re.compile(r",?\s*\baccording to [^,?]+", re.IGNORECASE)
_IDLE = FUNCTION_WORDS | frozenset(
    "anything something really actually true case fact anyone anybody "
    "someone part one ones going happen happened subject subjects topic topics issue issues".split()
)
_ASIDE = re.compile(r"(?<=\w )(?:when|after|before|while|because|since|during)\b", re.IGNORECASE)
# Verbs that say little by themselves.
_LIGHT = frozenset(
    "take took taken make made get got give gave given go went gone come came put say said tell "
    "told mention mentioned speak spoke talk talked".split()
)
_LIGHT_WEIGHT = 0.3
# Their stems are those of other words: what was founded was not found.
_OWN_TERMS = {"founded": "founded", "founding": "founded", "founder": "founder"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word at ``start`` and its term; ``name`` is the name that it is part of, else empty.

    ``value`` is that of a number. ``aside`` says that it only tells when or why.
    """

    start: int
    text: str
    term: str
    name: str
    value: Decimal | None = None
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A word of the question, found at ``place`` of the sentence, or with -1 not there.

    ``share`` in [0, 1] says how well; without a place it may stand in the text around.
    ``opposite`` says that the sentence has a word of opposite meaning.
    """

    word: Word
    place: int
    share: float
    opposite: bool = False


class Matcher:
    """Finds a question's words in sentences; ``rarity`` says how telling a term is."""

    def __init__(self, rarity: Rarity, likeness: Likeness) -> None:
        self._rarity = rarity
        self._likeness = likeness

    def match(self, question: str, sentence: str, around: str) -> list[Match]:
        """One Match for each telling word of ``question``; ``around`` is the text around.

        Of several places for a word, the one nearest to the question's first name counts. Dates,
        and who is said to say so, need not be in the sentence.
        """
        asked, words = asked_words(question), telling_words(sentence)
        nearby = {word.term for word in telling_words(around)}
        near = self._nearness(asked, words)
        named = [_best(word, words, {}, nearby, 0) for word in asked if word.name]
        anchor = next((match.place for match in named if match.place >= 0), 0)
        matches = [_best(word, words, near.get(word.start, {}), nearby, anchor) for word in asked]
        return [_unless_taken(match, matches) for match in matches]

    def _nearness(
        self, asked: Sequence[Word], words: Sequence[Word]
    ) -> dict[int, dict[int, float]]:
        """For the plain words of the question, how like each plain word of the sentence is."""
        present, wanted = {word.term for word in words}, {word.term for word in asked}
        loose = [word for word in asked if _is_plain(word) and word.term not in present]
        plain = [word for word in words if _is_plain(word) and word.term not in wanted]
        cosines = self._likeness([w.text.lower() for w in loose], [w.text.lower() for w in plain])
        return {
            word.start: {other.start: value for other, value in zip(plain, row, strict=True)}
            for word, row in zip(loose, cosines, strict=True)
        }

    def coverage(self, matches: Sequence[Match]) -> float:
        """The weight of what was found as a share of all, in [0, 1]."""
        total = self.weight(matches)
        found = sum(self._weight(match.word) * match.share for match in matches)
        return found / total if total else 0.0

    def weight(self, matches: Sequence[Match]) -> float:
        return sum(self._weight(match.word) for match in matches)

    def _weight(self, word: Word) -> float:
        return sqrt(self._rarity(word.term)) * (_LIGHT_WEIGHT if is_light(word) else 1.0)


def places_of(match: Match, sentence: str) -> list[int]:
    """Where in ``sentence`` the word of ``match`` is said, or one that news use for it.

    >>> meet = Word(0, "meet", "meet", "")
    >>> places_of(Match(meet, 4, 1.0), "The meeting began, and the two held talks.")
    [4, 36]
    """
    same = [
        other.start
        for other in telling_words(sentence)
        if other.term == match.word.term or alike(match.word.term, other.term)
    ]
    return sorted({match.place, *same})


def is_light(word: Word) -> bool:
    """Whether a sentence may do without the word: "take", or when it happened."""
    return word.aside or word.text.lower() in _LIGHT


def asked_words(question: str) -> list[Word]:
    """The telling words of a question, without its dates and "according to"."""
    dates = [(one.start, one.end) for one in expressions(question, date(2000, 1, 1))]
    plain = _ATTRIBUTED.sub(lambda match: " " * len(match.group()), question)
    aside = _ASIDE.search(plain)
    return [
        replace(word, aside=aside is not None and word.start > aside.start())
        for word in telling_words(plain)
        if not any(start <= word.start < end for start, end in dates)
    ]


def telling_words(text: str) -> list[Word]:
    """The words of ``text`` that are no function words, in order."""
    names = [entity for entity in entities(text) if entity.sort == "name"]
    numbers = quantities(text)
    words = []
    for start, end in word_spans(text):
        terms = analyse(text[start:end])
        if not terms or text[start:end].lower().replace("’", "'") in _IDLE:
            continue
        value = next((q.value for q in numbers if q.start <= start < q.end), None)
        named = next((name.text for name in names if name.start <= start < name.end), "")
        term = _OWN_TERMS.get(text[start:end].lower(), terms[0])
        words.append(Word(start, text[start:end], term, named, value))
    return words


def _is_plain(word: Word) -> bool:
    return not word.name and word.value is None and not word.text[0].isdigit()


def _best(
    word: Word, words: Sequence[Word], near: dict[int, float], nearby: set[str], anchor: int
) -> Match:
    """The best place for ``word``: the word itself, its opposite, or one that means the like."""
    found = [match for other in words if (match := _match(word, other, near)) is not None]
    share = _NAME_AROUND if word.name else _PLAIN_AROUND if word.value is None else 0.0
    away = Match(word, -1, share if word.term in nearby else 0.0)
    best = max(found, key=lambda match: (_rank(match), -abs(match.place - anchor)), default=away)
    return away if away.share > best.share else best


def _rank(match: Match) -> float:
    """Its share; a word that news use for the one that is asked for ranks as that word itself."""
    return 1.0 if match.share >= _SYNONYM and not match.opposite else match.share


def _unless_taken(match: Match, matches: Sequence[Match]) -> Match:
    """The match, or none where its place stands for another word of the question more closely."""
    rivals = [other for other in matches if other.place == match.place and other.place >= 0]
    best = max(rivals, key=lambda other: other.share, default=match)
    return match if best is match or match.share >= _SYNONYM else Match(match.word, -1, 0.0)


def _match(word: Word, other: Word, near: dict[int, float]) -> Match | None:
    if word.value is not None:
        return Match(word, other.start, 1.0) if word.value == other.value else None
    if word.term == other.term:
        return Match(word, other.start, 1.0)
    if _is_plain(word) and opposed(word.term, other.term):
        return Match(word, other.start, _OPPOSITE, opposite=True)
    if not (_is_plain(word) and _is_plain(other)):
        return None
    if alike(word.term, other.term):
        return Match(word, other.start, _SYNONYM)
    cosine = near.get(other.start, 0.0)
    return Match(word, other.start, cosine) if cosine >= ALIKE else None
