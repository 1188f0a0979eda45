"""Attributes quotations: finds reported speech in a sentence, and who says it.

``NounPhrases`` finds the phrase before or behind a reporting verb, ``reported_speech`` the speeches
of a sentence with their speakers, ``speaker`` the one who says a quotation, resolving pronouns over
a few sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.evidence import Candidate, sentence_around
from rag.text.analyzer import analyse
from rag.text.entities import entities
from rag.text.lexicon import (
    ACTS,
    ALSO_SAY,
    AUXILIARIES,
    JUDGING,
    PASSIVELY,
    PREPOSITIONS,
    REPORTING,
    SAYS_BEHIND,
    SUBJECT_PRONOUNS,
    TITLES,
    WEEKDAY_NAMES,
)
from rag.text.sentences import Offsets, sentence_spans

BREAKS = frozenset(
    "that when while as because if where whether but although though than which what how why after "
    "before until so since unless who whom whose or yet not amid and".split()
)
DATES = frozenset(WEEKDAY_NAMES) | frozenset(
    "meanwhile yesterday today tomorrow later then also however still instead earlier "
    "now here there asked last night week month".split()
)
_OF = frozenset("of for at from in de la al bin van von".split())
_PHRASE_OPENERS = frozenset("the a an his her its their our my this these those some".split())
# Not ``word_spans``: the grammar needs marks as tokens, and "Dr." with its point.
_TOKEN = re.compile(
    r"(?:Dr|Mr|Mrs|Ms|Prof|St|Gen|Lt|Sen|Rep|\b[A-Z])\.|[^\W_][\w&-]*(?:(?:[.’']|(?<=\d),(?=\d))[^\W_][\w&-]*)*"
    r"(?:(?<=s)[’'](?=\s[a-z]))?|[^\w\s]"
)
_LONGEST = 14


@dataclass(frozen=True, slots=True)
class ClauseToken:
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
        return self.text[0].isupper() and self.word not in _PHRASE_OPENERS


class NounPhrases:
    """A clause as tokens; places are numbers of tokens, and "" stands for what lies outside."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.tokens = [
            ClauseToken(match.start(), match.end(), match.group())
            for match in _TOKEN.finditer(text, start, end)
        ]

    def word(self, place: int) -> str:
        return self.tokens[place].word if 0 <= place < len(self.tokens) else ""

    def place_at(self, offset: int) -> int:
        return next((n for n, t in enumerate(self.tokens) if t.start >= offset), len(self.tokens))

    def forward(self, place: int) -> Offsets | None:
        """The noun phrase from ``place`` on; the name in apposition, if it has none itself."""
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
        while stop > place and self.word(stop - 1) in _OF | _PHRASE_OPENERS | {"and"}:
            stop -= 1
        return stop

    def _continues(self, place: int, stop: int) -> bool:
        token = self.tokens[stop]
        if token.word == "and":
            return stop > place and self.tokens[stop - 1].is_name and self._is_name(stop + 1)
        if not token.is_word or token.word in BREAKS | AUXILIARIES | DATES | REPORTING:
            return False
        if stop > place and self.word(stop - 1) in SUBJECT_PRONOUNS:
            return False
        if token.word in PREPOSITIONS - _OF or (token.word == "in" and stop == place):
            return False
        ended = stop > place and self.word(stop - 1) not in _PHRASE_OPENERS | _OF
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
        """The noun phrase that ends at ``place``, or before an apposition that ends there."""
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
        return self._span(begin, place + 1) if words - _PHRASE_OPENERS - DATES else None

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
        later = [n for n in range(begin + 2, stop) if self.word(n) in _PHRASE_OPENERS]
        name = stop
        while name > begin + 1 and self._is_name(name - 1):
            name -= 1
        return max([name if name < stop else begin + 1, *later])


_ADVERBS = frozenset(
    "has have had also further then later repeatedly again only once never still already "
    "previously earlier not always often simply just all both now nevertheless nonetheless thus "
    "therefore instead meanwhile however".split()
)
_NOUNS = frozenset("assembly family ally monopoly bully supply reply anomaly".split())
_PASSIVE = frozenset("is are was were be been being to".split())
_OPENING, _CLOSING = frozenset('“"«‘'), frozenset('”"»’')
_LOOK_AHEAD = 14
_SHORT_TAIL = 7  # words behind "X said" that may only say when and to whom


@dataclass(frozen=True, slots=True)
class ReportedSpeech:
    """``text[start:end]`` is said by the phrase at ``speaker``, word for word or indirectly.

    It is empty for a speech act whose words are not reported: "praised the visit".
    """

    speaker: Offsets
    start: int
    end: int


