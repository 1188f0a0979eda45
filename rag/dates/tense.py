"""The words of a sentence in; for each, whether the sentence there speaks of what is to come, out.

The nearest verb before a word decides ("said on Tuesday that it would sail from 15 June" holds
both), and where there is none, the nearest one behind it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.dates.words import Words

_FUTURE = frozenset(
    "will shall would should must can may ll going plans plan planned scheduled due expected "
    "expects expect slated forecast upcoming ahead hopes hope aims aim intends intend wants "
    "invites invited promises promised deadline remain remains opens begins starts ends runs "
    "leaves closes takes meets".split()
)
_PAST = frozenset(
    "said was were had has have did been met held began took went came left got made told "
    "gave saw won lost fell rose spoke broke grew found died led paid sent shot sold spent "
    "stood struck brought beat beaten caught kept sat meant felt swore wrote drew flew hit "
    "cut put quit ran burst chose chosen taken sworn shut hurt grown fallen risen seen given "
    "known shown".split()
)
_ALWAYS_PAST = frozenset("said was were had has have did".split())
# These speak of what is to come together with the word behind them: is to, set for, has until.
_WITH_NEXT = frozenset(
    {(word, "to") for word in ("is", "are", "was", "were", "set", "has", "have", "had")}
    | {("set", "for"), ("to", "be")}
    | {(word, "until") for word in ("has", "have", "had")}
)
# These may stand between "will", "is to" or "due to" and the verb.
_INSIDE = frozenset("be been have not also to being stay remain keep get".split())
_NOT_VERBS = frozenset("red bed hundred need united indeed speed seed feed".split())
_GROUP = 4


def signs_of(words: Words) -> list[bool | None]:
    """For each place, whether what is to come is spoken of there; None without any verb."""
    signs = [_sign(words, place) for place in range(len(words))]
    before = _carried(signs)
    behind = list(reversed(_carried(list(reversed(signs)))))
    return [a if b is None else b for b, a in zip(before, behind, strict=True)]


def _carried(signs: Sequence[bool | None]) -> list[bool | None]:
    """For each place, the nearest sign before it."""
    last: bool | None = None
    carried = []
    for sign in signs:
        carried.append(last)
        last = last if sign is None else sign
    return carried


def _sign(words: Words, place: int) -> bool | None:
    """True where a verb speaks of what is to come, False where of what was, None for no verb."""
    word, behind = words.at(place), words.at(place + 1)
    if word in _FUTURE:
        return None if word in {"may", "will"} and words.capital(place) else True
    if (word, behind) in _WITH_NEXT:
        return True
    if word in _PAST or _ends_like_past(word):
        return _of_participle(words, place)
    return None


def _ends_like_past(word: str) -> bool:
    return len(word) > 3 and word.endswith("ed") and word not in _NOT_VERBS


def _of_participle(words: Words, place: int) -> bool | None:
    """The sign of "held": will be held, is to be held; none for what is held."""
    for step in range(place - 1, max(place - 1 - _GROUP, -1), -1):
        word = words.at(step)
        if word == "be" or word in _FUTURE or (word, words.at(step + 1)) in _WITH_NEXT:
            return True
        if word in {"is", "are"} and words.at(place) not in _ALWAYS_PAST:
            return None
        if word not in _INSIDE and not word.endswith("ly"):
            return False
    return False
