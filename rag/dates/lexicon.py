"""The tokens and words of the date grammar, and when an ambiguous word is a date at all.

"May", "March" and "second" are dates in some places only; the words around them decide.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date

from rag.dates.calendar import Grain
from rag.text.lexicon import (
    DETERMINERS,
    MONTH_NAMES,
    MONTHS,
    ORDINALS,
    WEEKDAY_NAMES,
    word_set,
)

# Not ``word_spans``: the grammar needs "3rd" and "20/12" in parts, and marks as tokens.
_TOKEN = re.compile(r"[^\W\d_]+|[0-9]+|\S")


UNITS: dict[str, Grain] = {
    **{"day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year"},
    **{"days": "day", "weeks": "week", "months": "month", "quarters": "quarter", "years": "year"},
    **{"weekend": "weekend", "decade": "decade", "decades": "decade"},
}
DAY_PARTS = word_set("morning afternoon evening night")

HYPHENS = frozenset("-–—")
APOSTROPHES = frozenset("'’‘")
# Before a noun: "which", "what" and "every" as well, since questions are read with these rules too.
NOUN_OPENERS = DETERMINERS | word_set("which what whose every each any")
# What follows a date and is none of these is taken for a noun. Not the lexicon's FUNCTION_WORDS:
# that has adjectives ("several", "little"), and lacks words around dates ("ago", "onwards").
NOT_NOUNS = NOUN_OPENERS | word_set(
    "and or but nor not no if than then so because although while who whom when where why how "
    "do does did done is are was were be been being has have had will would shall should can "
    "could may might must of in on at to from by with without for about against as into onto "
    "over under during before after since until till between among through throughout within "
    "around near towards toward up down out off only also there here still already again both "
    "he she it they we you i him them us me s t ago onward onwards"
)
# A number of people or things, not a year, stands before these.
COUNTED = word_set(
    "people men women children km kg kilometres kilometers metres meters miles feet tonnes tons "
    "troops police staff percent per cent dollars euros pounds lorins rupees rials a bc bce gmt "
    "utc hours hrs million billion thousand hundred dead killed injured wounded hurt missing "
    "arrested detained displaced evacuated homeless barrels"
)
# Nouns in the plural that a year rather than a number stands before.
EVENTS = word_set(
    "elections olympics games talks floods protests riots attacks budgets championships finals "
    "results negotiations accords agreements reforms earthquakes fires strikes polls primaries "
    "figures sanctions wars hearings trials"
)
# A number after these names one of many: a flight, a resolution.
NUMBERED = word_set(
    "resolution resolutions flight room highway route article section page no number channel model "
    "law bill act windows radio line unit gate order regulation psalm block bus train road fm "
    "am version area code district apartment agenda chapter decree form boeing at nr"
)
# Place names and groups that are named after a day: 5 December Street.
NAMED_AFTER_DAYS = word_set(
    "street square avenue road boulevard bridge park mosque hospital university stadium airport "
    "movement organization organisation brigade party alliance coalition group museum school"
)


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


@dataclass(frozen=True, slots=True)
class DateToken:
    """A run of letters, a run of digits, or one mark; ``glued`` when no gap is before it."""

    start: int
    end: int
    raw: str
    lower: str
    glued: bool


class DateTokens:
    """The words of a text, read from the day ``today``; places outside it hold the empty word.

    ``latest`` is the last day that a date without a year may begin on: ``today``, or, where the
    articles end earlier, the last day of the month of ``newest``, the day of the newest one.
    """

    def __init__(self, text: str, today: date, newest: date | None = None) -> None:
        self.today = today
        self.latest = today if newest is None else min(today, _end_of_month(newest))
        self._future: Sequence[bool] = ()
        self._words: list[DateToken] = []
        end = -1
        for match in _TOKEN.finditer(text):
            raw = match[0]
            start = match.start()
            self._words.append(DateToken(start, match.end(), raw, raw.lower(), start == end))
            end = match.end()

    def __len__(self) -> int:
        return len(self._words)

    def __getitem__(self, place: int) -> DateToken:
        return self._words[place]

    def at(self, place: int) -> str:
        """The word in lower case."""
        return self._words[place].lower if 0 <= place < len(self._words) else ""

    def raw(self, place: int) -> str:
        return self._words[place].raw if 0 <= place < len(self._words) else ""

    def glued(self, place: int) -> bool:
        return 0 <= place < len(self._words) and self._words[place].glued

    def tied(self, place: int, count: int) -> bool:
        """Whether ``count`` words from ``place`` on stand without a gap."""
        return all(self.glued(place + step) for step in range(1, count))

    def number(self, place: int, digits: Sequence[int] = (1, 2)) -> int | None:
        """The number that stands there, if it has one of those numbers of digits."""
        raw = self.raw(place)
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) in digits else None

    def capital(self, place: int) -> bool:
        return self.raw(place)[:1].isupper()

    def named(self, place: int) -> bool:
        """Whether a name seems to stand there: a capital that is no grammatical word."""
        return self.capital(place) and self.at(place) not in NOT_NOUNS

    def noun(self, place: int) -> bool:
        """Whether a word stands there that may be a noun."""
        return self.raw(place).isalpha() and self.at(place) not in NOT_NOUNS

    def follows(self, place: int, *phrase: str) -> bool:
        """Whether ``phrase`` stands from ``place`` on."""
        return all(self.at(place + step) == word for step, word in enumerate(phrase))

    def possessive(self, place: int) -> bool:
        """Whether ``'s`` or a bare apostrophe of a plural stands there."""
        return self.at(place) in APOSTROPHES and self.glued(place) and not self.digit(place + 1)

    def digit(self, place: int) -> bool:
        return self.raw(place)[:1].isdigit()

    def coming(self, place: int) -> bool:
        """Whether the sentence speaks there of what is still to come."""
        return place < len(self._future) and self._future[place]

    def of_today(self) -> DateTokens:
        """The same words, read without a look at how new the articles are."""
        turned = copy(self)
        turned.latest = self.today
        return turned

    def towards(self, future: Sequence[bool]) -> DateTokens:
        """The same words, with what ``coming`` says of each."""
        turned = copy(self)
        turned._future = future
        return turned


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


