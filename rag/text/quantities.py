"""Finds quantities in a text, each with its value and what it counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from rag.text.lexicon import CARDINALS, MONTHS, NUMBER_WORDS, TENS, is_plural, word_set

_MAGNITUDES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "trillion": 1_000_000_000_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "bn": 1_000_000_000,
}
_SPELLED = rf"(?:(?:{'|'.join(TENS)})[ -](?:{'|'.join(CARDINALS[1:10])})|{'|'.join(NUMBER_WORDS)})"
_MAGNITUDE = r"(?:dozen|hundred|thousand|million|billion|trillion)s?"
_NUMBER = re.compile(
    rf"(?P<half>\bhalf )?(?P<sign>[$€£¥₹]\s?)?(?<![\w.,/:–-])"
    rf"(?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|"
    rf"\d+(?:\.\d+)?)(?P<short>(?:m|mn|bn)\b)?|(?P<spelled>{_SPELLED})\b|an?(?= {_MAGNITUDE}\b))"
    rf"(?P<magnitudes>(?:[ -]{_MAGNITUDE}\b)*)(?:(?<=hundred)(?:(?: and)? (?P<rest>{_SPELLED}))\b)?"
    r"(?![\w/]|[.,:]\d|[-–]\d)",
    re.IGNORECASE,
)
_MONTH = rf"(?:{'|'.join(name.capitalize() for name in MONTHS)})\b"
_MONTH_BEFORE = re.compile(rf"\b{_MONTH}\.?\s(?:the )?$")
_MONTH_BEHIND = re.compile(rf"\s(?:of )?{_MONTH}")
_CLOCK_BEHIND = re.compile(r"\s?(?:[ap]\.?\s?m\b|o['’]clock)", re.IGNORECASE)
_UNIT = re.compile(
    r"[\s-]?(?:(?P<percent>%|per ?cent\b|percentage points?\b|percent\b)|"
    r"(?P<words>(?:[^\W\d_][\w'’-]*[ ]){0,2}?[^\W\d_][\w'’-]*))"
)
# Not FUNCTION_WORDS: "other" and "more" may stand before the unit ("two more towns").
_NO_UNIT = word_set(
    "a an the of in on at to by for from with and or but as than that who which when while was "
    "were is are be been has have had will would can could may might must not no also more less "
    "about into over under per out up down off it he she they his her its their this these "
    "those each according said says were did do does after before until since between among "
    "said so"
)
_GENERAL = word_set("others more other further new old young local small large")
_SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee"}
_SHORT_UNITS = {
    "km": "kilometre",
    "kilometer": "kilometre",
    "meter": "metre",
    "kg": "kilogramme",
    "kilogram": "kilogramme",
    "kilo": "kilogramme",
    "ton": "tonne",
    "hr": "hour",
    "min": "minute",
    "person": "people",
    "men": "people",
    "women": "people",
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """``text[start:end]`` is the number alone; ``units`` are the nouns that it may count.

    Without ``units`` the text does not say what is counted.
    """

    start: int
    end: int
    value: Decimal
    units: frozenset[str]

    def comparable(self, other: Quantity) -> bool:
        """Whether both may count the same: a unit is shared, or one does not name its own."""
        return not self.units or not other.units or bool(self.units & other.units)


def quantities(text: str) -> list[Quantity]:
    """The quantities of ``text``, in order.

    >>> [(str(q.value), sorted(q.units)) for q in quantities("Some 1.5m lorins for three towns")]
    [('1500000.0', ['lorin']), ('3', ['town'])]
    """
    return [
        Quantity(match.start(), match.end(), _value(match), _units(text, match))
        for match in _NUMBER.finditer(text)
        if not _is_calendar(text, match)
    ]


def _value(match: re.Match[str]) -> Decimal:
    digits, spelled = match["digits"], match["spelled"]
    value = Decimal(digits.replace(",", "")) if digits else Decimal(_spelled(spelled or "one"))
    for magnitude in re.findall(r"[a-z]+", match["magnitudes"].lower()):
        value *= _MAGNITUDES[magnitude.removesuffix("s")]
    if match["short"]:
        value *= _MAGNITUDES[match["short"].lower()]
    if match["half"]:
        value /= 2
    return value + _spelled(match["rest"]) if match["rest"] else value


def _spelled(words: str) -> int:
    return sum(NUMBER_WORDS[word] for word in re.split("[ -]", words.lower()))


def _is_calendar(text: str, match: re.Match[str]) -> bool:
    """Whether the number is a day of a month, a time of day or a year."""
    start, end = match.span()
    if _CLOCK_BEHIND.match(text, end):
        return True
    number = match["digits"] or ""
    if number.isdigit() and int(number) <= 31 and not match["magnitudes"]:
        near = text[max(0, start - 16) : start]
        if _MONTH_BEHIND.match(text, end) or _MONTH_BEFORE.search(near):
            return True
    bare = not (match["sign"] or match["short"] or match["magnitudes"])
    if not (bare and number.isdigit() and len(number) == 4 and 1000 <= int(number) < 2200):
        return False
    return not any(is_plural(unit.lower()) for unit in _unit_words(text, end))


def _unit_words(text: str, end: int) -> list[str]:
    """Up to three words behind a number, before the first that cannot be what is counted."""
    match = _UNIT.match(text, end)
    words: list[str] = []
    while match and match["words"] and len(words) < 3:
        word = match["words"].split()[0]
        if word.lower() in _NO_UNIT or text[end : end + 1] not in " -":
            break
        words.append(word)
        end += 1 + len(word)
        match = _UNIT.match(text, end)
    return words


def _units(text: str, match: re.Match[str]) -> frozenset[str]:
    if match["sign"]:
        return frozenset({_SIGNS[match["sign"].strip()]})
    behind = _UNIT.match(text, match.end())
    if behind and behind["percent"]:
        return frozenset({"%"})
    words = _unit_words(text, match.end())
    nouns = {word.lower() for word in words if is_plural(word.lower())} - _GENERAL
    named = nouns or {word.lower() for word in words[:1]} - _GENERAL
    return frozenset(singular(word) for word in named)


def singular(word: str) -> str:
    """A noun in lower case, without plural and possessive; of a unit its full name."""
    one = word.removesuffix("’s").removesuffix("'s")
    if is_plural(one) and one.endswith("s"):
        one = one[:-3] + "y" if one.endswith("ies") else one[:-1]
    return _SHORT_UNITS.get(one, one)
