"""A yes/no question and a sentence in; what the sentence says to it, and on what ground, out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rag.answer.matching import Match, Matcher, telling_words
from rag.answer.polarity import Cue, cues
from rag.answer.quantities import Quantity, quantities
from rag.index.analysis import analyse

Label = Literal["yes", "no", "unclear"]

# The least share of the question's telling words that a sentence must speak to.
LEAST_COVERAGE = 0.55
_MOST = 0.5

_OF_FUTURE = re.compile(
    r"(?:and |but |so )?(?:will|would|can|could|may|might|should|shall|must)\b|"
    r".*\b(?:going|expected|due|likely|set|planned?|supposed|allowed|able) to\b|"
    r"(?:is|are|was|were) (?:[\w’'-]+ ){1,4}?to (?!the\b|an?\b|his\b|her\b|its\b|their\b)[a-z]+\b",
    re.IGNORECASE,
)
_ALL = re.compile(r"\b(?:all|every|everyone|everybody|each|entire|whole|fully|completely)\b", re.I)
_ALREADY = re.compile(r"\b(?:already|yet|by now)\b", re.IGNORECASE)
_WISH = re.compile(
    r"(?:sought|seek|hop|want|wish|plan|appl|ask|demand|propos|aim|intend|mean|expect|will|would|is |are )",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:that|if|whether)\b.*\b(?:not|never|no|nobody)\b", re.IGNORECASE)
_CLAIM = re.compile(r"\b(?:confirm|admit|acknowledge|concede|own up)", re.IGNORECASE)
_OWN = re.compile(
    r"\s*(?:having\b|being\b|\w+ing\b|that (?:he|she|they|it|we|i)\b|any\b|wrongdoing\b|"
    r"(?:the|all|these|those) (?:accus|charge|alleg|claim|report))",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:(?P<least>at least|as many as)|(?P<over>more than|over|above|exceed\w*)|"
    r"(?P<most>at most|up to|no more than)|(?P<under>less than|fewer than|under|below))\s*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``coverage`` is how much of what is asked the sentence speaks to, in [0, 1]."""

    label: Label
    coverage: float


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
        coverage = self._matcher.coverage(matches)
        placed = [match for match in matches if match.place >= 0]
        if coverage < LEAST_COVERAGE or all(match.word.name for match in placed):
            return Verdict("unclear", coverage)
        return Verdict(self._label(question, sentence, placed), coverage)

    def _label(self, question: str, sentence: str, placed: Sequence[Match]) -> Label:
        if (counted := _counted(question, sentence)) is not None:
            return "yes" if counted else "no"
        bearing = {cue.sort: cue for cue in self._bearing(question, sentence, placed)}
        if "falsity" in bearing or "part" in bearing and _ALL.search(question):
            return "no"
        if "denial" in bearing:
            return _denied(question, sentence, bearing["denial"])
        if "doubt" in bearing and "not" not in bearing and not _OF_FUTURE.match(question.strip()):
            wished = _WISH.match(sentence, bearing["doubt"].words[0])
            return "no" if wished and _ALREADY.search(question) else "unclear"
        turns = _turns(list(bearing.values()), placed) + bool(_NEGATED.search(question))
        return "no" if turns % 2 else "yes"

    def _bearing(self, question: str, sentence: str, placed: Sequence[Match]) -> list[Cue]:
        """The cues that concern what is asked, and do not belong to the question itself."""
        asked = set(analyse(question))
        return [
            cue
            for cue in cues(sentence)
            if self._concerns(cue, placed)
            and (cue.sort in ("not", "contrast") or not asked & set(analyse(sentence[slice(*cue.words)])))
        ]

    def _concerns(self, cue: Cue, placed: Sequence[Match]) -> bool:
        inside = [match for match in placed if cue.covers(match.place)]
        if cue.sort == "contrast":
            return bool(inside)
        plain = [match for match in placed if not match.word.name]
        within = [match for match in plain if cue.covers(match.place)]
        return self._matcher.weight(within) >= _MOST * self._matcher.weight(plain)


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
