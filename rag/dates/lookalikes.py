"""A month, weekday, season or number in its place in; whether it is meant as a date out.

"May", "March", "Sunday", "spring" and "2000" are dates only where a sentence would have a date.
"""

from __future__ import annotations

from rag.dates.words import (
    COUNTED,
    DETERMINERS,
    EVENTS,
    FUNCTION_WORDS,
    HYPHENS,
    MONTH_NAMES,
    MONTHS,
    NUMBERED,
    ORDINALS,
    WEEKDAY_NAMES,
    Words,
)

OLDEST_YEAR, NEWEST_YEAR = 1000, 2999
_MODERN = range(1900, 2100)

RANGE_LINKS = HYPHENS | frozenset("to until till through".split())
_BEFORE_MONTHS = frozenset(
    "in during since until till before after by from throughout through between last this next "
    "early mid late earlier".split()
)
# After these a first name may stand as well: a capital that follows makes it one.
_BEFORE_NAMES_TOO = frozenset("by before after from through".split())
_BEFORE_WEEKDAYS = frozenset(
    "on last this next since until till by before after from early late of".split()
)
_BEFORE_YEARS = frozenset(
    "in since until till before after during by from to of for about around circa year and or "
    "through throughout than early mid late".split()
)
# These may well be followed by a number of things.
_BEFORE_NUMBERS = frozenset("by of to from for about around and or through than".split())
_BEFORE_SEASONS = frozenset(
    "in during since until till before after by over through throughout last this next early mid "
    "late of".split()
)
_PARTS = frozenset(
    "end start beginning close middle half quarter week weeks day days month months morning "
    "afternoon evening night weekend".split()
)
_NAME_MONTHS = frozenset("march april may june august".split())
_VERBS_TOO = frozenset("march may mar".split())
_NAME_ADJECTIVES = frozenset("black bloody red white good ash super palm easter holy".split())
_PRAYERS = frozenset("prayer prayers sermon sermons mosque mosques times telegraph mail".split())
_RECURRING = frozenset("a every each any".split())


def month_stands(words: Words, place: int, stop: int) -> bool:
    """Whether the bare month name at ``place`` (``stop`` is after its point) is a month."""
    name, before = words.at(place), words.at(place - 1)
    if before in _NAME_ADJECTIVES:
        return False
    if name in MONTH_NAMES and name not in _NAME_MONTHS:
        return before in _BEFORE_MONTHS or not words.named(stop)
    led = before in _BEFORE_MONTHS or _part_of(words, place) or _in_range(words, place, stop)
    if name not in MONTH_NAMES or not words.capital(place):
        return led and not (name in _VERBS_TOO and _is_verb(words, place))
    if led:
        return not (before in _BEFORE_NAMES_TOO and _goes_on_as_name(words, stop))
    return _of_a_thing(words, place, stop)


def _part_of(words: Words, place: int) -> bool:
    """Whether "the end of", "the first half of", "the 3rd of" stands before."""
    part = words.at(place - 2)
    if words.at(place - 1) == "-":
        return part == "mid"
    return words.at(place - 1) == "of" and (part in _PARTS or words.digit(place - 2))


def _in_range(words: Words, place: int, stop: int) -> bool:
    """Whether another month stands beside it: May or June, March to May."""
    before, link = words.at(place - 2), words.at(place - 1)
    if link in {"and", "or"}:
        return before in MONTHS and words.at(place - 3) in _BEFORE_MONTHS
    if link in RANGE_LINKS and (before in MONTHS or words.digit(place - 2)):
        return True
    return words.at(stop) in RANGE_LINKS and words.at(stop + 1) in MONTHS


def _is_verb(words: Words, place: int) -> bool:
    """Whether a small "march" or "may" in a month's place is none: this march, the last may."""
    before = words.at(place - 1)
    if words.capital(place):
        return False
    return before == "this" or (before in {"last", "next"} and words.at(place - 2) in DETERMINERS)


