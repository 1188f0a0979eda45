"""Decides whether one sentence answers a yes/no question, and with yes or no.

1. The words of the question are matched to those of the sentence (``matching.py``).
2. The relevance gate: the sentence must state the question's predicate (``predicate.py``) and cover
   most of the question. What states it of another subject (a rival) says "no"; what only refuses
   or denies the rest says "no", too; anything else that fails the gate is "unclear".
3. Figures are compared: "more than 100 people" is not answered yes by 96.
4. Negation, denials and doubts (``negation.py``) and opposites turn a yes into a no, or into
   "unclear".

``answerers/yes_no.py`` chooses among the sentences that were judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from rag.answer.rules.matching import (
    ContentWord,
    Match,
    Matcher,
    content_words,
    is_light,
)
from rag.answer.rules.negation import NegationCue, negation_cues
from rag.answer.rules.predicate import Predicate, is_participle, is_to, predicate
from rag.answer.rules.switches import ALL_RULES, Rules
from rag.query.rewrite import asked_end
from rag.text.analyzer import analyse
from rag.text.lexicon import SAY
from rag.text.quantities import Quantity, quantities

# The relevance gate: whether a sentence speaks to the question at all.

# "rival": the sentence states the predicate of somebody else, where only one can have done it.
Relevance = Literal["relevant", "rival", "irrelevant"]

# The least share of the question's content words that a sentence must cover; less where it has the
# predicate itself, or says that there is none.
LEAST_COVERAGE = 0.58
_LEAST_WITH_PREDICATE = 0.5
# The least share of a predicate that is said in other words.
_SAME_PREDICATE = 0.6
# How much a word counts that is only in the text around a sentence that opens with a pronoun.
_PRONOUN_SHARE = 0.7
_EXCLUSIVE = frozenset(analyse("win won beat beaten defeat head lead led succeed become first"))
_SYNONYM = 0.9
_OPENS_WITH_NONE = re.compile(
    r"(?:There (?:is|was|are|were) )?(?:no|nobody|none|nothing|neither)\b", re.I
)
_OPENS_WITH_PRONOUN = re.compile(r"(?:It|They|He|She|This|That|These|Those|There)\b")
_FUTURE_QUESTION = re.compile(r"(?:and |but |so )?(?:will|shall|won['’]t)\b", re.IGNORECASE)
_NOT_YET_BEFORE = re.compile(
    r"\b(?:will|would|shall|to|can|could|may|might|should|is|are|be|has|have|not)\s+(?:[\w-]+\s+)?\Z",
    re.IGNORECASE,
)
_PASSIVE_BEFORE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|get|got|gets)\s+(?:\w+ly\s+|not\s+|also\s+)?\Z",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"\s+(?:the|an?|his|her|its|their|him|them|it|[A-ZÀ-Þ\d])")
_NOUN_BEFORE = re.compile(
    r"(?:\b(?:the|an?|his|her|its|their|this|that)|['’]s?)\s+(?:\w+\s+)?\Z", re.I
)
_REPORTED = re.compile(rf"\b(?:{'|'.join(sorted(SAY))}) (?:that )?(?=[A-ZÀ-Þ])")
_PRONOUN = re.compile(r"\b(?:he|she|they|it|who)\s+(?:[\w-]+\s+){0,2}\Z", re.IGNORECASE)


def relevance_gate(
    question: str, sentence: str, matches: Sequence[Match], matcher: Matcher
) -> Relevance:
    """Whether the sentence covers the question, its names and numbers, and states its predicate."""
    asked = predicate(question)
    main = next((match for match in matches if asked and match.word.start == asked.start), None)
    stated = main is not None and (main.share >= _SYNONYM or main.opposite or is_light(main.word))
    least = _LEAST_WITH_PREDICATE if stated or _OPENS_WITH_NONE.match(sentence) else LEAST_COVERAGE
    if not _has_coverage(matches, matcher, least) or not _states_predicate(main, matches):
        return "irrelevant"
    if asked is None or main is None or main.place < 0 or is_light(main.word):
        return "relevant"
    if _FUTURE_QUESTION.match(question) and _is_past(sentence, main.place):
        return "irrelevant"
    if _is_of_subject(asked, sentence, matches, main):
        return "relevant"
    return "rival" if main.word.term in _EXCLUSIVE else "irrelevant"


def required_matches(question: str, sentence: str, matches: Sequence[Match]) -> list[Match]:
    """The matches of the words that a sentence must have to answer ``question``.

    In brackets behind the question are words carried from earlier ones; of these only names count.
    In "It is voluntary" the pronoun stands for something in the text around, so that words found
    there count for more.
    """
    end = asked_end(question)
    kept = [match for match in matches if match.word.start < end or match.word.name]
    if not _OPENS_WITH_PRONOUN.match(sentence):
        return kept
    return [
        replace(match, share=_PRONOUN_SHARE)
        if match.place < 0 < match.share < _PRONOUN_SHARE
        else match
        for match in kept
    ]


def _has_coverage(matches: Sequence[Match], matcher: Matcher, least: float) -> bool:
    plain = [match for match in matches if not match.word.name]
    if any(matcher.coverage(some) < least for some in (matches, plain) if some):
        return False
    main = [match for match in plain if not match.word.aside] or plain
    if main and all(match.place < 0 for match in main):
        return False
    if not any(match.place >= 0 and match.share >= _SYNONYM for match in matches):
        return False
    return not any(_is_absent(match.word, matches) for match in matches)


def _is_absent(word: ContentWord, matches: Sequence[Match]) -> bool:
    """Whether the word is a number that is not there, or part of a name of which nothing is."""
    if not word.name and word.value is None:
        return False
    same = [m for m in matches if m.word == word or (word.name and m.word.name == word.name)]
    return all(match.share == 0 for match in same)


def _states_predicate(main: Match | None, matches: Sequence[Match]) -> bool:
    """Whether the sentence has the predicate; without one, two in three of the content words.

    Of "take the dispute to court", whose verb says little, the last word must be there as well.
    """
    if main is not None and not is_light(main.word):
        return main.place >= 0 and main.share >= _SAME_PREDICATE
    words = [match for match in matches if not match.word.name and not is_light(match.word)]
    away = sum(match.place < 0 for match in words)
    missing = sum(match.share == 0 for match in words)
    light = main is not None and bool(words) and words[-1].place >= 0
    return away <= (len(words) + 1) // 3 and missing <= len(words) // 3 and (light or main is None)


def _is_past(sentence: str, place: int) -> bool:
    word = re.compile(r"[\w-]+").match(sentence, place)
    past = word is not None and is_participle(word.group().lower())
    return past and not _NOT_YET_BEFORE.search(sentence[:place])


def _only_reports(sentence: str, placed: Sequence[int], place: int) -> bool:
    """Whether the subject only reports it of another: "Iran said Israel attacked"."""
    last = max(one for one in placed if one < place)
    said = _REPORTED.search(sentence, last, place)
    reported = sentence[said.end() : place] if said else ""
    return any(word.name for word in content_words(reported))


def _is_of_subject(asked: Predicate, sentence: str, matches: Sequence[Match], main: Match) -> bool:
    """Whether the sentence states the predicate of the name that is the question's subject."""
    start, end = asked.subject
    names = [match for match in matches if match.word.name and start <= match.word.start < end]
    if not names or _NOUN_BEFORE.search(sentence[: main.place]):
        return True
    placed = [match.place for match in names if match.place >= 0]
    before = sentence[: main.place]
    if not placed:
        others = [word for word in content_words(before) if word.name]
        return not others or _PRONOUN.search(before) is not None
    turned = asked.passive != (_PASSIVE_BEFORE.search(before) is not None)
    if not turned:
        return min(placed) < main.place and not _only_reports(sentence, placed, main.place)
    word = re.compile(r"[\w-]+").match(sentence, main.place)
    has_object = word is not None and _OBJECT.match(sentence, word.end()) is not None
    return not (min(placed) < main.place and (has_object or not asked.passive))