def reported_speech(text: str, start: int, end: int) -> list[ReportedSpeech]:
    """The speeches in the sentence ``text[start:end]``, in order of their reporting verbs."""
    return [
        statement
        for first, last in _clauses(text, start, end)
        for statement in _SpeechClause(text, first, last).statements()
    ]


def _clauses(text: str, start: int, end: int) -> list[Offsets]:
    """The parts between semicolons outside quotation marks."""
    cuts = [
        match.start()
        for match in re.compile(";").finditer(text, start, end)
        if text.count("“", start, match.start()) <= text.count("”", start, match.start())
    ]
    return list(zip([start, *(cut + 1 for cut in cuts)], [*cuts, end], strict=True))


class _SpeechClause:
    """A clause as tokens; places are numbers of tokens."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._words = NounPhrases(text, start, end)
        self._start, self._end = start, end

    def statements(self) -> list[ReportedSpeech]:
        found: list[ReportedSpeech] = []
        for place in range(len(self._words.tokens)):
            speaker = self._speaker(place)
            if speaker is None:
                continue
            scope = self._scope(place, speaker)
            one = ReportedSpeech(
                speaker, *(scope if self._reports(place) else (scope[1], scope[1]))
            )
            if found and found[-1].start < one.start and found[-1].end > speaker[0]:
                found = self._bounded(found, speaker[0])
            found.append(one)
        return found

    def _bounded(self, found: list[ReportedSpeech], start: int) -> list[ReportedSpeech]:
        """The speeches, cut where another one is joined to them: "… said, but Y denied it"."""
        place = self._words.place_at(start)
        joined = self._words.word(place - 1) in {"but", "while", "and", "though", "although"}
        return [replace(s, end=start) if joined and s.start < start else s for s in found]

    def _speaker(self, place: int) -> Offsets | None:
        """The subject of the reporting verb at ``place``; None where it is none."""
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
        if self._words.word(before) in _PHRASE_OPENERS:  # "the alleged sum"
            return None
        if inverted := self._inverted(place):
            return inverted
        if word in ALSO_SAY and not self._followed(place, ALSO_SAY[word]):
            return None
        return self._words.backward(before)

    def _reports(self, place: int) -> bool:
        """Whether what follows the verb is what is said, and not the object of a speech act."""
        word = self._words.word(place)
        if word not in ACTS and word not in JUDGING:
            return True
        adjacent = self._words.word(place + 1) in ACTS.get(word, frozenset())
        judging = {self._words.word(place + step) for step in range(2, _LOOK_AHEAD)}
        judges = bool(JUDGING.get(word, frozenset()) & judging)
        return adjacent or judges

    def _before_verb(self, place: int, past: frozenset[str] = _ADVERBS) -> int:
        """The last word of the subject of the verb behind ``place``."""
        while (word := self._words.word(place)) in past or self._is_adverb(place, word):
            place -= 1
        return place

    def _is_adverb(self, place: int, word: str) -> bool:
        """Whether a word in -ly is an adverb; "Italy" and "assembly" are not."""
        if not word.endswith("ly") or word in _NOUNS:
            return False
        return not self._words.tokens[place].is_name

    def _followed(self, place: int, words: frozenset[str]) -> bool:
        near = words & {"to", "of", "out", "for", "it", "a", "an", "if", "whether"}
        if self._words.word(place + 1) in near:
            return True
        return any(self._words.word(place + step) in words - near for step in range(1, _LOOK_AHEAD))

    def _by(self, place: int) -> Offsets | None:
        """The agent of a passive verb: "was described by Khan as"."""
        for step in range(1, 8):
            if self._words.word(place + step) == "by":
                return self._words.forward(place + step + 1)
        return None

    def _inverted(self, place: int) -> Offsets | None:
        """The subject behind the verb: …, said Khan."""
        mark = self._words.word(place - 1)
        if self._words.word(place) not in SAYS_BEHIND or mark not in _CLOSING | {",", "?", "!"}:
            return None
        stop = self._words.end_from(place + 1)
        follows = self._words.word(stop)
        if stop == place + 1 or self._words.word(stop - 1) in SUBJECT_PRONOUNS:
            return None
        if follows[:1].isalnum() and follows not in PREPOSITIONS | BREAKS:
            return None
        return self._words.forward(place + 1)

    def _scope(self, place: int, speaker: Offsets) -> Offsets:
        """The span of what is said: before the speaker, behind the verb, or both."""
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
        said = when > _SHORT_TAIL or "that" in {token.word for token in rest[: min(4, when)]}
        return (behind, self._end) if said and ahead == "," else (self._start, head)

    def _opens_with_adverbial(self, head: int) -> bool:
        """Whether only an adverbial is before the speaker: "In a report of 388 pages,"."""
        tokens: Sequence[ClauseToken] = self._words.tokens[: self._words.place_at(head)]
        words = [token.word for token in tokens if token.is_word]
        short = len(words) <= 8 and not set(words) & (AUXILIARIES | REPORTING)
        return bool(words) and short and words[0] in PREPOSITIONS | DATES


_SENTENCES_BACK = 3  # sentences before this one in which the name of a pronoun is looked for
_CHARS_BACK = 1_200
_PRONOUNS = SUBJECT_PRONOUNS - {"you"}


def speaker(text: str, sentence: Offsets, quote: Offsets) -> Offsets | None:
    """The span of who says ``text[quote]``, which stands in ``sentence``; None where none does.

    >>> text = "The dyke was weak, the board said on Friday."
    >>> text[slice(*speaker(text, (0, 44), (13, 17)))]
    'the board'
    """
    around = _speech_around(reported_speech(text, *sentence), quote)
    if around is None:
        return _speaker_of_quotation(text, sentence)
    return _resolve_pronoun(text, sentence[0], around.speaker)


def _speech_around(found: list[ReportedSpeech], quote: Offsets) -> ReportedSpeech | None:
    """The narrowest speech around the quotation, or the first one inside it."""
    holding = [one for one in found if one.start <= quote[0] and quote[1] <= one.end]
    if holding:
        return min(holding, key=lambda one: (one.end - one.start, one.start))
    reported = (one for one in found if one.start < one.end)
    inside = (one for one in reported if quote[0] <= one.speaker[0] and one.speaker[1] <= quote[1])
    return next(inside, None)


def _resolve_pronoun(text: str, start: int, who: Offsets) -> Offsets:
    """The name that a pronoun stands for, if all sentences between are said by that speaker."""
    if text[slice(*who)].lower() not in _PRONOUNS:
        return who
    for sentence in reversed(_sentences_before(text, start)):
        said = reported_speech(text, *sentence)
        for one in reversed(said):
            if text[slice(*one.speaker)].lower() not in _PRONOUNS:
                return one.speaker
        if not said and text[sentence[0]] not in _OPENING:
            break
    return who


def _sentences_before(text: str, start: int) -> list[Offsets]:
    """The last sentences that end before ``start``."""
    return sentence_spans(text, max(0, start - _CHARS_BACK), start)[-_SENTENCES_BACK:]


def _speaker_of_quotation(text: str, sentence: Offsets) -> Offsets | None:
    """The speaker of a sentence that is only a quotation: that of the neighboring sentence."""
    start, end = sentence
    if text[start] not in _OPENING:
        return None
    if text[end - 1] not in _CLOSING and "”" not in text[start:end]:
        following = sentence_spans(text, end, end + _CHARS_BACK)[:1]
        found = [one for span in following for one in reported_speech(text, *span)]
        return _resolve_pronoun(text, start, found[0].speaker) if found else None
    paragraph = max(text.rfind("\n", 0, start), 0)
    before = [span for span in _sentences_before(text, start) if span[0] >= paragraph][-1:]
    found = [one for span in before for one in reported_speech(text, *span)]
    return _resolve_pronoun(text, before[0][0], found[-1].speaker) if found else None


_ASKS_FOR_WORDS = re.compile(
    r"\b(?:what|how|why)\b.{0,24}?\b(?:did|does|do|has|have|had)\s+(?P<who>.+?)\s+(?:\w+ly\s+)?"
    r"(?:say|said|tell|told|call|called|describe|promise|promised|announce|announced|explain|"
    r"claim|claimed|demand|demanded|propose|proposed|suggest|suggested|recommend|recommended|warn|"
    r"warned|think|admit|admitted|answer|reply|reassure|declare|declared|comment|stress|"
    r"emphasi[sz]e|justify|react|put|respond|argue|ask|want|express|reiterate|appreciate)\b",
    re.IGNORECASE,
)


def is_said_by_asked_speaker(question: str, span: Candidate) -> bool | None:
    """Whether the person the question names says the span; None without a name in either."""
    asked = _asked_speaker(question)
    if not asked:
        return None
    passage, place = span.hit.passage, (span.span.start, span.span.end)
    who = speaker(passage.article.text, sentence_around(passage, *place), place)
    if who is None:
        return None
    said = passage.article.text[slice(*who)]
    if not any(entity.sort == "name" for entity in entities(f"– {said}")):
        return None
    return bool(asked & _name_terms(said))


def _asked_speaker(question: str) -> frozenset[str]:
    """The terms of the name in a question for somebody's words."""
    match = _ASKS_FOR_WORDS.search(question)
    return _name_terms(match["who"]) if match else frozenset()


def _name_terms(text: str) -> frozenset[str]:
    """The terms of the names in a text, without titles."""
    names = [entity.text for entity in entities(f"– {text}") if entity.sort == "name"]
    words = [word for name in names for word in name.split() if word.lower() not in TITLES]
    return frozenset(analyse(" ".join(words)))
