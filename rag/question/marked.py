"""A question in; its plain words, each told whether it belongs to a name, out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.text.entities import Known, entities
from rag.text.lexicon import FUNCTION_WORDS, PREPOSITIONS, wording

MARKS = frozenset(",;:.?!")
_PARTICLES = frozenset("out up off on".split())


@dataclass(frozen=True, slots=True)
class Words:
    """A question's plain words; ``named`` says of each whether it belongs to a name or quote."""

    plain: tuple[str, ...]
    named: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.plain)

    def at(self, number: int) -> str:
        """The word at ``number``, or a full stop outside."""
        return self.plain[number] if 0 <= number < len(self.plain) else "."

    def is_content(self, number: int) -> bool:
        """Whether the word means something by itself."""
        return self.named[number] or (
            self.plain[number] not in FUNCTION_WORDS and self.plain[number] not in MARKS
        )

    def contents(self, numbers: Iterable[int]) -> int:
        """How many of the words at ``numbers`` mean something by themselves."""
        return sum(map(self.is_content, numbers))

    def placed(self, numbers: Iterable[int]) -> bool:
        """Whether a preposition brings in something there: "in the Kellbeck accident"."""
        return any(
            self.plain[number] in PREPOSITIONS
            and not (self.plain[number] in _PARTICLES and not self._is_noun_phrase(number + 1))
            and self.contents(range(number + 1, len(self))) > 0
            for number in numbers
        )

    def _is_noun_phrase(self, number: int) -> bool:
        return number < len(self) and (self.named[number] or self.plain[number] in ("the", "a"))


def words_of(question: str, *, known: Known | None = None) -> Words:
    """The plain words of ``question``, names found as ``entities`` finds them."""
    spelled = wording(question)
    names = [found for found in entities(question, known=known) if found.sort != "number"]
    named = tuple(
        any(name.start < end and start < name.end for name in names) for start, end in spelled.spans
    )
    return Words(tuple(spelled.plain.split(" ")) if spelled.plain else (), named)
