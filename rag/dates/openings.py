"""A date and the words that open or close it in: since March, as of 1 July; bounds out."""

from __future__ import annotations

from dataclasses import replace

from rag.dates import periods
from rag.dates.bounds import Bounds, Relation, bounded
from rag.dates.parts import dated
from rag.dates.periods import Period, Yearly
from rag.dates.phrase import Phrase, is_relative, resolved
from rag.dates.words import Words

# The longer ones first.
_OPENINGS: tuple[tuple[str, Relation], ...] = (
    ("on or before", "until"),
    ("on or after", "since"),
    ("no later than", "until"),
    ("not later than", "until"),
    ("no earlier than", "since"),
    ("not earlier than", "since"),
    ("more recent than", "after"),
    ("newer than", "after"),
    ("later than", "after"),
    ("older than", "before"),
    ("earlier than", "before"),
    ("prior to", "before"),
    ("ahead of", "before"),
    ("up until", "until"),
    ("up to", "until"),
    ("as of", "until"),
    ("as at", "until"),
    ("as from", "since"),
    ("starting from", "since"),
    ("starting on", "since"),
    ("starting in", "since"),
    ("starting", "since"),
    ("beginning on", "since"),
    ("beginning in", "since"),
    ("ever since", "since"),
    ("since", "since"),
    ("from", "since"),
    ("after", "after"),
    ("following", "after"),
    ("before", "before"),
    ("until", "until"),
    ("till", "until"),
    ("through", "until"),
    ("by", "until"),
)
_CLOSINGS: tuple[tuple[str, Relation], ...] = (
    ("onward", "since"),
    ("onwards", "since"),
    ("or later", "since"),
    ("or after", "since"),
    ("or earlier", "until"),
    ("or before", "until"),
)
_SPLIT_OPENINGS = tuple((tuple(opening.split()), relation) for opening, relation in _OPENINGS)
_SPLIT_CLOSINGS = tuple((tuple(closing.split()), relation) for closing, relation in _CLOSINGS)
OPENING_WORDS = frozenset(opening[0] for opening, _ in _SPLIT_OPENINGS)

DOCUMENTS = frozenset(
    "news article articles report reports story stories headline headlines coverage statement "
    "statements interview interviews speech photo photos figures data letter quote quotes "
    "dispatch dispatches".split()
)
_DATING = DOCUMENTS | frozenset("is are was were dated dates date".split())


def alone(words: Words, place: int) -> Bounds | None:
    """Any date; with "onwards" or "or earlier" behind it, it is open on one side."""
    phrase = dated(words, place)
    if phrase is None:
        return None
    stop, relation = _closed(words, phrase.stop)
    return of_phrase(words, place, place, relation, phrase, stop)


def _closed(words: Words, stop: int) -> tuple[int, Relation]:
    for closing, relation in _SPLIT_CLOSINGS:
        if words.follows(stop, *closing):
            return stop + len(closing), relation
    return stop, ""


def led(words: Words, place: int) -> Bounds | None:
    """A date with the words that open it: since March, no later than 3 June."""
    for opening, relation in _SPLIT_OPENINGS:
        if words.follows(place, *opening):
            core = place + len(opening)
            phrase = dated(words, core)
            dating = opening == ("from",) and words.at(place - 1) in _DATING
            # Before Friday's talks: the talks are meant, not the day.
            if phrase is None or dating or words.possessive(phrase.stop):
                return None
            return of_phrase(words, place, core, relation, phrase, _onwards(words, phrase.stop))
    return None


def _onwards(words: Words, stop: int) -> int:
    """Where "onwards" or "on" behind "from June" stops."""
    on = words.at(stop) == "on" and not words.raw(stop + 1).isalnum()
    return stop + (on or words.at(stop) in {"onward", "onwards"})


def of_phrase(
    words: Words, start: int, core: int, relation: Relation, phrase: Phrase, stop: int
) -> Bounds | None:
    """The bounds that ``relation`` makes of the phrase at ``core``; the words are [start, stop)."""
    if phrase.meaning is None:
        return Bounds(start, stop, core, relation, None, None, "day", relative=False)
    period = resolved(phrase, words, core)
    if period is None:
        return None
    side = _point(words, core, relation, period)
    found = bounded(start, stop, core, relation, side, relative=is_relative(phrase))
    if not isinstance(phrase.meaning, Yearly):
        return found
    lacking = phrase.meaning if phrase.meaning.year is None else None
    return replace(found, yearly=lacking, year=phrase.meaning.year)


def _point(words: Words, core: int, relation: Relation, period: Period) -> Period:
    """The side of "the end of" or "the start of" a period that a relation looks at."""
    edge = {words.at(core), words.at(core + 1)}
    if relation == "before" and edge & {"end", "close"}:
        return Period(period.end, periods.later(period.end, days=1), "day")
    if relation == "after" and edge & {"start", "beginning"}:
        return Period(periods.later(period.start, days=-1), period.start, "day")
    return period
