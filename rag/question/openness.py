"""Whether a question leaves something open though no word of it points back: "Who attended?".

They are known by a grammar that hardly any question on a new subject has: a bare verb with nobody
named, a noun that needs another one ("the outcome" of what?), or somebody's side in an event.
"""

from __future__ import annotations

import re

from rag.question.date_words import date_words
from rag.question.turns import Earlier, mentions
from rag.text.entities import Known, entities
from rag.text.lexicon import wording

_LINK = r"(?:(?:and|but|so) )?"
_END = r"(?: \?|$)"
_HAVE_DONE = "(?:was|were|has|have|had|did|will|been|be|also|not|actually|ever)"
_PAST = (
    r"(?:\w+ed|won|lost|led|spoke|came|went|paid|fell|took part|left|saw|met|sang|ran|sent|stood|"
    "drove|built|found|fought|hid|shot|began|broke|brought|chose|drew|flew|gave|held|knew)"
)
_PARTICIPLE = (
    r"(?:\w+e[dn]|hurt|shot|hit|found|held|caught|sent|born|left|lost|cut|put|there|present|"
    "responsible|involved|missing|alive|on board|to blame)"
)
_SOMEBODY = (
    "(?:any|some|every)(?:one|body|thing)|nobody|no one|nothing|people|any people|many people|all"
)
_BEHIND = "(?: (?:there|too|for|on|in|up|out|off|with|to|by|aboard|on board|badly|exactly))*"
_RELATIONAL = (
    "(?:outcome|results?|consequences|causes?|reasons?|motive|verdict|aim|purpose|reaction|"
    "response)"
)
_OPEN = re.compile(
    rf"{_LINK}(?:"
    rf"who(?: all)? (?:{_PAST}|(?:{_HAVE_DONE} )+{_PARTICIPLE}|(?:did|will) [a-z]+){_BEHIND}{_END}|"
    rf"{_HAVE_DONE} (?:{_SOMEBODY})(?: else)? (?:{_HAVE_DONE} )*\w+{_BEHIND}{_END}|"
    rf"what (?:happened|followed|came)(?: to (?:them|him|her|it))? "
    rf"(?:next|then|afterwards|after(?:wards| that)|before that|later){_END}|"
    rf"what (?:is|was|were|are) the (?:final |main |exact |official )?{_RELATIONAL}{_END})"
)
_SIDE = re.compile(
    rf"{_LINK}who (?:represented|(?:spoke|scored|signed|played|appeared|negotiated|acted|stood) "
    "for) "
)
_ARTICLE = re.compile(
    r"\bthe (?:article|story|text|piece)(?! (?:about|on|of|that|which|by|from)\b)"
)


def leaves_open(question: str, last: Earlier, *, known: Known | None = None) -> bool:
    """Whether ``question`` needs the ``last`` turn though no word of it points there.

    >>> leaves_open("Who attended?", Earlier("Where was the summit?"))
    True
    >>> leaves_open("Who represented Iran?", Earlier("Who won the cup?"))
    False
    """
    if not may_leave_open(question, known=known):
        return False
    if names := _names(question, known):
        return _is_known_side(question, names, last)
    return bool(last.cited) or _ARTICLE.search(wording(question).plain) is None


def may_leave_open(question: str, *, known: Known | None = None) -> bool:
    """Whether there are turns after which ``question`` would leave something open."""
    plain = wording(question).plain
    if _names(question, known):
        return _SIDE.match(plain) is not None
    if _ARTICLE.search(plain) is not None:
        return True
    return _OPEN.fullmatch(plain) is not None and not date_words(question)


def _names(question: str, known: Known | None) -> list[str]:
    return [one.text for one in entities(question, known=known) if one.sort != "number"]


def _is_known_side(question: str, names: list[str], last: Earlier) -> bool:
    """Whether the question names one side and no more, and that of the ``last`` turn."""
    ends = question.rstrip(" ?.!").endswith(names[0])
    return len(names) == 1 and ends and mentions(last, names[0])