def month_stands(words: DateTokens, place: int, stop: int) -> bool:
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


def _part_of(words: DateTokens, place: int) -> bool:
    """Whether "the end of", "the first half of", "the 3rd of" stands before."""
    part = words.at(place - 2)
    if words.at(place - 1) == "-":
        return part == "mid"
    return words.at(place - 1) == "of" and (part in _PARTS or words.digit(place - 2))


def _in_range(words: DateTokens, place: int, stop: int) -> bool:
    """Whether another month stands beside it: May or June, March to May."""
    before, link = words.at(place - 2), words.at(place - 1)
    if link in {"and", "or"}:
        return before in MONTHS and words.at(place - 3) in _BEFORE_MONTHS
    if link in RANGE_LINKS and (before in MONTHS or words.digit(place - 2)):
        return True
    return words.at(stop) in RANGE_LINKS and words.at(stop + 1) in MONTHS


def _is_verb(words: DateTokens, place: int) -> bool:
    """Whether a small "march" or "may" in a month's place is none: this march, the last may."""
    before = words.at(place - 1)
    if words.capital(place):
        return False
    return before == "this" or (before in {"last", "next"} and words.at(place - 2) in NOUN_OPENERS)


def _goes_on_as_name(words: DateTokens, stop: int) -> bool:
    return words.named(stop) or (words.noun(stop) and words.at(stop).endswith("ed"))


def _of_a_thing(words: DateTokens, place: int, stop: int) -> bool:
    """Whether it is the month of a thing: the March agreement, June's report."""
    if words.possessive(stop):
        return words.noun(stop + 2) and not words.named(place - 1)
    determined = words.at(place - 1) in NOUN_OPENERS or words.possessive(place - 2)
    return determined and words.noun(stop) and not words.capital(stop)


def weekday_stands(words: DateTokens, place: int, stop: int) -> bool:
    """Whether the bare weekday name at ``place`` is a day."""
    before = words.at(place - 1)
    if before in _RECURRING or before in ORDINALS or words.at(stop) in _PRAYERS:
        return False
    if words.at(place) not in WEEKDAY_NAMES:
        return words.capital(place) and before in _BEFORE_WEEKDAYS and not words.named(stop)
    if before in _BEFORE_WEEKDAYS:
        return True
    return not words.named(stop) and before not in _NAME_ADJECTIVES


def season_stands(words: DateTokens, place: int, stop: int) -> bool:
    """Whether the bare season at ``place``, without a year, is one: in spring, in the spring."""
    first = place - 1 if words.at(place - 1) == "the" else place
    return (
        words.at(first - 1) in _BEFORE_SEASONS and not words.noun(stop) and words.at(stop) != "of"
    )


# More than 1500 is no year; later than 1500 is one.
_COMPARING = frozenset({"more", "less", "fewer", "other", "rather"})


def year_number(words: DateTokens, place: int) -> int | None:
    """The year that could stand at ``place``: four digits that count nothing."""
    number = words.number(place, (4,))
    if number is None or not OLDEST_YEAR <= number <= NEWEST_YEAR:
        return None
    return None if words.at(place + 1) in COUNTED else number


def year_stands(words: DateTokens, place: int) -> bool:
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
    if words.at(place + 1) in NOT_NOUNS:
        return number in _MODERN
    return opening or (number in _MODERN and (words.named(place - 1) or number % 100 != 0))


def _joined_to_a_count(words: DateTokens, stop: int) -> bool:
    """Whether a number that is no year follows: 1500 and 3000 people."""
    joined = words.at(stop) in {"and", "or", "to", "-", "–"} and words.digit(stop + 1)
    return joined and len(words.raw(stop + 1)) > 2 and year_number(words, stop + 1) is None


def counts(words: DateTokens, stop: int, number: int, *, often: bool = False) -> bool:
    """Whether the number before ``stop`` counts the things that follow: in 1500 villages.

    ``often`` where a number is more likely to stand than a year.
    """
    if not _plural(words, stop) or words.at(stop) in EVENTS:
        return False
    return often or number not in _MODERN or number % 50 == 0


def _plural(words: DateTokens, place: int) -> bool:
    word = words.at(place)
    lower = words.noun(place) and not words.capital(place)
    return lower and len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _year_of_a_thing(words: DateTokens, place: int, number: int) -> bool:
    """Whether the year of the noun behind it is meant: the 2023 budget, Iran's 1979 revolution."""
    determined = words.at(place - 1) in NOUN_OPENERS or words.possessive(place - 2)
    if not (determined or number in _MODERN) or words.at(place - 1) in {"a", "an"}:
        return False
    if not _plural(words, place + 1) or words.at(place + 1) in EVENTS:
        return True
    return determined and number in _MODERN and number % 50 != 0
