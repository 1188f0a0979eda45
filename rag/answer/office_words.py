"""A word in; whether it belongs to the name of an office, or says whose that is, out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile

from rag.text.lexicon import PLACES
from rag.text.sentences import word_spans

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
# The first words of the names of places, which set them apart.
PARTS = frozenset("south north east west new papua equatorial".split())
POSSESSIVE = re.compile(r"['’]s?\Z")
# Those that do not begin like their country.
_DEMONYMS = {
    "british": "britain",
    "uk": "britain",
    "english": "england",
    "scottish": "scotland",
    "welsh": "wales",
    "irish": "ireland",
    "french": "france",
    "spanish": "spain",
    "dutch": "netherlands",
    "swiss": "switzerland",
    "danish": "denmark",
    "swedish": "sweden",
    "finnish": "finland",
    "polish": "poland",
    "greek": "greece",
    "czech": "czechia",
    "filipino": "philippines",
    "burmese": "myanmar",
}
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
    """Whether every telling word of the one is in the other: Pakistan, Pakistani, of Pakistan.

    South Sudan is not Sudan.
    """
    said = [told[start:end].lower() for start, end in word_spans(told)]
    wanted = [asked[start:end].lower() for start, end in word_spans(asked)]
    if PARTS & set(said) != PARTS & set(wanted):
        return False
    return all(
        any(_alike(one, other) for other in said) for one in wanted if one not in {"the", "of"}
    )


def _alike(one: str, other: str) -> bool:
    one, other = (POSSESSIVE.sub("", word) for word in (one, other))
    places = place_of(one), place_of(other)
    if all(places):
        return places[0] == places[1]
    return _begins_alike(one, other)


def _begins_alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long.startswith(short[: max(4, len(short) - 2)]) if len(short) > 3 else one == other


@lru_cache(maxsize=4096)
def place_of(word: str) -> str:
    """The place that a word in lower case is of, the one most like it; empty for none.

    >>> place_of("nigerian"), place_of("australian"), place_of("slovak"), place_of("minister")
    ('nigeria', 'australia', 'slovakia', '')
    """
    if word in _DEMONYMS:
        return _DEMONYMS[word]
    alike = [place for place in _STEMS if len(word) > 3 and _begins_alike(word, place)]
    by_likeness = sorted(
        alike, key=lambda one: (-_shared(one, word), abs(len(one) - len(word)), one)
    )
    return by_likeness[0] if by_likeness else ""


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def is_country(word: str) -> bool:
    """Whether it names a country, or somebody or something of one: Iran, Iran's, Iranian."""
    lower = POSSESSIVE.sub("", word.lower())
    return lower in PLACES or (len(lower) > 4 and place_of(lower) != "")
