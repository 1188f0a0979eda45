"""Two dates and what joins them in: between May and July, 3 to 5 March, June-August; bounds out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from rag.dates import periods
from rag.dates.bounds import Bounds, bounded
from rag.dates.lookalikes import RANGE_LINKS
from rag.dates.parts import dated
from rag.dates.periods import Period, Yearly
from rag.dates.phrase import Phrase, is_relative, resolved
from rag.dates.words import Words
from rag.dates.written import day_first, day_number, month_first
from rag.dates.years import with_year


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From the first of two dates to the last one; None where one of them is impossible."""

    stop: int
    whole: Period | None
    relative: bool


def stretch(words: Words, place: int) -> Bounds | None:
    """Between X and Y, from X to Y, X to Y, X-Y."""
    opening = words.at(place) if words.at(place) in {"between", "from"} else ""
    core = place + bool(opening)
    rules = (_days_before_month, _days_after_month, _two_dates)
    found = next((one for rule in rules if (one := rule(words, core, opening))), None)
    if found is None or words.possessive(found.stop):
        return None
    if found.whole is None:
        return Bounds(place, found.stop, core, "between", None, None, "range", relative=False)
    return bounded(place, found.stop, core, "between", found.whole, relative=found.relative)


def _joined(words: Words, place: int, opening: str) -> int | None:
    """Where the second date begins, if the word at ``place`` joins it to the first."""
    joins = {"and"} if opening == "between" else RANGE_LINKS
    if words.at(place) not in joins:
        return None
    return place + 1 + (words.at(place + 1) == "the" and words.digit(place + 2))


def _days_before_month(words: Words, core: int, opening: str) -> _Stretch | None:
    """3 to 5 March 2024, 3 and 4 March."""
    number = day_number(words, core + (words.at(core) == "the"))
    if number is None or number.spelt:
        return None
    second = _joined(words, number.stop, opening)
    if second is None and not opening and words.at(number.stop) == "and":
        second = number.stop + 1
    last = None if second is None else day_first(words, second)
    if last is None:
        return None
    return _days(words, core, last.stop, last.month, number.day, last.day)


def _days_after_month(words: Words, core: int, opening: str) -> _Stretch | None:
    """March 3-5, 2024, March 3 to 5."""
    first = month_first(words, core)
    second = None if first is None else _joined(words, first.stop, opening)
    if first is None or second is None or day_first(words, second) is not None:
        return None
    number = day_number(words, second)
    if number is None or number.spelt:
        return None
    return _days(words, core, number.stop, first.month, first.day, number.day)


def _days(words: Words, core: int, stop: int, month: int, first: int, last: int) -> _Stretch | None:
    phrase = with_year(words, stop, lambda year: _days_of(year, month, first, last))
    whole = resolved(phrase, words, core)
    if first > last:
        return None
    return _Stretch(phrase.stop, whole, is_relative(phrase))


def _days_of(year: int, month: int, first: int, last: int) -> Period | None:
    try:
        end = date(year, month, last) + timedelta(days=1)
        return Period(date(year, month, first), end, "range")
    except ValueError:
        return None


def _two_dates(words: Words, core: int, opening: str) -> _Stretch | None:
    first = dated(words, core)
    second = None if first is None else _joined(words, first.stop, opening)
    if first is None or second is None:
        return None
    last = _now(words, second) or dated(words, second)
    if last is None:
        return None
    if first.meaning is None or last.meaning is None:
        return _Stretch(last.stop, None, relative=False)
    start, end = _ordered(words, core, first, last)
    if start is None or end is None or start.start >= end.end:
        return None
    # Between two yearly dates the year of either is that of both.
    yearly = isinstance(first.meaning, Yearly) and isinstance(last.meaning, Yearly)
    relative = first.relative or is_relative(last) or (is_relative(first) and not yearly)
    return _Stretch(last.stop, Period(start.start, end.end, "range"), relative)


def _now(words: Words, place: int) -> Phrase | None:
    """The end of a stretch that goes on: from May to now, until the present."""
    place += words.at(place) == "the"
    if words.at(place) not in {"now", "present", "date"}:
        return None
    return Phrase(place + 1, periods.day(words.today), relative=True)


def _ordered(
    words: Words, core: int, first: Phrase, last: Phrase
) -> tuple[Period | None, Period | None]:
    """Both periods, where one without a year takes it from the other."""
    end = resolved(last, words, core)
    if end is not None and _lacks_year(first) and not _lacks_year(last):
        return same_year(first.meaning, end), end
    start = resolved(first, words, core)
    if start is not None and isinstance(last.meaning, Yearly) and _lacks_year(last):
        return start, last.meaning.following(start.start)
    weekdays = first.relative and last.relative
    if start is not None and end is not None and weekdays and end.start < start.start:
        return periods.moved(start, -7) if start.grain == "day" else start, end
    return start, end


def _lacks_year(phrase: Phrase) -> bool:
    return isinstance(phrase.meaning, Yearly) and phrase.meaning.year is None


def same_year(meaning: Period | Yearly | None, other: Period) -> Period | None:
    """That of the year of ``other``, or of the year before if it would begin later."""
    if not isinstance(meaning, Yearly):
        return meaning
    found = meaning.in_year(other.start.year)
    if found is not None and other.start < found.start and other.start.year > date.min.year:
        return meaning.in_year(other.start.year - 1)
    return found
