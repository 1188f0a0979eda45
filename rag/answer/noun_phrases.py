"""A clause in; the noun phrases in it that may name a speaker, as spans, out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.lexicon import AUXILIARIES, PREPOSITIONS, REPORTING
from rag.text.sentences import Offsets

BREAKS = frozenset(
    "that when while as because if where whether but although though than which what how why after "
    "before until so since unless who whom whose or yet not amid and".split()
)
DATES = frozenset(
    "meanwhile yesterday today tomorrow later then also however still instead earlier "
    "now here there monday tuesday wednesday thursday friday saturday sunday asked last "
    "night week month".split()
)
PRONOUNS = frozenset("he she they it i we you".split())
_OF = frozenset("of for at from in de la al bin van von".split())
DETERMINERS = frozenset("the a an his her its their our my this these those some".split())
_TOKEN = re.compile(
    r"(?:Dr|Mr|Mrs|Ms|Prof|St|Gen|Lt|Sen|Rep|\b[A-Z])\.|[^\W_][\w&-]*(?:(?:[.’']|(?<=\d),(?=\d))[^\W_][\w&-]*)*"
    r"(?:(?<=s)[’'](?=\s[a-z]))?|[^\w\s]"
)
_LONGEST = 14


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark of the clause."""

    start: int
    end: int
    text: str

    @property
    def word(self) -> str:
        return self.text.lower()

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()

    @property
    def is_name(self) -> bool:
        return self.text[0].isupper() and self.word not in DETERMINERS


class NounPhrases:
    """A clause as tokens; places are numbers of tokens, and "" stands for what lies outside."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.tokens = [
            Token(match.start(), match.end(), match.group())
            for match in _TOKEN.finditer(text, start, end)
        ]

    def word(self, place: int) -> str:
        return self.tokens[place].word if 0 <= place < len(self.tokens) else ""

    def place_at(self, offset: int) -> int:
        return next((n for n, t in enumerate(self.tokens) if t.start >= offset), len(self.tokens))

    def forward(self, place: int) -> Offsets | None:
        """The noun phrase from ``place`` on; the name that explains it, if it has none itself."""
        stop = self.end_from(place)
        if stop == place:
            return None
        name = self._name_run(stop + 1) if self.word(stop) == "," else stop
        described = not any(token.is_name for token in self.tokens[place:stop])
        if described and name > stop + 1 and self.word(name)[:1] in {"", ",", ".", "?", "!", "”"}:
            return self._span(stop + 1, name)
        return self._span(place, stop)

    def end_from(self, place: int) -> int:
        stop = place
        while stop < min(len(self.tokens), place + _LONGEST) and self._continues(place, stop):
            stop += 1
        while stop > place and self.word(stop - 1) in _OF | DETERMINERS | {"and"}:
            stop -= 1
        return stop

    def _continues(self, place: int, stop: int) -> bool:
        token = self.tokens[stop]
        if token.word == "and":
            return stop > place and self.tokens[stop - 1].is_name and self._is_name(stop + 1)
        if not token.is_word or token.word in BREAKS | AUXILIARIES | DATES | REPORTING:
            return False
        if stop > place and self.word(stop - 1) in PRONOUNS:
            return False
        if token.word in PREPOSITIONS - _OF or (token.word == "in" and stop == place):
            return False
        ended = stop > place and self.word(stop - 1) not in DETERMINERS | _OF
        return not (ended and token.word.endswith("ed") and not token.is_name)

    def _is_name(self, place: int) -> bool:
        return 0 <= place < len(self.tokens) and self.tokens[place].is_name

    def _name_run(self, place: int) -> int:
        """Where the name ends that begins at ``place``."""
        while self._is_name(place) or self.word(place) in {"de", "von", "van", "al", "bin"}:
            place += 1
        return place

    def _span(self, place: int, stop: int) -> Offsets | None:
        tokens = self.tokens[place:stop]
        if not tokens or not any(token.is_word for token in tokens):
            return None
        return tokens[0].start, tokens[-1].end

    def backward(self, place: int) -> Offsets | None:
        """The noun phrase that ends at ``place``, or before what is said of it between commas."""
        if self.word(place) in {"who", "which"}:
            place -= 2 if self.word(place - 1) == "," else 1
            return self._noun_phrase_before(place)
        if self.word(place) != ",":
            return self._noun_phrase_before(place)
        named = None
        for _ in range(4):
            comma = self._comma_before(place)
            named = named or self._last_name(comma + 1, place)
            if comma < 0 or not self._is_aside(comma + 1):
                break
            place = comma
        subject = self._noun_phrase_before(place - 1)
        described = subject is None or not self._is_name(self.place_at(subject[1]) - 1)
        return named if described and named else subject

    def _comma_before(self, place: int) -> int:
        return next((n for n in range(place - 1, -1, -1) if self.word(n) == ","), -1)

    def _is_aside(self, place: int) -> bool:
        return not self._is_name(place) or self._last_name(place, place + 1) is None

    def _last_name(self, place: int, stop: int) -> Offsets | None:
        """The name at the end of the tokens from ``place`` to ``stop``, of two words or more."""
        begin = stop
        while begin > place and self._is_name(begin - 1):
            begin -= 1
        return self._span(begin, stop) if stop - begin > 1 else None

    def _noun_phrase_before(self, place: int) -> Offsets | None:
        begin = place + 1
        while begin > 0 and place - begin < _LONGEST and self._leads(begin - 1, place):
            begin -= 1
        begin = self._without_adverbial(begin, place + 1)
        words = {self.word(n) for n in range(begin, place + 1)}
        return self._span(begin, place + 1) if words - DETERMINERS - DATES else None

    def _leads(self, place: int, last: int) -> bool:
        token = self.tokens[place]
        if token.word == "and":
            named = self._is_name(place + 1) or place == 1  # "Teachers and parents" open a clause
            return place < last and named and self._is_name(place - 1)
        if not token.is_word or token.word in BREAKS | AUXILIARIES | REPORTING:
            return False
        return token.word not in PREPOSITIONS - _OF

    def _without_adverbial(self, begin: int, stop: int) -> int:
        """Past "On Tuesday", "Meanwhile", "In the assembly" at the start of the clause."""
        while begin < stop and self.word(begin) in DATES:
            begin += 1
        if self.word(begin) not in PREPOSITIONS:
            return begin
        later = [n for n in range(begin + 2, stop) if self.word(n) in DETERMINERS]
        name = stop
        while name > begin + 1 and self._is_name(name - 1):
            name -= 1
        return max([name if name < stop else begin + 1, *later])
