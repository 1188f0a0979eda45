"""Finds the predicate of a yes/no question: what it asks of its subject."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.text.lexicon import FUNCTION_WORDS, PREPOSITIONS
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
    """The offset ``start`` of the predicate's word, and the span of the subject before it.

    ``passive`` is set for "Was the mayor charged?".
    """

    start: int
    subject: Offsets
    passive: bool


@dataclass(frozen=True, slots=True)
class _QuestionToken:
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
    tokens = [
        _QuestionToken(start, end, question[start:end]) for start, end in word_spans(question)
    ]
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


def _main_clause(tokens: Sequence[_QuestionToken]) -> Sequence[_QuestionToken]:
    """The words before "when", "because" and the like."""
    stops = [n for n, token in enumerate(tokens) if token.word in _SUBORDINATE]
    return tokens[: stops[0]] if stops else tokens


def _behind_subject(question: str, tokens: Sequence[_QuestionToken], form: Form) -> int | None:
    """The number of the first token behind the subject."""
    behind = tokens[1].word if len(tokens) > 1 else ""
    if tokens[0].word in _PRONOUNS and behind not in PREPOSITIONS:
        return 1 if behind else None
    places = [place for place in range(1, len(tokens)) if _can_follow(question, tokens, place)]
    if form == "complement":
        return _behind_be(tokens, places)
    verbs = [place for place in places if _has_form(tokens[place].word, form)]
    return verbs[0] if verbs else _last_of_run(tokens, places)


def _can_follow(question: str, tokens: Sequence[_QuestionToken], place: int) -> bool:
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


def _behind_be(tokens: Sequence[_QuestionToken], places: Sequence[int]) -> int | None:
    """A participle, else the word behind a name, else a comparative or the last word."""
    led = [n for n in places if is_participle(tokens[n].word) or tokens[n].word in _LEADING]
    if led:
        place = led[-1] if led[-1] == len(tokens) - 1 else led[0]
        while place - 1 in led:
            place -= 1
        return place
    names = [n for n in places if all(token.text[0].isupper() for token in tokens[:n])]
    compared = [n for n in places[:-1] if tokens[n + 1].word == "than"]
    going = [n for n in places if tokens[n].word.endswith("ing")]
    return next(iter([*names, *compared, *going, *places[-1:]]), None)


def _last_of_run(tokens: Sequence[_QuestionToken], places: Sequence[int]) -> int | None:
    """The last of a run of content words, where none is a verb of ``_VERBS``."""
    for place in places:
        ends = place + 1 == len(tokens) or tokens[place + 1].word in FUNCTION_WORDS
        if ends and tokens[place].word not in FUNCTION_WORDS:
            return place
    return None


def _past_auxiliaries(tokens: Sequence[_QuestionToken], place: int) -> int | None:
    """The place of the predicate itself, behind "been", "able to", "already" and the like."""
    while place < len(tokens) and _leads_on(tokens, place):
        place += 1
    return place if place < len(tokens) else None


def _past_link(tokens: Sequence[_QuestionToken], place: int, *, passive: bool) -> int:
    """The complement of "found", "declared", "left": the place of "guilty" in "found guilty"."""
    linked = passive and tokens[place].word in _LINKING and place + 1 < len(tokens)
    return place + 1 if linked and tokens[place + 1].word not in FUNCTION_WORDS else place


def _leads_on(tokens: Sequence[_QuestionToken], place: int) -> bool:
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
    """Whether it asks for what is or was to happen: "is to", not a passive with an infinitive.

    >>> is_to("When is the fee to rise?"), is_to("When was the suspect taken to hospital?")
    (True, False)
    """
    asked = _IS_TO.search(question)
    return asked is not None and not is_participle(asked["last"].lower())