# The label: what a sentence that passed the gate says.

Label = Literal["yes", "no", "unclear"]

_MOST, _NEARLY_ALL = 0.5, 0.75

_OF_FUTURE = re.compile(
    r"(?:and |but |so )?(?:will|would|can|could|may|might|should|shall|must)\b|"
    r".*\b(?:going|expected|due|likely|set|planned?|supposed|allowed|able) to\b",
    re.IGNORECASE,
)
_ALL = re.compile(r"\b(?:all|every|everyone|everybody|each|entire|whole|fully|completely)\b", re.I)
_ALREADY = re.compile(r"\b(?:already|yet|by now)\b", re.IGNORECASE)
_PRESENT_TENSE = re.compile(r"(?:is|are|am|does|do)\b", re.IGNORECASE)
_WISH = re.compile(r"(?:sought|seek|hop|want|wish|appl|aim|plan)", re.IGNORECASE)
_FORECAST = re.compile(r"(?:will|would|is |are |expect|due|set|intend|propos|ask)", re.IGNORECASE)
# These leave open whether it will happen; what is planned, promised or expected will happen.
_TENTATIVE = re.compile(
    r"(?:may|might|could|if|whether|unless|perhaps|possibl|rumou?r|consider|suggest|propos|demand|"
    r"urg|call|ask|want|wish|threat|alleg|unlikely|seek|sought)",
    re.IGNORECASE,
)
# That nobody called for it does not say that it was not done.
_ASKED_FOR = re.compile(r"(?:call|ask|demand|urg|propos|suggest|recommend)", re.IGNORECASE)
_VOTED = re.compile(
    r"\bvot(?:e[sd]?|ing)\b(?: [\w’'-]+){0,3}? (?:(?P<contra>against)|(?P<pro>for|in favou?r))\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:that|if|whether)\b.*\b(?:not|never|no|nobody)\b", re.IGNORECASE)
