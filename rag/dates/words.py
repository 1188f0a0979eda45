"""A text in; its words with the lists that date rules ask about out."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date

from rag.dates.periods import Grain

_TOKEN = re.compile(r"[^\W\d_]+|[0-9]+|\S")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MONTH_NAMES = tuple(
    "january february march april may june july august september october november december".split()
)
MONTHS = {
    **{name: number for number, name in enumerate(MONTH_NAMES, 1)},
    **{name[:3]: number for number, name in enumerate(MONTH_NAMES, 1)},
    "sept": 9,
}
WEEKDAY_NAMES = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
WEEKDAYS = {
    **{name: number for number, name in enumerate(WEEKDAY_NAMES)},
    **{name[:3]: number for number, name in enumerate(WEEKDAY_NAMES)},
    **{"tues": 1, "thur": 3, "thurs": 3},
}
UNITS: dict[str, Grain] = {
    **{"day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year"},
    **{"days": "day", "weeks": "week", "months": "month", "quarters": "quarter", "years": "year"},
    **{"weekend": "weekend", "decade": "decade", "decades": "decade"},
}
DAY_PARTS = _words("morning afternoon evening night")

_UP_TO_TEN = "one two three four five six seven eight nine ten"
NUMBERS = {
    **{name: number for number, name in enumerate(_UP_TO_TEN.split(), 1)},
    **{"eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30},
}
_ORDINAL_NAMES = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
ORDINALS = {
    **{name: number for number, name in enumerate(_ORDINAL_NAMES.split(), 1)},
    "thirtieth": 30,
}

HYPHENS = frozenset("-–—")
APOSTROPHES = frozenset("'’‘")
DETERMINERS = _words(
    "the a an this that these those its his her their our my your which what whose every each any"
)
# Words that are no noun: what follows a date and is none of them is taken for one.
FUNCTION_WORDS = DETERMINERS | _words(
    "and or but nor not no if than then so because although while who whom when where why how "
    "do does did done is are was were be been being has have had will would shall should can "
    "could may might must of in on at to from by with without for about against as into onto "
    "over under during before after since until till between among through throughout within "
    "around near towards toward up down out off only also there here still already again both "
    "he she it they we you i him them us me s t ago onward onwards"
)
AUXILIARIES = _words("is are was were be do does did has have had will would shall can could")
# A number of people or things, not a year, stands before these.
COUNTED = _words(
    "people men women children km kg kilometres kilometers metres meters miles feet tonnes tons "
    "troops police staff percent per cent dollars euros pounds lorins rupees rials a bc bce gmt "
    "utc hours hrs million billion thousand hundred dead killed injured wounded hurt missing "
    "arrested detained displaced evacuated homeless barrels"
)
# Nouns in the plural that a year rather than a number stands before.
EVENTS = _words(
    "elections olympics games talks floods protests riots attacks budgets championships finals "
    "results negotiations accords agreements reforms earthquakes fires strikes polls primaries "
    "figures sanctions wars hearings trials"
)
# A number after these names one of many: a flight, a resolution.
NUMBERED = _words(
    "resolution resolutions flight room highway route article section page no number channel model "
    "law bill act windows radio line unit gate order regulation psalm block bus train road fm "
    "am version area code district apartment agenda chapter decree form boeing at nr"
)
# Place names and groups that are named after a day: 5 December Street.
NAMED_AFTER_DAYS = _words(
    "street square avenue road boulevard bridge park mosque hospital university stadium airport "
    "movement organization organisation brigade party alliance coalition group museum school"
)


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters, a run of digits, or one mark; ``glued`` when no gap is before it."""

    start: int
    end: int
    raw: str
    lower: str
    glued: bool


class Words:
    """The words of a text, read from the day ``today``; places outside it hold the empty word.

    ``latest`` is the last day that a date without a year may begin on: ``today``, or, where the
    articles end earlier, the last day of the month of ``newest``, the day of the newest one.
    """

    def __init__(self, text: str, today: date, newest: date | None = None) -> None:
        self.today = today
        self.latest = today if newest is None else min(today, _end_of_month(newest))
        self._future: Sequence[bool] = ()
        self._words: list[Word] = []
        end = -1
        for match in _TOKEN.finditer(text):
            raw = match[0]
            start = match.start()
            self._words.append(Word(start, match.end(), raw, raw.lower(), start == end))
            end = match.end()

    def __len__(self) -> int:
        return len(self._words)

    def __getitem__(self, place: int) -> Word:
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
        return self.capital(place) and self.at(place) not in FUNCTION_WORDS

    def noun(self, place: int) -> bool:
        """Whether a word stands there that may be a noun."""
        return self.raw(place).isalpha() and self.at(place) not in FUNCTION_WORDS

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

    def of_today(self) -> Words:
        """The same words, read without a look at how new the articles are."""
        turned = copy(self)
        turned.latest = self.today
        return turned

    def towards(self, future: Sequence[bool]) -> Words:
        """The same words, with what ``coming`` says of each."""
        turned = copy(self)
        turned._future = future
        return turned
