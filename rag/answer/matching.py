"""A question and a sentence in; which of the question's telling words the sentence speaks to, out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rag.question.entities import entities
from rag.answer.likeness import Likeness
from rag.answer.opposites import opposed
from rag.answer.quantities import quantities
from rag.question.wording import FUNCTION_WORDS
from rag.index.analysis import analyse
from rag.text import word_spans

Rarity = Callable[[str], float]

ALIKE = 0.5  # the least cosine at which one word stands for another
_OPPOSITE = 0.9
_AROUND = 0.6
_IDLE = FUNCTION_WORDS | frozenset(
    "say said says tell told anything something really actually true case fact anyone anybody "
    "someone part one ones going happen happened".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word at ``start``, its term, and whether it is part of a name; ``value`` of a number."""

    start: int
    text: str
    term: str
    name: bool
    value: Decimal | None = None


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
        """One Match for each telling word of ``question``; ``around`` is the text around."""
        asked, words = telling_words(question), telling_words(sentence)
        nearby = {word.term for word in telling_words(around)}
        matches = [_match(word, words, nearby) for word in asked]
        return self._with_alike(matches, [word for word in words if _is_plain(word)])

    def _with_alike(self, matches: list[Match], words: Sequence[Word]) -> list[Match]:
        """Words of like meaning in place of those that are not in the sentence."""
        loose = [match for match in matches if match.place < 0 and _is_plain(match.word)]
        near = self._likeness(
            [match.word.text.lower() for match in loose], [word.text.lower() for word in words]
        )
        alike = {}
        for match, cosines in zip(loose, near, strict=True):
            best = max(range(len(cosines)), key=cosines.__getitem__, default=-1)
            if best >= 0 and cosines[best] >= ALIKE:
                share = max(cosines[best], match.share)
                alike[match.word.start] = Match(match.word, words[best].start, share)
        return [alike.get(match.word.start, match) for match in matches]

    def coverage(self, matches: Sequence[Match]) -> float:
        """The weight of what was found as a share of all, in [0, 1]."""
        total = self.weight(matches)
        found = sum(self._rarity(match.word.term) * match.share for match in matches)
        return found / total if total else 0.0

    def weight(self, matches: Sequence[Match]) -> float:
        return sum(self._rarity(match.word.term) for match in matches)


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
        named = any(name.start <= start < name.end for name in names)
        words.append(Word(start, text[start:end], terms[0], named, value))
    return words


def _is_plain(word: Word) -> bool:
    return not word.name and word.value is None and not word.text[0].isdigit()


def _match(word: Word, words: Sequence[Word], nearby: set[str]) -> Match:
    for other in words:
        equal = word.value is not None and word.value == other.value
        if equal or other.term == word.term and word.value == other.value:
            return Match(word, other.start, 1.0)
    if _is_plain(word):
        for other in words:
            if opposed(word.term, other.term):
                return Match(word, other.start, _OPPOSITE, opposite=True)
    return Match(word, -1, _AROUND if word.term in nearby else 0.0)