def _goes_on_as_name(words: Words, stop: int) -> bool:
    return words.named(stop) or (words.noun(stop) and words.at(stop).endswith("ed"))


def _of_a_thing(words: Words, place: int, stop: int) -> bool:
    """Whether it is the month of a thing: the March agreement, June's report."""
    if words.possessive(stop):
        return words.noun(stop + 2) and not words.named(place - 1)
    determined = words.at(place - 1) in DETERMINERS or words.possessive(place - 2)
    return determined and words.noun(stop) and not words.capital(stop)


def weekday_stands(words: Words, place: int, stop: int) -> bool:
    """Whether the bare weekday name at ``place`` is a day."""
    before = words.at(place - 1)
    if before in _RECURRING or before in ORDINALS or words.at(stop) in _PRAYERS:
        return False
    if words.at(place) not in WEEKDAY_NAMES:
        return words.capital(place) and before in _BEFORE_WEEKDAYS and not words.named(stop)
    if before in _BEFORE_WEEKDAYS:
        return True
    return not words.named(stop) and before not in _NAME_ADJECTIVES


def season_stands(words: Words, place: int, stop: int) -> bool:
    """Whether the bare season at ``place``, without a year, is one: in spring, in the spring."""
    first = place - 1 if words.at(place - 1) == "the" else place
    return (
        words.at(first - 1) in _BEFORE_SEASONS and not words.noun(stop) and words.at(stop) != "of"
    )


# More than 1500 is no year; later than 1500 is one.
_COMPARING = frozenset({"more", "less", "fewer", "other", "rather"})


def year_number(words: Words, place: int) -> int | None:
    """The year that could stand at ``place``: four digits that count nothing."""
    number = words.number(place, (4,))
    if number is None or not OLDEST_YEAR <= number <= NEWEST_YEAR:
        return None
    return None if words.at(place + 1) in COUNTED else number


def year_stands(words: Words, place: int) -> bool:
    """Whether the bare number at ``place`` is a year."""
    number, before = year_number(words, place), words.at(place - 1)
    if number is None or before in NUMBERED or _joined_to_a_count(words, place + 1):
        return False
    if before == "than" and words.at(place - 2) in _COMPARING:
        return False
    if before in _BEFORE_YEARS:
        return not counts(words, place + 1, number, often=before in _BEFORE_NUMBERS)
    if words.noun(place + 1):
        return _year_of_a_thing(words, place, number)
    opening = not words.raw(place - 1).isalnum()
    if words.at(place + 1) in FUNCTION_WORDS:
        return number in _MODERN
    return opening or (number in _MODERN and (words.named(place - 1) or number % 100 != 0))


def _joined_to_a_count(words: Words, stop: int) -> bool:
    """Whether a number that is no year follows: 1500 and 3000 people."""
    joined = words.at(stop) in {"and", "or", "to", "-", "–"} and words.digit(stop + 1)
    return joined and len(words.raw(stop + 1)) > 2 and year_number(words, stop + 1) is None


def counts(words: Words, stop: int, number: int, *, often: bool = False) -> bool:
    """Whether the number before ``stop`` counts the things that follow: in 1500 villages.

    ``often`` where a number is more likely to stand than a year.
    """
    if not _plural(words, stop) or words.at(stop) in EVENTS:
        return False
    return often or number not in _MODERN or number % 50 == 0


def _plural(words: Words, place: int) -> bool:
    word = words.at(place)
    lower = words.noun(place) and not words.capital(place)
    return lower and len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _year_of_a_thing(words: Words, place: int, number: int) -> bool:
    """Whether the year of the noun behind it is meant: the 2023 budget, Iran's 1979 revolution."""
    determined = words.at(place - 1) in DETERMINERS or words.possessive(place - 2)
    if not (determined or number in _MODERN) or words.at(place - 1) in {"a", "an"}:
        return False
    if not _plural(words, place + 1) or words.at(place + 1) in EVENTS:
        return True
    return determined and number in _MODERN and number % 50 != 0
