"""A word in; whether it belongs to the name of an office, or says whose that is, out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.places import PLACES
from rag.text import word_spans

NOUNS = frozenset(
    "minister president premier chancellor king queen pope bishop governor senator mayor "
    "ambassador envoy secretary chief director chairman chairwoman chair coach captain commander "
    "judge prosecutor rector dean principal leader head editor manager commissioner speaker "
    "spokesman spokeswoman spokesperson representative treasurer inspector "
    "superintendent foreman".split()
)
_SAME = {
    "chairwoman": "chairman",
    "chair": "chairman",
    "chairperson": "chairman",
    "spokeswoman": "spokesman",
    "spokesperson": "spokesman",
}
BELOW = frozenset("deputy vice assistant associate junior under".split())
OVER = frozenset("former late ex outgoing previous then".split())
_NEUTRAL = OVER | frozenset("acting new current interim present incoming newly elected".split())
PORTFOLIOS = frozenset(
    "prime foreign finance interior defence defense health transport justice education environment "
    "economy trade energy labour labor agriculture culture supreme managing executive general "
    "chief opposition party press police fire rescue".split()
)
POSSESSIVE = re.compile(r"['’]s?\Z")
_STEMS = tuple(place for place in PLACES if len(place) > 3 and " " not in place)


def core(terms: Sequence[str] | frozenset[str]) -> frozenset[str]:
    """The words of an office without "acting", "new" or "former"; a premier is a prime minister."""
    words = frozenset(terms) - _NEUTRAL
    return frozenset({"prime", "minister"}) if words == {"premier"} else words


def plain(word: str) -> str:
    """The word in lower case, as men and women share it: chairman, spokesman."""
    lower = word.lower().strip("’'")
    lower = lower.removeprefix("ex-") if lower.startswith("ex-") else lower
    return _SAME.get(lower, lower)


def is_of_office(word: str) -> bool:
    """Whether it can be part of an office's name: acting, foreign, minister."""
    return plain(word) in NOUNS | _NEUTRAL | PORTFOLIOS | BELOW


def is_of(asked: str, told: str) -> bool:
    """Whether every telling word of the one is in the other: Pakistan, Pakistani, of Pakistan."""
    said = [told[start:end].lower() for start, end in word_spans(told)]
    wanted = [asked[start:end].lower() for start, end in word_spans(asked)]
    return all(
        any(_alike(one, other) for other in said) for one in wanted if one not in {"the", "of"}
    )


def _alike(one: str, other: str) -> bool:
    one, other = (POSSESSIVE.sub("", word) for word in (one, other))
    short, long = sorted((one, other), key=len)
    return long.startswith(short[: max(4, len(short) - 2)]) if len(short) > 3 else one == other


def is_country(word: str) -> bool:
    """Whether it names a country, or somebody or something of one: Iran, Iran's, Iranian."""
    lower = POSSESSIVE.sub("", word.lower())
    return lower in PLACES or (len(lower) > 4 and any(_alike(lower, one) for one in _STEMS))
