"""Plural questions: "which countries", "what are the risks", "who were the winners"."""

from __future__ import annotations

import re

from rag.question.wording import AUXILIARY

_NOUN_PHRASE_END = re.compile(
    f"{AUXILIARY}|the|an?|his|her|its|their|this|that|these|those|and|or|but|who|whom|which|if|"
    "i|you|he|she|it|we|they|there|not|about|after|against|as|at|before|by|for|from|in|into|of|"
    r"on|over|since|than|through|to|under|until|with|without|also|still|already|just|[,;:.?!]"
)
_DETERMINER = re.compile(r"the|an?|his|her|its|their|this|that|all|each|every|\d.*|more|no")
_OF_OBJECT = re.compile("the|an?|his|her|its|their")  # what causes the floods
_ASKED_NOUN = re.compile(
    r"(?:(?:about|after|against|at|before|by|during|for|from|in|into|of|on|over|through|to|under|"
    r"upon|with) )?(?:which|what) (?!are |were |is |was |do |does |did |has |have |had |percentage)"
)
_NAMED_NOUN = re.compile(
    r"(?:what|who|which) (?:are|were) (?:some |all )?(?:of )?(?:the|his|her|its|their|[\w-]+'s?|"
    r"[\w-]+(?= \w+'s? ))(?: [\w-]+'s?)? "
)
_ONE_ANSWER = re.compile(
    r".* (?:worth|called|about|doing|led by|named|like|for|used for)(?: together)?(?: \?)?$"
)
_IRREGULAR = frozenset(
    "people men women children mice feet teeth criteria phenomena media police sportsmen "
    "policemen firemen workmen fishermen gunmen clergymen businessmen congressmen".split()
)
_SINGULAR = frozenset(
    "news politics economics physics mathematics athletics ethics series means headquarters gas "
    "bus plus atlas canvas bias texas chaos lens odds times always perhaps was has does is this "
    "says makes goes gives comes happens costs us yes less christmas alias cosmos overseas "
    "explains lies prevents threatens "
    "besides towards whereas".split()
)


def asks_for_several(plain: str, begin: int) -> tuple[int, int] | None:
    """The span of ``plain`` that asks for more than one thing, or None.

    ``plain`` is that of a ``Wording``; the question itself begins at ``begin``.
    """
    for pattern in (_NAMED_NOUN, _ASKED_NOUN):
        match = pattern.match(plain, begin)
        if match is None:
            continue
        if pattern is _NAMED_NOUN and _ONE_ANSWER.match(plain, begin):
            return None
        end = _plural_head(plain, match.end())
        return (begin, end) if end else None
    return None


def _plural_head(plain: str, start: int) -> int:
    """Where the plural noun ends that the phrase at ``start`` is about; 0 when it is singular."""
    words = list(re.finditer(r"\S+", plain[start : start + 120]))
    for number, match in enumerate(words):
        if _NOUN_PHRASE_END.fullmatch(match.group()):
            return 0
        after = words[number + 1].group() if number + 1 < len(words) else "?"
        if is_plural(match.group()) and not _is_verb(number, after):
            return start + match.end()
    return 0


def _is_verb(number: int, after: str) -> bool:
    """Whether a word in -s is a verb: "which team wins the cup", not "which border markets"."""
    determiner = _DETERMINER if number else _OF_OBJECT
    return determiner.fullmatch(after) is not None


def is_plural(word: str) -> bool:
    """Whether an English noun in lower case looks like a plural.

    >>> [is_plural(word) for word in ("countries", "women", "crisis", "bus")]
    [True, True, False, False]
    """
    if word in _IRREGULAR:
        return True
    if word in _SINGULAR or len(word) < 4:
        return False
    return word.endswith("s") and not word.endswith(("ss", "us", "is", "'s"))
