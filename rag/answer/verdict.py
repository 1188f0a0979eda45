"""A yes/no question and a sentence in; what the sentence says to it, and on what ground, out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rag.answer.matching import Match, Matcher, Word, is_light, telling_words
from rag.answer.polarity import Cue, cues
from rag.answer.quantities import Quantity, quantities

Label = Literal["yes", "no", "unclear"]

# The least share of the question's telling words that a sentence must speak to.
LEAST_COVERAGE = 0.58
_MOST = 0.5

_OF_FUTURE = re.compile(
    r"(?:and |but |so )?(?:will|would|can|could|may|might|should|shall|must)\b|"
    r".*\b(?:going|expected|due|likely|set|planned?|supposed|allowed|able) to\b|"
    r"(?:is|are|was|were) (?:[\w’'-]+ ){1,4}?to (?!the\b|an?\b|his\b|her\b|its\b|their\b)[a-z]+\b",
    re.IGNORECASE,
)
_ALL = re.compile(r"\b(?:all|every|everyone|everybody|each|entire|whole|fully|completely)\b", re.I)
_ALREADY = re.compile(r"\b(?:already|yet|by now)\b", re.IGNORECASE)
_IS = re.compile(r"(?:is|are|am|does|do)\b", re.IGNORECASE)
_WISH = re.compile(r"(?:sought|seek|hop|want|wish|appl|aim|plan)", re.IGNORECASE)
_FORECAST = re.compile(r"(?:will|would|is |are |expect|due|set|intend|propos|ask)", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:that|if|whether)\b.*\b(?:not|never|no|nobody)\b", re.IGNORECASE)
_CLAIM = re.compile(r"\b(?:confirm|admit|acknowledge|concede|own up)", re.IGNORECASE)
_ASKABLE = frozenset({"refusal", "denial", "doubt", "part"})
_AUX = (
    r"(?:and |but |so )?"
    r"(?:did|does|do|was|were|is|are|has|have|had|will|would|can|could)(?:n['’]t)? "
)
_NAME_FIRST = re.compile(
    rf"(?i:{_AUX})(?:[A-ZÀ-Þ][\w-]*[.]? )+"
    r"(?:(?:not|ever|already|really|also|to|been|be) )*(?P<word>[a-z-]+)"
)
_IS_WHAT = re.compile(r"(?:is|are|was|were) [^?,]*?(?P<word>[\w-]+)\s*\??\s*\Z", re.IGNORECASE)
_SAYING = frozenset("say said tell told announce announced know knew known believe mention".split())
_OWN = re.compile(
    r"\s*(?:having\b|being\b|\w+ing\b|that (?:he|she|they|it|we|i)\b|any\b|wrongdoing\b|"
    r"(?:the|all|these|those) (?:accus|charge|alleg|claim|report))",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:(?P<least>at least|as many as)|(?P<over>more than|over|above|exceed\w*|"
    r"(?:tall|high|long|old|larg|bigg|great|fast|heavi|wid|deep|lat)er than)|"
    r"(?P<most>at most|up to|no more than)|(?P<under>less than|fewer than|under|below|"
    r"(?:short|low|young|small|light|cheap|narrow|slow|earli)er than))\s*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``bears`` says whether the sentence speaks to the question at all; if not, it is "unclear".

    ``coverage`` is how much of what is asked the sentence speaks to, in [0, 1].
    """

    label: Label
    coverage: float
    bears: bool