_CLAIM = re.compile(r"\b(?:confirm|admit|acknowledge|concede|own up)", re.IGNORECASE)
_ASKABLE = frozenset({"refusal", "denial", "doubt", "part"})
_SAYING = frozenset("say said tell told announce announced know knew known believe mention".split())
_DENIES_OWN_ACT = re.compile(
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
class Entailment:
    """What a sentence says to a yes/no question.

    ``relevant`` is whether the sentence speaks to the question at all; if not, ``label`` is
    "unclear".
    ``coverage`` is the weighted share of the question's content words in it, in [0, 1].
    """

    label: Label
    coverage: float
    relevant: bool


class EntailmentJudge:
    """Judges sentences against a yes/no question."""

    def __init__(self, matcher: Matcher, rules: Rules = ALL_RULES) -> None:
        self._matcher = matcher
        self._rules = rules

    def judge(self, question: str, sentence: str, around: str = "") -> Entailment:
        """What ``sentence`` says to ``question``; ``around`` is the text around it.

        Yes or no only where the sentence covers most of the question, and does not speak of a
        plan, a wish or one side's claim.
        """
        matches = required_matches(
            question, sentence, self._matcher.match(question, sentence, around)
        )
        counted = _compare_figures(question, sentence, matches)
        if counted is not None:
            matches = [match for match in matches if match.word.value is None]
        coverage = self._matcher.coverage(matches)
        relevance = self._relevance(question, sentence, matches)
        if relevance == "irrelevant":
            no = self._rules_out(sentence, matches, coverage)
            return Entailment("no" if no else "unclear", coverage, relevant=no)
        if relevance == "rival" or counted is False:
            return Entailment("no", coverage, relevant=True)
        placed = [match for match in matches if match.place >= 0]
        return Entailment(self._label(question, sentence, placed), coverage, relevant=True)

    def _relevance(self, question: str, sentence: str, matches: Sequence[Match]) -> Relevance:
        if not self._rules.relevance_gate:
            return "relevant"
        return relevance_gate(question, sentence, matches, self._matcher)

    def _cues(self, sentence: str) -> list[NegationCue]:
        return negation_cues(sentence) if self._rules.negation else []

    def _rules_out(self, sentence: str, matches: Sequence[Match], coverage: float) -> bool:
        """Whether it refuses all of the question but its verb: "ruled out the use of soldiers"."""
        placed = [match for match in matches if match.place >= 0 and not match.word.name]
        whole = coverage >= _NEARLY_ALL and len(placed) > 1
        return whole and any(
            cue.sort == "refusal" and all(cue.covers(match.place) for match in placed)
            for cue in self._cues(sentence)
        )

    def _label(self, question: str, sentence: str, placed: Sequence[Match]) -> Label:
        cues = {cue.sort: cue for cue in self._relevant_cues(question, sentence, placed)}
        if "falsity" in cues or ("part" in cues and _ALL.search(question)):
            return "no"
        if "denial" in cues:
            return _denial_label(question, sentence, cues["denial"])
        if "doubt" in cues and "not" not in cues:
            doubt = cues["doubt"]
            if not _OF_FUTURE.match(question.strip()) and not is_to(question):
                return "no" if _is_wish(question, sentence, doubt) else "unclear"
            if _TENTATIVE.match(sentence, doubt.words[0]):
                return "unclear"
        if "doubt" in cues and _ASKED_FOR.match(sentence, cues["doubt"].words[0]):
            return "unclear"  # Who did not call for it has not said whether it was done.
        reversals = _count_reversals(cues.values(), placed)
        if self._rules.negation:
            reversals += bool(_NEGATED.search(question))
            reversals += _vote_stance(question) * _vote_stance(sentence) < 0
        return "no" if reversals % 2 else "yes"

    def _relevant_cues(
        self, question: str, sentence: str, placed: Sequence[Match]
    ) -> list[NegationCue]:
        """The cues that apply to the question's words and are not in the question itself."""
        return [
            cue
            for cue in self._cues(sentence)
            if self._applies(cue, placed) and not _is_in_question(cue, question, sentence, placed)
        ]

    def _applies(self, cue: NegationCue, placed: Sequence[Match]) -> bool:
        """Whether a cue applies to the question: to its last plain word, or to most of it."""
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


def _vote_stance(text: str) -> int:
    """1 where votes were cast for something, -1 where against it, 0 where neither or both."""
    stances = {vote.lastgroup for vote in _VOTED.finditer(text)}
    return (stances == {"pro"}) - (stances == {"contra"})


def _is_in_question(
    cue: NegationCue, question: str, sentence: str, placed: Sequence[Match]
) -> bool:
    """Whether the question has the cue itself, so that it does not turn the answer round.

    So it has where the cue is the question's own verb in another form, "sought" for "seek". "There
    is no evidence" means no, however the question is put.
    """
    words = sentence[slice(*cue.words)]
    if cue.sort == "contrast":
        return words in question
    if cue.sort == "falsity":
        return not words.lower().startswith("no ") and _shares_words(question, words)
    start, end = cue.words
    own = any(start <= match.place < end and not match.opposite for match in placed)
    return cue.sort in _ASKABLE and (own or _shares_words(question, words))


def _is_wish(question: str, sentence: str, doubt: NegationCue) -> bool:
    """Whether the sentence only wishes for it, so that it is not the case yet."""
    already = _ALREADY.search(question)
    wished = _WISH.match(sentence, doubt.words[0]) and (already or _PRESENT_TENSE.match(question))
    return bool(wished or (already and _FORECAST.match(sentence, doubt.words[0])))


def _shares_words(question: str, words: str) -> bool:
    """Whether the question has one of these words, in any form."""
    terms = {word.term for word in content_words(words)}
    return bool(terms & {word.term for word in content_words(question)})


def _count_reversals(cues: Iterable[NegationCue], placed: Sequence[Match]) -> int:
    """How often the meaning is turned round; a refusal that is an opposite as well counts once."""
    opposite = [match.place for match in placed if match.opposite]
    turning = [cue for cue in cues if cue.sort in ("not", "contrast", "refusal")]
    own = [cue for cue in turning if any(cue.words[0] <= p < cue.words[1] for p in opposite)]
    return len(opposite) + len(turning) - len(own)


def _denial_label(question: str, sentence: str, cue: NegationCue) -> Label:
    """No where somebody denies their own act; another's denial is only a claim."""
    if _CLAIM.search(question):
        return "no"
    denier = {word.term for word in content_words(sentence[: cue.words[0]]) if word.name}
    asked = {word.term for word in content_words(question)}
    own = _DENIES_OWN_ACT.match(sentence, cue.words[1]) and (denier & asked or not denier)
    return "no" if own else "unclear"


def _compare_figures(question: str, sentence: str, matches: Sequence[Match]) -> bool | None:
    """Whether the sentence's figure fits the question's; None where there are none to compare.

    Of several figures the one nearest to the question's words counts: "96 were killed, 200 hurt".
    """
    given = quantities(sentence)
    for asked in quantities(question):
        same = [q for q in given if q.units & asked.units]
        if not same and asked.units and len(given) == 1 and not given[0].units:
            same = given
        compared = _COMPARED.search(question[: asked.start])
        if same and (compared or asked.value not in {q.value for q in same}):
            if compared:
                same = _nearest_figure(same, matches)
            return any(
                _satisfies(asked, one, compared, _COMPARED.search(sentence[: one.start]))
                for one in same
            )
    return None


def _nearest_figure(given: Sequence[Quantity], matches: Sequence[Match]) -> list[Quantity]:
    """The figure next to the last plain word of the question in the sentence; else all."""
    plain = [one.place for one in matches if one.place >= 0 and not one.word.name]
    plain = [place for place in plain if not any(one.start <= place < one.end for one in given)]
    if not plain:
        return list(given)
    return [min(given, key=lambda one: max(plain[-1] - one.end, one.start - plain[-1]))]


def _satisfies(
    asked: Quantity, given: Quantity, wanted: re.Match[str] | None, said: re.Match[str] | None
) -> bool:
    """Whether a figure meets the question's: equal, at least, at most, over or under it.

    "Well over 100" counts as more than 100.
    """
    value: Decimal = given.value
    beyond = value >= asked.value if said and said.lastgroup == "over" else value > asked.value
    return {
        "least": value >= asked.value,
        "over": beyond,
        "most": value <= asked.value,
        "under": value < asked.value,
        None: value == asked.value,
    }[wanted.lastgroup if wanted else None]
