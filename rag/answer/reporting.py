"""A sentence in; what is reported in it as somebody's words, and by whom, out.

English reporting forms: "X said that …", "…", said X, "according to X", "X described … as …", "was
called … by X". Spans are into the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.question.wording import AUXILIARIES, PREPOSITIONS
from rag.text import Offsets

# These report by themselves.
_SAY = frozenset(
    "said says told tells added adds stated states declared declares announced announces explained "
    "explains insisted insists argued argues claimed claims maintained maintains remarked commented "
    "replied replies answered answers responded retorted confirmed confirms warned warns cautioned "
    "predicted predicts promised promises pledged vowed vows testified stressed emphasised "
    "emphasized underlined underscored reiterated reaffirmed acknowledged acknowledges admitted "
    "admits conceded concedes complained joked quipped alleged alleges urged urges denied denies "
    "rejected rejects dismissed accused accuses blamed blames criticised criticized condemned "
    "condemns praised praises welcomed welcomes hailed expressed voiced apologised apologized "
    "protested demanded demands appreciated highlighted congratulated thanked boasted".split()
)
# These report where one of these words or marks follows.
_THAT = frozenset({"that", ":", "“", '"', "«", "how", "why"})
_ALSO_SAY: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        "found finds believed believes thinks thought hoped hopes noted notes wrote writes tweeted "
        "suggested suggests reported reports estimated estimates concluded concludes continued "
        "recalled recalls observed agreed decided showed shows assured whispered shouted cried "
        "expects say".split(),
        _THAT,
    ),
    **dict.fromkeys("described describes".split(), _THAT | {"as"}),
    **dict.fromkeys("called calls labelled labeled branded".split(), _THAT | {"for", "it", "a", "an"}),
    **dict.fromkeys("put puts".split(), _THAT | {"at"}),
    **dict.fromkeys("asked asks".split(), _THAT | {"for", "whether", "if"}),
    **dict.fromkeys("ruled".split(), _THAT | {"out"}),
    **dict.fromkeys("pointed referred spoke objected".split(), _THAT | {"to", "of", "out"}),
}
_SAYS_BEHIND = frozenset(
    "said says added adds replied replies answered asked wrote explained insisted argued warned "
    "joked quipped continued recalled noted declared announced commented remarked shouted cried "
    "claimed stated".split()
)
_ADVERBS = frozenset(
    "has have had also further then later repeatedly again only once never still already previously "
    "earlier not always often simply just all both".split()
)
_PASSIVE = frozenset("is are was were be been being to".split())
_BREAKS = frozenset(
    "that when while as because if where whether but although though than which what how why after "
    "before until so since unless who whom whose or yet not amid and".split()
)
_DATES = frozenset(
    "meanwhile yesterday today tomorrow later then also however still instead earlier now here there "
    "monday tuesday wednesday thursday friday saturday sunday asked last night week month".split()
)
_PRONOUNS = frozenset("he she they it i we you".split())
_OF = frozenset("of for at from in de la al bin van von".split())
_DETERMINERS = frozenset("the a an his her its their our my this these those some".split())
_OPENING, _CLOSING = frozenset("“\"«‘"), frozenset("”\"»’")
_TOKEN = re.compile(
    r"(?:Dr|Mr|Mrs|Ms|Prof|St|Gen|Lt|Sen|Rep|\b[A-Z])\.|[^\W_][\w&-]*(?:[.’'][^\W_][\w&-]*)*|[^\w\s]"
)
_LONGEST = 14
_FAR = 14
_REST = 7  # words behind "X said" that may only say when and to whom


@dataclass(frozen=True, slots=True)
class Statement:
    """``text[start:end]`` are somebody's words or their gist; ``speaker`` is the span of who."""

    speaker: Offsets
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Token:
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
        return self.text[0].isupper() and self.word not in _DETERMINERS


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
        self._tokens = [
            _Token(match.start(), match.end(), match.group())
            for match in _TOKEN.finditer(text, start, end)
        ]
        self._start, self._end = start, end

    def statements(self) -> list[Statement]:
        found: list[Statement] = []
        for place in range(len(self._tokens)):
            speaker = self._speaker(place)
            if speaker is None:
                continue
            one = Statement(speaker, *self._scope(place, speaker))
            if found and found[-1].start < one.start and found[-1].end > speaker[0]:
                found = self._bounded(found, speaker[0])
            found.append(one)
        return found

    def _bounded(self, found: list[Statement], start: int) -> list[Statement]:
        """Statements end where another one is joined to them: "… said, but Y denied it"."""
        place = self._place_at(start)
        joined = self._word(place - 1) in {"but", "while", "and", "though", "although"}
        return [replace(s, end=start) if joined and s.start < start else s for s in found]

    def _place_at(self, offset: int) -> int:
        return next((n for n, t in enumerate(self._tokens) if t.start >= offset), len(self._tokens))

    def _word(self, place: int) -> str:
        return self._tokens[place].word if 0 <= place < len(self._tokens) else ""

    def _speaker(self, place: int) -> Offsets | None:
        """Who says something with the word at ``place``; None where it reports nothing."""
        word = self._word(place)
        if word == "according" and self._word(place + 1) == "to":
            return self._forward(place + 2)
        if word == "saying" and self._word(place - 1) == "as" and self._word(place - 2) == "quoted":
            return self._backward(self._before_verb(place - 3, past=_ADVERBS | _PASSIVE))
        if word not in _SAY and word not in _ALSO_SAY:
            return None
        before = self._before_verb(place - 1)
        if self._word(before) in _PASSIVE:
            return self._by(place)
        if inverted := self._inverted(place):
            return inverted
        if word in _ALSO_SAY and not self._followed(place, _ALSO_SAY[word]):
            return None
        return self._backward(before)

    def _before_verb(self, place: int, past: frozenset[str] = _ADVERBS) -> int:
        """The last word of the subject of the verb behind ``place``."""
        while self._word(place) in past or self._word(place).endswith("ly"):
            place -= 1
        return place

    def _followed(self, place: int, words: frozenset[str]) -> bool:
        near = words & {"to", "of", "out", "for", "it", "a", "an", "if", "whether"}
        if self._word(place + 1) in near:
            return True
        return any(self._word(place + step) in words - near for step in range(1, _FAR))

    def _by(self, place: int) -> Offsets | None:
        """Who a passive verb names: "was described by Khan as"."""
        for step in range(1, 8):
            if self._word(place + step) == "by":
                return self._forward(place + step + 1)
        return None

    def _inverted(self, place: int) -> Offsets | None:
        """Who stands behind the verb: …, said Khan."""
        mark = self._word(place - 1)
        if self._word(place) not in _SAYS_BEHIND or mark not in _CLOSING | {",", "?", "!"}:
            return None
        stop = self._noun_phrase_end(place + 1)
        follows = self._word(stop)
        if stop == place + 1 or self._word(stop - 1) in _PRONOUNS:
            return None
        if follows[:1].isalnum() and follows not in PREPOSITIONS | _BREAKS:
            return None
        return self._forward(place + 1)

    def _forward(self, place: int) -> Offsets | None:
        """The noun phrase from ``place`` on; the name that explains it, if it has none itself."""
        stop = self._noun_phrase_end(place)
        if stop == place:
            return None
        name = self._name_run(stop + 1) if self._word(stop) == "," else stop
        described = not any(token.is_name for token in self._tokens[place:stop])
        if described and name > stop + 1 and self._word(name)[:1] in {"", ",", ".", "?", "!", "”"}:
            return self._span(stop + 1, name)
        return self._span(place, stop)

    def _noun_phrase_end(self, place: int) -> int:
        stop = place
        while stop < min(len(self._tokens), place + _LONGEST) and self._continues(place, stop):
            stop += 1
        while stop > place and self._word(stop - 1) in _OF | _DETERMINERS | {"and"}:
            stop -= 1
        return stop

    def _continues(self, place: int, stop: int) -> bool:
        token = self._tokens[stop]
        if token.word == "and":
            return stop > place and self._tokens[stop - 1].is_name and self._is_name(stop + 1)
        if not token.is_word or token.word in _BREAKS | AUXILIARIES | _DATES | _SAY:
            return False
        if stop > place and self._word(stop - 1) in _PRONOUNS:
            return False
        if token.word in PREPOSITIONS - _OF or token.word == "in" and stop == place:
            return False
        ended = stop > place and self._word(stop - 1) not in _DETERMINERS | _OF
        return not (ended and token.word.endswith("ed") and not token.is_name)

    def _is_name(self, place: int) -> bool:
        return 0 <= place < len(self._tokens) and self._tokens[place].is_name

    def _name_run(self, place: int) -> int:
        """Where the name ends that begins at ``place``."""
        while self._is_name(place) or self._word(place) in {"de", "von", "van", "al", "bin"}:
            place += 1
        return place

    def _span(self, place: int, stop: int) -> Offsets | None:
        tokens = self._tokens[place:stop]
        if not tokens or not any(token.is_word for token in tokens):
            return None
        return tokens[0].start, tokens[-1].end

    def _backward(self, place: int) -> Offsets | None:
        """The noun phrase that ends at ``place``, or before what is said of it between commas."""
        if self._word(place) in {"who", "which"}:
            place -= 2 if self._word(place - 1) == "," else 1
            return self._noun_phrase_before(place)
        if self._word(place) != ",":
            return self._noun_phrase_before(place)
        named = None
        for _ in range(4):
            comma = self._comma_before(place)
            named = named or self._last_name(comma + 1, place)
            if comma < 0 or not self._is_aside(comma + 1):
                break
            place = comma
        subject = self._noun_phrase_before(place - 1)
        described = subject is None or not self._is_name(self._place_at(subject[1]) - 1)
        return named if described and named else subject

    def _comma_before(self, place: int) -> int:
        return next((n for n in range(place - 1, -1, -1) if self._word(n) == ","), -1)

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
        words = {self._word(n) for n in range(begin, place + 1)}
        return self._span(begin, place + 1) if words - _DETERMINERS - _DATES else None

    def _leads(self, place: int, last: int) -> bool:
        token = self._tokens[place]
        if token.word == "and":
            return place < last and self._is_name(place - 1) and self._is_name(place + 1)
        if not token.is_word or token.word in _BREAKS | AUXILIARIES | _SAY:
            return False
        return token.word not in PREPOSITIONS - _OF

    def _without_adverbial(self, begin: int, stop: int) -> int:
        """Past "On Tuesday", "Meanwhile", "In the assembly" at the start of the clause."""
        while begin < stop and self._word(begin) in _DATES:
            begin += 1
        if self._word(begin) not in PREPOSITIONS:
            return begin
        later = [n for n in range(begin + 2, stop) if self._word(n) in _DETERMINERS]
        name = stop
        while name > begin + 1 and self._is_name(name - 1):
            name -= 1
        return max([name if name < stop else begin + 1, *later])

    def _scope(self, place: int, speaker: Offsets) -> Offsets:
        """What is said: before the speaker, behind the verb, or both."""
        behind = max(self._tokens[place].end, speaker[1])
        head = min(self._tokens[place].start, speaker[0])
        ahead = self._word(self._place_at(head) - 1)
        if ahead not in _CLOSING | {",", "?", "!"} or self._opens_with_adverbial(head):
            return behind, self._end
        rest = self._tokens[self._place_at(behind) :]
        if rest and rest[0].text == ":":
            return behind, self._end
        if any(token.text in _OPENING for token in rest):
            return self._start, self._end
        when = next((n for n, token in enumerate(rest) if not token.is_word), len(rest))
        said = when > _REST or "that" in {token.word for token in rest[: min(4, when)]}
        return (behind, self._end) if said and ahead == "," else (self._start, head)

    def _opens_with_adverbial(self, head: int) -> bool:
        """Whether before the speaker stands only "On Tuesday," or "In a report of 388 pages,"."""
        tokens: Sequence[_Token] = self._tokens[: self._place_at(head)]
        words = [token.word for token in tokens if token.is_word]
        short = len(words) <= 8 and not set(words) & (AUXILIARIES | _SAY)
        return bool(words) and short and words[0] in PREPOSITIONS | _DATES
