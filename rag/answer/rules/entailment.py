"""Decides whether a sentence says yes or no to a question, or nothing.

The predicate of the question must be what the sentence is about (the relevance gate); negation,
opposites and figures then decide which of the two it says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from rag.query.rewrite import asked_end
from rag.text.analyzer import analyse
from rag.text.lexicon import FUNCTION_WORDS, PREPOSITIONS, SAY
from rag.text.quantities import Quantity, quantities
from rag.text.sentences import Offsets, word_spans

Form = Literal["base", "participle", "complement"]

_FORMS: dict[str, Form] = {
    **dict.fromkeys(
        "do does did will would shall should can could may might must wo ca".split(), "base"
    ),
    **dict.fromkeys("has have had".split(), "participle"),
    **dict.fromkeys("is are was were am".split(), "complement"),
}
_OPENERS = frozenset("and but so or then".split())
_PRONOUNS = frozenset(
    "he she they it we you i this that these those there anyone anybody anything someone somebody "
    "something everyone everybody everything nobody nothing both".split()
)
_DETERMINERS = frozenset(
    "a an the his her its their our my your this that these those any some no all each every both "
    "another many more most several such few".split()
)
# These stand between the subject and the predicate; the second ones only before "to".
_LEADING = frozenset(
    "not ever never already really also actually still even finally now yet again be been being "
    "get got".split()
)
_BEFORE_TO = frozenset(
    "have has had going able allowed about supposed due expected set likely".split()
)
_SUBORDINATE = frozenset("when while because after before if as that whether since until".split())
_LINKING = frozenset("found declared left kept made proved".split())
_PASSIVE = frozenset("be been being get got".split())
_AUXILIARY = re.compile(r"n't$")
_PARTICIPLES = frozenset(
    "begun broken brought built bought caught chosen come cut dealt done drawn driven fallen "
    "felt found fought given gone grown heard held hit hurt kept known laid led left lent lost "
    "made meant met paid put read risen run said sat seen sent set shot shown shut sold spent "
    "split spoken stood stolen struck sunk sworn taken taught thought thrown told torn "
    "understood won worn written rebuilt overturned withdrawn become forgiven forbidden hidden "
    "burnt sung lit".split()
)
_VERBS = frozenset(
    "be have do abandon abolish abstain accept accuse achieve acknowledge acquit act add admit "
    "adopt agree aim allow announce apologise apologize appeal appear apply appoint approve "
    "argue arrest arrive ask assume attack attend attract avoid award back ban beat become begin "
    "believe belong blame block book borrow break bring build burn buy call campaign cancel "
    "carry catch cause celebrate change charge check choose claim clear climb close collapse "
    "collect come comment commit compete complain complete concede conclude condemn confirm "
    "congratulate connect consider consist contact contain continue contribute convict cooperate "
    "cost count cover crash create criticise criticize cross cut damage deal decide decline "
    "decrease defeat defend delay demand deny depart depend describe deserve destroy develop die "
    "differ disagree disappear discover discuss dismiss dispute double doubt draw drift drink "
    "drive drop drown earn eat elect employ encourage end endanger endorse enjoy enter escape "
    "establish exceed exist expand expect expire explain explode export express extend face fail "
    "fall favour feel fight fill find fine finish fire fit fix flee float flood fly follow "
    "forbid force forget form fund gain gather get give go govern grant grow guarantee hand "
    "happen harm head hear help hide hire hit hold hope host hurt identify ignore import impose "
    "improve include increase inform injure insist inspect intend introduce invest investigate "
    "invite involve join judge keep kill know lack land lapse last launch lay lead leak learn "
    "leave lend let lie like limit listen live look lose lower make manage mark marry match mean "
    "measure meet melt mention merge miss move name need negotiate notice object obey occupy "
    "occur offer open operate oppose order organise organize outlaw own paint participate pass "
    "pay perform permit phone place plan play plead please pledge postpone praise predict prefer "
    "prepare present preside press prevent proceed produce promise propose protect protest prove "
    "provide publish pull punish push put qualify question quit raise reach react read receive "
    "recognise recognize recommend recover reduce refund refuse register reject release rely "
    "remain remember remove rename renew rent reopen repair repeat replace reply report "
    "represent request require rescue resign resist resolve respond rest restore result resume "
    "retain retire return reveal reverse ride rise rob rule run sack sail save say score see "
    "seek seem sell send serve set settle share shoot shut sign sing sink sit speak spend spread "
    "stand start state stay steal step stop strengthen strike study submit succeed suffer "
    "suffice suggest sue support survive suspect suspend take talk teach tell testify thank "
    "think threaten throw tour trade train transfer travel treat trust try turn understand urge "
    "use vanish veto visit vote wait walk want warn watch wear welcome win wish withdraw witness "
    "work worsen write yield".split()
)


@dataclass(frozen=True, slots=True)
class Predicate:
    """``start`` is the offset of the predicate's word, ``subject`` the span of what is before it.

    ``passive`` says that the subject suffers what the predicate names: "Was the mayor charged?".
    """

    start: int
    subject: Offsets
    passive: bool


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str

    @property
    def word(self) -> str:
        return self.text.lower().replace("’", "'")


def predicate(question: str) -> Predicate | None:
    """The predicate of ``question``; None where the question has another form.

    >>> found = predicate("Did the water board accept the offer?")
    >>> "Did the water board accept the offer?"[found.start :][:6]
    'accept'
    """
    tokens = [_Token(start, end, question[start:end]) for start, end in word_spans(question)]
    while tokens and tokens[0].word in _OPENERS:
        tokens = tokens[1:]
    form = _FORMS.get(_AUXILIARY.sub("", tokens[0].word)) if tokens else None
    rest = _main_clause([token for token in tokens[1:] if token.word != "not"])
    place = _behind_subject(question, rest, form) if form and rest else None
    found = _past_auxiliaries(rest, place) if place else None
    if place is None or found is None or rest[found].word in FUNCTION_WORDS:
        return None
    led = {token.word for token in rest[place:found]} | ({"be"} if form == "complement" else set())
    passive = bool(led & _PASSIVE) and is_participle(rest[found].word)
    found = _past_link(rest, found, passive=passive)
    return Predicate(rest[found].start, (rest[0].start, rest[place - 1].end), passive)


def _main_clause(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """The words before "when", "because" and the like."""
    stops = [n for n, token in enumerate(tokens) if token.word in _SUBORDINATE]
    return tokens[: stops[0]] if stops else tokens


def _behind_subject(question: str, tokens: Sequence[_Token], form: Form) -> int | None:
    """The place of the first word behind the subject."""
    behind = tokens[1].word if len(tokens) > 1 else ""
    if tokens[0].word in _PRONOUNS and behind not in PREPOSITIONS:
        return 1 if behind else None
    places = [place for place in range(1, len(tokens)) if _can_follow(question, tokens, place)]
    if form == "complement":
        return _behind_be(tokens, places)
    known = [place for place in places if _has_form(tokens[place].word, form)]
    return known[0] if known else _last_of_run(tokens, places)


def _can_follow(question: str, tokens: Sequence[_Token], place: int) -> bool:
    """Whether the subject may end before ``place``: not behind "the", "of" or a possessive."""
    before, token = tokens[place - 1], tokens[place]
    if before.word in _DETERMINERS | PREPOSITIONS | {"and", "or"}:
        return False
    if before.word.endswith(("'s", "s'", "ly")) or question[before.end : token.start].strip():
        return False
    return not token.text[0].isupper() and not token.text[0].isdigit()


def _has_form(word: str, form: Form) -> bool:
    if form == "base":
        return word in _VERBS
    return word in _LEADING or is_participle(word)


def _behind_be(tokens: Sequence[_Token], places: Sequence[int]) -> int | None:
    """A participle; else what stands right behind a name; else a comparative or the last word."""
    told = [n for n in places if is_participle(tokens[n].word) or tokens[n].word in _LEADING]
    if told:
        place = told[-1] if told[-1] == len(tokens) - 1 else told[0]
        while place - 1 in told:
            place -= 1
        return place
    names = [n for n in places if all(token.text[0].isupper() for token in tokens[:n])]
    compared = [n for n in places[:-1] if tokens[n + 1].word == "than"]
    going = [n for n in places if tokens[n].word.endswith("ing")]
    return next(iter([*names, *compared, *going, *places[-1:]]), None)


def _last_of_run(tokens: Sequence[_Token], places: Sequence[int]) -> int | None:
    """The last of the words that stand together, where none is a verb that is known here."""
    for place in places:
        ends = place + 1 == len(tokens) or tokens[place + 1].word in FUNCTION_WORDS
        if ends and tokens[place].word not in FUNCTION_WORDS:
            return place
    return None


def _past_auxiliaries(tokens: Sequence[_Token], place: int) -> int | None:
    """The place of the predicate itself, behind "been", "able to", "already" and the like."""
    while place < len(tokens) and _leads_on(tokens, place):
        place += 1
    return place if place < len(tokens) else None


def _past_link(tokens: Sequence[_Token], place: int, *, passive: bool) -> int:
    """The place of what something was found, declared or left: "found guilty"."""
    linked = passive and tokens[place].word in _LINKING and place + 1 < len(tokens)
    return place + 1 if linked and tokens[place + 1].word not in FUNCTION_WORDS else place


def _leads_on(tokens: Sequence[_Token], place: int) -> bool:
    word = tokens[place].word
    behind = tokens[place + 1].word if place + 1 < len(tokens) else ""
    if word in _BEFORE_TO:
        return behind == "to"
    return word in _LEADING | _DETERMINERS | {"to"} or (word.endswith("ly") and bool(behind))


def is_participle(word: str) -> bool:
    """Whether the word, in lower case, may be a past participle or a past tense."""
    return word in _PARTICIPLES or (len(word) > 4 and word.endswith("ed"))


# "Is the fee to rise?", not "Was aid sent to Gaza?" and "Was it moved to the harbour?"
_IS_TO = re.compile(
    r"\b(?:is|are|was|were) (?:[\w’'-]+ ){0,5}?(?P<last>[\w’'-]+) to "
    r"(?!(?:the|an?|his|her|its|their)\b)(?-i:[a-z]+)\b",
    re.IGNORECASE,
)


def is_to(question: str) -> bool:
    """Whether it asks what somebody or something is, or was, to do.

    >>> is_to("When is the fee to rise?"), is_to("When was the suspect taken to hospital?")
    (True, False)
    """
    asked = _IS_TO.search(question)
    return asked is not None and not is_participle(asked["last"].lower())


# "other": what is asked is said, but of somebody else, and only one can be it.
Bearing = Literal["bears", "other", "silent"]

# The least share of the question's telling words that a sentence must speak to; less where it has
# the predicate itself, or says that there is none.
LEAST_COVERAGE = 0.58
_LEAST_TOLD = 0.5
# The least share of a predicate that is said in other words.
_SAME_PREDICATE = 0.6
# How far what a pronoun at the head of the sentence means counts as said in it.
_RESUMED = 0.7
_EXCLUSIVE = frozenset(analyse("win won beat beaten defeat head lead led succeed become first"))
_SYNONYM = 0.9
_NONE = re.compile(r"(?:There (?:is|was|are|were) )?(?:no|nobody|none|nothing|neither)\b", re.I)
_RESUMES = re.compile(r"(?:It|They|He|She|This|That|These|Those|There)\b")
_FUTURE_QUESTION = re.compile(r"(?:and |but |so )?(?:will|shall|won['’]t)\b", re.IGNORECASE)
_AHEAD = re.compile(
    r"\b(?:will|would|shall|to|can|could|may|might|should|is|are|be|has|have|not)\s+(?:[\w-]+\s+)?\Z",
    re.IGNORECASE,
)
_PASSIVE_BEFORE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|get|got|gets)\s+(?:\w+ly\s+|not\s+|also\s+)?\Z",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"\s+(?:the|an?|his|her|its|their|him|them|it|[A-ZÀ-Þ\d])")
_NOUN = re.compile(r"(?:\b(?:the|an?|his|her|its|their|this|that)|['’]s?)\s+(?:\w+\s+)?\Z", re.I)
_REPORTED = re.compile(rf"\b(?:{'|'.join(sorted(SAY))}) (?:that )?(?=[A-ZÀ-Þ])")
_PRONOUN = re.compile(r"\b(?:he|she|they|it|who)\s+(?:[\w-]+\s+){0,2}\Z", re.IGNORECASE)


def passes_relevance_gate(
    question: str, sentence: str, matches: Sequence[Match], matcher: Matcher
) -> Bearing:
    """Whether enough is said of what is asked, of everyone and everything named in it."""
    asked = predicate(question)
    told = next((match for match in matches if asked and match.word.start == asked.start), None)
    said = told is not None and (told.share >= _SYNONYM or told.opposite or is_light(told.word))
    least = _LEAST_TOLD if said or _NONE.match(sentence) else LEAST_COVERAGE
    if not _covers(matches, matcher, least) or not _says(told, matches):
        return "silent"
    if asked is None or told is None or told.place < 0 or is_light(told.word):
        return "bears"
    if _FUTURE_QUESTION.match(question) and _is_past(sentence, told.place):
        return "silent"
    if _is_of_subject(asked, sentence, matches, told):
        return "bears"
    return "other" if told.word.term in _EXCLUSIVE else "silent"


def asked_of(question: str, sentence: str, matches: Sequence[Match]) -> list[Match]:
    """The matches that count for ``question``, as far as ``sentence`` speaks to each.

    Behind the question, in brackets, stand words of earlier ones: only their names are asked for.
    What stands in the text around a sentence like "It is voluntary" is what its pronoun means.
    """
    end = asked_end(question)
    kept = [match for match in matches if match.word.start < end or match.word.name]
    if not _RESUMES.match(sentence):
        return kept
    return [
        replace(match, share=_RESUMED) if match.place < 0 < match.share < _RESUMED else match
        for match in kept
    ]


def _covers(matches: Sequence[Match], matcher: Matcher, least: float) -> bool:
    plain = [match for match in matches if not match.word.name]
    if any(matcher.coverage(some) < least for some in (matches, plain) if some):
        return False
    main = [match for match in plain if not match.word.aside] or plain
    if main and all(match.place < 0 for match in main):
        return False
    if not any(match.place >= 0 and match.share >= _SYNONYM for match in matches):
        return False
    return not any(_is_missing(match.word, matches) for match in matches)


def _is_missing(word: ContentWord, matches: Sequence[Match]) -> bool:
    """Whether the word is a number that is not there, or part of a name of which nothing is."""
    if not word.name and word.value is None:
        return False
    same = [m for m in matches if m.word == word or (word.name and m.word.name == word.name)]
    return all(match.share == 0 for match in same)


def _says(told: Match | None, matches: Sequence[Match]) -> bool:
    """Whether the sentence has the predicate; where none is known, nearly all that tells.

    Of "take the dispute to court" the last word must be there, of the others two in three.
    """
    if told is not None and not is_light(told.word):
        return told.place >= 0 and told.share >= _SAME_PREDICATE
    words = [match for match in matches if not match.word.name and not is_light(match.word)]
    away = sum(match.place < 0 for match in words)
    missing = sum(match.share == 0 for match in words)
    light = told is not None and bool(words) and words[-1].place >= 0
    return away <= (len(words) + 1) // 3 and missing <= len(words) // 3 and (light or told is None)


def _is_past(sentence: str, place: int) -> bool:
    word = re.compile(r"[\w-]+").match(sentence, place)
    past = word is not None and is_participle(word.group().lower())
    return past and not _AHEAD.search(sentence[:place])


def _only_reports(sentence: str, placed: Sequence[int], place: int) -> bool:
    """Whether the one who is asked about says it of another: "Iran said Israel attacked"."""
    last = max(one for one in placed if one < place)
    said = _REPORTED.search(sentence, last, place)
    reported = sentence[said.end() : place] if said else ""
    return any(word.name for word in content_words(reported))


def _is_of_subject(asked: Predicate, sentence: str, matches: Sequence[Match], told: Match) -> bool:
    """Whether the sentence says it of the name that the question asks about, if it asks for one."""
    start, end = asked.subject
    names = [match for match in matches if match.word.name and start <= match.word.start < end]
    if not names or _NOUN.search(sentence[: told.place]):
        return True
    placed = [match.place for match in names if match.place >= 0]
    before = sentence[: told.place]
    if not placed:
        others = [word for word in content_words(before) if word.name]
        return not others or _PRONOUN.search(before) is not None
    turned = asked.passive != (_PASSIVE_BEFORE.search(before) is not None)
    if not turned:
        return min(placed) < told.place and not _only_reports(sentence, placed, told.place)
    word = re.compile(r"[\w-]+").match(sentence, told.place)
    has_object = word is not None and _OBJECT.match(sentence, word.end()) is not None
    return not (min(placed) < told.place and (has_object or not asked.passive))


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
class Entailment:
    """``bears`` says whether the sentence speaks to the question at all; if not, it is "unclear".

    ``coverage`` is how much of what is asked the sentence speaks to, in [0, 1].
    """

    label: Label
    coverage: float
    bears: bool


class EntailmentJudge:
    """Holds a yes/no question against sentences."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def judge(self, question: str, sentence: str, around: str = "") -> Entailment:
        """What ``sentence`` says to ``question``; ``around`` is the text that it stands in.

        Yes or no only where the sentence speaks to most of what is asked, and does not make a plan,
        a wish or one side's claim of it.
        """
        matches = asked_of(question, sentence, self._matcher.match(question, sentence, around))
        counted = _counted(question, sentence, matches)
        if counted is not None:
            matches = [match for match in matches if match.word.value is None]
        coverage = self._matcher.coverage(matches)
        bears = passes_relevance_gate(question, sentence, matches, self._matcher)
        if bears == "silent" and self._rules_out(sentence, matches, coverage):
            return Entailment("no", coverage, bears=True)
        if bears == "silent":
            return Entailment("unclear", coverage, bears=False)
        if bears == "other":
            return Entailment("no", coverage, bears=True)
        if counted is False:
            return Entailment("no", coverage, bears=True)
        placed = [match for match in matches if match.place >= 0]
        return Entailment(self._label(question, sentence, placed), coverage, bears=True)

    def _rules_out(self, sentence: str, matches: Sequence[Match], coverage: float) -> bool:
        """Whether all that is asked but its verb is refused: "ruled out the use of soldiers"."""
        placed = [match for match in matches if match.place >= 0 and not match.word.name]
        whole = coverage >= _NEARLY_ALL and len(placed) > 1
        return whole and any(
            cue.sort == "refusal" and all(cue.covers(match.place) for match in placed)
            for cue in negation_cues(sentence)
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

    def _bearing(self, question: str, sentence: str, placed: Sequence[Match]) -> list[NegationCue]:
        """The cues that concern what is asked, and do not belong to the question itself."""
        return [
            cue
            for cue in negation_cues(sentence)
            if self._concerns(cue, placed) and not _is_asked(cue, question, sentence, placed)
        ]

    def _concerns(self, cue: NegationCue, placed: Sequence[Match]) -> bool:
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


def _is_asked(cue: NegationCue, question: str, sentence: str, placed: Sequence[Match]) -> bool:
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


def _is_wish(question: str, sentence: str, doubt: NegationCue) -> bool:
    """Whether what is asked is only wished for, so that it is not the case yet."""
    already = _ALREADY.search(question)
    wished = _WISH.match(sentence, doubt.words[0]) and (already or _IS.match(question))
    return bool(wished or (already and _FORECAST.match(sentence, doubt.words[0])))


def _asks(question: str, words: str) -> bool:
    """Whether the question itself speaks of refusing, denying or planning with these words."""
    telling = {word.term for word in content_words(words)}
    return bool(telling & {word.term for word in content_words(question)})


def _turns(bearing: Sequence[NegationCue], placed: Sequence[Match]) -> int:
    """How often the meaning is turned round; a word that refuses counts once."""
    opposite = [match.place for match in placed if match.opposite]
    turning = [cue for cue in bearing if cue.sort in ("not", "contrast", "refusal")]
    own = [cue for cue in turning if any(cue.words[0] <= p < cue.words[1] for p in opposite)]
    return len(opposite) + len(turning) - len(own)


def _denied(question: str, sentence: str, cue: NegationCue) -> Label:
    """A denial answers for the one who denies it of himself; others only say the contrary."""
    if _CLAIM.search(question):
        return "no"
    denier = {word.term for word in content_words(sentence[: cue.words[0]]) if word.name}
    asked = {word.term for word in content_words(question)}
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