class Judge:
    """Holds a yes/no question against sentences."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def judge(self, question: str, sentence: str, around: str = "") -> Verdict:
        """What ``sentence`` says to ``question``; ``around`` is the text that it stands in.

        Yes or no only where the sentence speaks to most of what is asked, and does not make a plan,
        a wish or one side's claim of it.
        """
        matches = self._matcher.match(question, sentence, around)
        counted = _counted(question, sentence)
        if counted is not None:
            matches = [match for match in matches if match.word.value is None]
        coverage = self._matcher.coverage(matches)
        if not self._bears(matches, coverage) or _lacks_predicate(question, matches):
            return Verdict("unclear", coverage, bears=False)
        if counted is not None:
            return Verdict("yes" if counted else "no", coverage, bears=True)
        placed = [match for match in matches if match.place >= 0]
        return Verdict(self._label(question, sentence, placed), coverage, bears=True)

    def _bears(self, matches: Sequence[Match], coverage: float) -> bool:
        """Whether enough is said of what is asked, and of everyone and everything named."""
        plain = [match for match in matches if not match.word.name]
        if coverage < LEAST_COVERAGE or (plain and self._matcher.coverage(plain) < LEAST_COVERAGE):
            return False
        main = [match for match in plain if not match.word.aside] or plain
        if main and all(match.place < 0 for match in main):
            return False
        return not any(_is_missing(match.word, matches) for match in matches)

    def _label(self, question: str, sentence: str, placed: Sequence[Match]) -> Label:
        bearing = {cue.sort: cue for cue in self._bearing(question, sentence, placed)}
        if "falsity" in bearing or ("part" in bearing and _ALL.search(question)):
            return "no"
        if "denial" in bearing:
            return _denied(question, sentence, bearing["denial"])
        if "doubt" in bearing and "not" not in bearing and not _OF_FUTURE.match(question.strip()):
            return "no" if _is_wish(question, sentence, bearing["doubt"]) else "unclear"
        turns = _turns(list(bearing.values()), placed) + bool(_NEGATED.search(question))
        return "no" if turns % 2 else "yes"

    def _bearing(self, question: str, sentence: str, placed: Sequence[Match]) -> list[Cue]:
        """The cues that concern what is asked, and do not belong to the question itself."""
        return [
            cue
            for cue in cues(sentence)
            if self._concerns(cue, placed)
            and not (cue.sort in _ASKABLE and _asks(question, sentence[slice(*cue.words)]))
            and not (cue.sort == "contrast" and sentence[slice(*cue.words)] in question)
        ]

    def _concerns(self, cue: Cue, placed: Sequence[Match]) -> bool:
        """Whether a cue bears on what is asked: on its last plain word, or on most of it."""
        inside = [match for match in placed if cue.covers(match.place)]
        plain = [match for match in placed if not match.word.name]
        if cue.sort == "contrast" or not plain:
            return bool(inside)
        if cue.sort != "not" and plain[-1] in inside:
            return True
        if cue.sort == "not" and any(match.word.text.lower() in _SAYING for match in inside):
            return True
        return any(
            self._matcher.weight([match for match in some if match in inside])
            >= _MOST * self._matcher.weight(some)
            for some in (plain, placed)
        )


def _lacks_predicate(question: str, matches: Sequence[Match]) -> bool:
    """Whether the sentence has nothing for the word that the question is about.

    That is the word right behind the name it begins with ("Did Khan resign as leader?"), and, where
    it asks what something is, its last one ("Was the figure right?").
    """
    needed = []
    if match := _NAME_FIRST.match(question):
        needed.append(match.start("word"))
    if match := _IS_WHAT.match(question):
        needed.append(match.start("word"))
    return any(
        match.place < 0 and match.word.start in needed and not is_light(match.word)
        for match in matches
    )


def _is_wish(question: str, sentence: str, doubt: Cue) -> bool:
    """Whether what is asked is only wished for, so that it is not the case yet."""
    already = _ALREADY.search(question)
    wished = _WISH.match(sentence, doubt.words[0]) and (already or _IS.match(question))
    return bool(wished or (already and _FORECAST.match(sentence, doubt.words[0])))


def _asks(question: str, words: str) -> bool:
    """Whether the question itself speaks of refusing, denying or planning with these words."""
    telling = {word.term for word in telling_words(words)}
    return bool(telling & {word.term for word in telling_words(question)})


def _is_missing(word: Word, matches: Sequence[Match]) -> bool:
    """Whether the word is a number that is not there, or part of a name of which nothing is."""
    if not word.name and word.value is None:
        return False
    same = [m for m in matches if m.word == word or (word.name and m.word.name == word.name)]
    return all(match.share == 0 for match in same)


def _turns(bearing: Sequence[Cue], placed: Sequence[Match]) -> int:
    """How often the meaning is turned round; a word that refuses counts once."""
    opposite = [match.place for match in placed if match.opposite]
    turning = [cue for cue in bearing if cue.sort in ("not", "contrast", "refusal")]
    own = [cue for cue in turning if any(cue.words[0] <= p < cue.words[1] for p in opposite)]
    return len(opposite) + len(turning) - len(own)


def _denied(question: str, sentence: str, cue: Cue) -> Label:
    """A denial answers for the one who denies it of himself; others only say the contrary."""
    if _CLAIM.search(question):
        return "no"
    denier = {word.term for word in telling_words(sentence[: cue.words[0]]) if word.name}
    asked = {word.term for word in telling_words(question)}
    own = _OWN.match(sentence, cue.words[1]) and (denier & asked or not denier)
    return "no" if own else "unclear"


def _counted(question: str, sentence: str) -> bool | None:
    """Whether the sentence's number is what the question supposes; None where neither is known."""
    given = quantities(sentence)
    for asked in quantities(question):
        same = [q for q in given if q.units & asked.units]
        if not same and len(given) == 1 and given[0].comparable(asked):
            same = given
        compared = _COMPARED.search(question[: asked.start])
        if same and (compared or asked.value not in {q.value for q in same}):
            return any(_holds(asked, one, compared) for one in same)
    return None


def _holds(asked: Quantity, given: Quantity, compared: re.Match[str] | None) -> bool:
    one: Decimal = given.value
    sort = compared.lastgroup if compared else None
    return {
        "least": one >= asked.value,
        "over": one > asked.value,
        "most": one <= asked.value,
        "under": one < asked.value,
        None: one == asked.value,
    }[sort]
