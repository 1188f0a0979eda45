"""A sentence in; what is reported in it as somebody's words, and by whom, out.

English reporting forms: "X said that …", "…", said X, "according to X", "X described … as …", "was
called … by X". Spans are into the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.noun_phrases import BREAKS, DATES, DETERMINERS, PRONOUNS, NounPhrases, Token
from rag.text.lexicon import (
    ACTS,
    ALSO_SAY,
    AUXILIARIES,
    JUDGING,
    PASSIVELY,
    PREPOSITIONS,
    REPORTING,
    SAYS_BEHIND,
)
from rag.text.sentences import Offsets

_ADVERBS = frozenset(
    "has have had also further then later repeatedly again only once never still already "
    "previously earlier not always often simply just all both now nevertheless nonetheless thus "
    "therefore instead meanwhile however".split()
)
_NOUNS = frozenset("assembly family ally monopoly bully supply reply anomaly".split())
_PASSIVE = frozenset("is are was were be been being to".split())
_OPENING, _CLOSING = frozenset('“"«‘'), frozenset('”"»’')
_FAR = 14
_REST = 7  # words behind "X said" that may only say when and to whom


@dataclass(frozen=True, slots=True)
class Statement:
    """``text[start:end]`` are somebody's words or their gist; ``speaker`` is the span of who.

    It is empty where somebody does something with words that are not told: "praised the visit".
    """

    speaker: Offsets
    start: int
    end: int


def statements(text: str, start: int, end: int) -> list[Statement]:
    """The statements of the sentence ``text[start:end]``, in order of the words that report."""
    return [
        statement
        for first, last in _clauses(text, start, end)
        for statement in _Clause(text, first, last).statements()
    ]


def _clauses(text: str, start: int, end: int) -> list[Offsets]:
    """The parts between semicolons outside quotation marks."""
    cuts = [
        match.start()
        for match in re.compile(";").finditer(text, start, end)
        if text.count("“", start, match.start()) <= text.count("”", start, match.start())
    ]
    return list(zip([start, *(cut + 1 for cut in cuts)], [*cuts, end], strict=True))


class _Clause:
    """A clause as tokens; places are numbers of tokens."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._words = NounPhrases(text, start, end)
        self._start, self._end = start, end

    def statements(self) -> list[Statement]:
        found: list[Statement] = []
        for place in range(len(self._words.tokens)):
            speaker = self._speaker(place)
            if speaker is None:
                continue
            scope = self._scope(place, speaker)
            one = Statement(speaker, *(scope if self._reports(place) else (scope[1], scope[1])))
            if found and found[-1].start < one.start and found[-1].end > speaker[0]:
                found = self._bounded(found, speaker[0])
            found.append(one)
        return found

    def _bounded(self, found: list[Statement], start: int) -> list[Statement]:
        """Statements end where another one is joined to them: "… said, but Y denied it"."""
        place = self._words.place_at(start)
        joined = self._words.word(place - 1) in {"but", "while", "and", "though", "although"}
        return [replace(s, end=start) if joined and s.start < start else s for s in found]

    def _speaker(self, place: int) -> Offsets | None:
        """Who says something with the word at ``place``; None where it reports nothing."""
        word = self._words.word(place)
        if word == "according" and self._words.word(place + 1) == "to":
            return self._words.forward(place + 2)
        if [self._words.word(place + step) for step in (-2, -1, 0)] == ["quoted", "as", "saying"]:
            return self._words.backward(self._before_verb(place - 3, past=_ADVERBS | _PASSIVE))
        if word not in REPORTING and word not in ALSO_SAY:
            return None
        before = self._before_verb(place - 1)
        if self._words.word(before) in _PASSIVE:
            return self._by(place) if word in PASSIVELY else None
        if self._words.word(before) in DETERMINERS:  # "the alleged sum"
            return None
        if inverted := self._inverted(place):
            return inverted
        if word in ALSO_SAY and not self._followed(place, ALSO_SAY[word]):
            return None
        return self._words.backward(before)

    def _reports(self, place: int) -> bool:
        """Whether what follows the word is what is said, and not what is done by saying it."""
        word = self._words.word(place)
        if word not in ACTS and word not in JUDGING:
            return True
        adjacent = self._words.word(place + 1) in ACTS.get(word, frozenset())
        judging = {self._words.word(place + step) for step in range(2, _FAR)}
        judges = bool(JUDGING.get(word, frozenset()) & judging)
        return adjacent or judges

    def _before_verb(self, place: int, past: frozenset[str] = _ADVERBS) -> int:
        """The last word of the subject of the verb behind ``place``."""
        while (word := self._words.word(place)) in past or self._is_adverb(place, word):
            place -= 1
        return place

    def _is_adverb(self, place: int, word: str) -> bool:
        """Whether a word in -ly says how something was said; "Italy" and "assembly" do not."""
        if not word.endswith("ly") or word in _NOUNS:
            return False
        return not self._words.tokens[place].is_name

    def _followed(self, place: int, words: frozenset[str]) -> bool:
        near = words & {"to", "of", "out", "for", "it", "a", "an", "if", "whether"}
        if self._words.word(place + 1) in near:
            return True
        return any(self._words.word(place + step) in words - near for step in range(1, _FAR))

    def _by(self, place: int) -> Offsets | None:
        """Who a passive verb names: "was described by Khan as"."""
        for step in range(1, 8):
            if self._words.word(place + step) == "by":
                return self._words.forward(place + step + 1)
        return None

    def _inverted(self, place: int) -> Offsets | None:
        """Who stands behind the verb: …, said Khan."""
        mark = self._words.word(place - 1)
        if self._words.word(place) not in SAYS_BEHIND or mark not in _CLOSING | {",", "?", "!"}:
            return None
        stop = self._words.end_from(place + 1)
        follows = self._words.word(stop)
        if stop == place + 1 or self._words.word(stop - 1) in PRONOUNS:
            return None
        if follows[:1].isalnum() and follows not in PREPOSITIONS | BREAKS:
            return None
        return self._words.forward(place + 1)

    def _scope(self, place: int, speaker: Offsets) -> Offsets:
        """What is said: before the speaker, behind the verb, or both."""
        behind = max(self._words.tokens[place].end, speaker[1])
        head = min(self._words.tokens[place].start, speaker[0])
        ahead = self._words.word(self._words.place_at(head) - 1)
        if ahead not in _CLOSING | {",", "?", "!"} or self._opens_with_adverbial(head):
            return behind, self._end
        rest = self._words.tokens[self._words.place_at(behind) :]
        if rest and rest[0].text == ":":
            return behind, self._end
        if any(token.text in _OPENING for token in rest):
            return self._start, self._end
        when = next((n for n, token in enumerate(rest) if not token.is_word), len(rest))
        said = when > _REST or "that" in {token.word for token in rest[: min(4, when)]}
        return (behind, self._end) if said and ahead == "," else (self._start, head)

    def _opens_with_adverbial(self, head: int) -> bool:
        """Whether before the speaker stands only "On Tuesday," or "In a report of 388 pages,"."""
        tokens: Sequence[Token] = self._words.tokens[: self._words.place_at(head)]
        words = [token.word for token in tokens if token.is_word]
        short = len(words) <= 8 and not set(words) & (AUXILIARIES | REPORTING)
        return bool(words) and short and words[0] in PREPOSITIONS | DATES
