"""A yes/no question and a sentence in; what the sentence says to it, and on what ground, out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rag.answer.bearing import asked_of, bearing
from rag.answer.future import is_to
from rag.answer.matching import Match, Matcher, telling_words
from rag.answer.polarity import Cue, cues
from rag.text.quantities import Quantity, quantities

Label = Literal["yes", "no", "unclear"]

_MOST, _NEARLY_ALL = 0.5, 0.75

_OF_FUTURE = re.compile(
    r"(?:and |but |so )?(?:will|would|can|could|may|might|should|shall|must)\b|"
    r".*\b(?:going|expected|due|likely|set|planned?|supposed|allowed|able) to\b",
    re.IGNORECASE,
)
_ALL = re.compile(r"\b(?:all|every|everyone|everybody|each|entire|whole|fully|completely)\b", re.I)
_ALREADY = re.compile(r"\b(?:already|yet|by now)\b", re.IGNORECASE)
_IS = re.compile(r"(?:is|are|am|does|do)\b", re.IGNORECASE)
_WISH = re.compile(r"(?:sought|seek|hop|want|wish|appl|aim|plan)", re.IGNORECASE)
_FORECAST = re.compile(r"(?:will|would|is |are |expect|due|set|intend|propos|ask)", re.IGNORECASE)
# What is so put may come or not; what is planned, promised or expected is said to come.
_TENTATIVE = re.compile(
    r"(?:may|might|could|if|whether|unless|perhaps|possibl|rumou?r|consider|suggest|propos|demand|"
    r"urg|call|ask|want|wish|threat|alleg|unlikely|seek|sought)",
    re.IGNORECASE,
)
# What is not called for may be done all the same.
_ASKED_FOR = re.compile(r"(?:call|ask|demand|urg|propos|suggest|recommend)", re.IGNORECASE)
_VOTED = re.compile(
    r"\bvot(?:e[sd]?|ing)\b(?: [\w’'-]+){0,3}? (?:(?P<contra>against)|(?P<pro>for|in favou?r))\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:that|if|whether)\b.*\b(?:not|never|no|nobody)\b", re.IGNORECASE)
_CLAIM = re.compile(r"\b(?:confirm|admit|acknowledge|concede|own up)", re.IGNORECASE)
_ASKABLE = frozenset({"refusal", "denial", "doubt", "part"})
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
        matches = asked_of(question, sentence, self._matcher.match(question, sentence, around))
        counted = _counted(question, sentence, matches)
        if counted is not None:
            matches = [match for match in matches if match.word.value is None]
        coverage = self._matcher.coverage(matches)
        bears = bearing(question, sentence, matches, self._matcher)
        if bears == "silent" and self._rules_out(sentence, matches, coverage):
            return Verdict("no", coverage, bears=True)
        if bears == "silent":
            return Verdict("unclear", coverage, bears=False)
        if bears == "other":
            return Verdict("no", coverage, bears=True)
        if counted is False:
            return Verdict("no", coverage, bears=True)
        placed = [match for match in matches if match.place >= 0]
        return Verdict(self._label(question, sentence, placed), coverage, bears=True)

    def _rules_out(self, sentence: str, matches: Sequence[Match], coverage: float) -> bool:
        """Whether all that is asked but its verb is refused: "ruled out the use of soldiers"."""
        placed = [match for match in matches if match.place >= 0 and not match.word.name]
        whole = coverage >= _NEARLY_ALL and len(placed) > 1
        return whole and any(
            cue.sort == "refusal" and all(cue.covers(match.place) for match in placed)
            for cue in cues(sentence)
        )

    def _label(self, question: str, sentence: str, placed: Sequence[Match]) -> Label:
        bearing = {cue.sort: cue for cue in self._bearing(question, sentence, placed)}
        if "falsity" in bearing or ("part" in bearing and _ALL.search(question)):
            return "no"
        if "denial" in bearing:
            return _denied(question, sentence, bearing["denial"])
        if "doubt" in bearing and "not" not in bearing:
            doubt = bearing["doubt"]
            if not _OF_FUTURE.match(question.strip()) and not is_to(question):
                return "no" if _is_wish(question, sentence, doubt) else "unclear"
            if _TENTATIVE.match(sentence, doubt.words[0]):
                return "unclear"
        if "doubt" in bearing and _ASKED_FOR.match(sentence, bearing["doubt"].words[0]):
            return "unclear"  # Who did not call for it has not said whether it was done.
        turns = _turns(list(bearing.values()), placed) + bool(_NEGATED.search(question))
        turns += _stance(question) * _stance(sentence) < 0
        return "no" if turns % 2 else "yes"

    def _bearing(self, question: str, sentence: str, placed: Sequence[Match]) -> list[Cue]:
        """The cues that concern what is asked, and do not belong to the question itself."""
        return [
            cue
            for cue in cues(sentence)
            if self._concerns(cue, placed) and not _is_asked(cue, question, sentence, placed)
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


def _stance(text: str) -> int:
    """1 where votes were cast for something, -1 where against it, 0 where neither or both."""
    sides = {side.lastgroup for side in _VOTED.finditer(text)}
    return (sides == {"pro"}) - (sides == {"contra"})


def _is_asked(cue: Cue, question: str, sentence: str, placed: Sequence[Match]) -> bool:
    """Whether the question itself speaks of refusing, doubting or lying with a cue's words.

    So it does where they are its own verb in another form: "seek" and "sought". What there is no
    evidence of is not so, however it is asked.
    """
    words = sentence[slice(*cue.words)]
    if cue.sort == "contrast":
        return words in question
    if cue.sort == "falsity":
        return not words.lower().startswith("no ") and _asks(question, words)
    start, end = cue.words
    own = any(start <= match.place < end and not match.opposite for match in placed)
    return cue.sort in _ASKABLE and (own or _asks(question, words))


def _is_wish(question: str, sentence: str, doubt: Cue) -> bool:
    """Whether what is asked is only wished for, so that it is not the case yet."""
    already = _ALREADY.search(question)
    wished = _WISH.match(sentence, doubt.words[0]) and (already or _IS.match(question))
    return bool(wished or (already and _FORECAST.match(sentence, doubt.words[0])))


def _asks(question: str, words: str) -> bool:
    """Whether the question itself speaks of refusing, denying or planning with these words."""
    telling = {word.term for word in telling_words(words)}
    return bool(telling & {word.term for word in telling_words(question)})


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


def _counted(question: str, sentence: str, matches: Sequence[Match]) -> bool | None:
    """Whether the sentence's number is what the question supposes; None where neither is known.

    Of several, a comparison is with the one nearest to what is asked: "96 were killed, 200 hurt".
    """
    given = quantities(sentence)
    for asked in quantities(question):
        same = [q for q in given if q.units & asked.units]
        if not same and asked.units and len(given) == 1 and not given[0].units:
            same = given
        compared = _COMPARED.search(question[: asked.start])
        if same and (compared or asked.value not in {q.value for q in same}):
            if compared:
                same = _nearest(same, matches)
            return any(
                _holds(asked, one, compared, _COMPARED.search(sentence[: one.start]))
                for one in same
            )
    return None


def _nearest(given: Sequence[Quantity], matches: Sequence[Match]) -> list[Quantity]:
    """The figure next to the last plain word of the question in the sentence; else all."""
    plain = [one.place for one in matches if one.place >= 0 and not one.word.name]
    plain = [place for place in plain if not any(one.start <= place < one.end for one in given)]
    if not plain:
        return list(given)
    return [min(given, key=lambda one: max(plain[-1] - one.end, one.start - plain[-1]))]


def _holds(
    asked: Quantity, given: Quantity, wanted: re.Match[str] | None, told: re.Match[str] | None
) -> bool:
    """Whether a figure is as large as asked; "well over 100" is more than 100."""
    one: Decimal = given.value
    beyond = one >= asked.value if told and told.lastgroup == "over" else one > asked.value
    return {
        "least": one >= asked.value,
        "over": beyond,
        "most": one <= asked.value,
        "under": one < asked.value,
        None: one == asked.value,
    }[wanted.lastgroup if wanted else None]
