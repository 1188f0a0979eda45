"""What a date rule finds: where its words stop, and the period that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rag.dates.periods import Period, Yearly
from rag.dates.words import Words

Cut = Callable[[Period], Period | None]


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words up to ``stop`` name ``meaning``; None is a day that no calendar has.

    ``relative`` says that the day from which the text is read was needed; a ``Yearly`` without a
    year needs it in any case.
    """

    stop: int
    meaning: Period | Yearly | None
    relative: bool = False


Rule = Callable[[Words, int], Phrase | None]


def longest(rules: Iterable[Rule], words: Words, place: int) -> Phrase | None:
    """What the rule that reaches furthest finds from ``place`` on; the earlier one of equals."""
    best: Phrase | None = None
    for rule in rules:
        found = rule(words, place)
        if found is not None and (best is None or found.stop > best.stop):
            best = found
    return best


def resolved(phrase: Phrase, words: Words, place: int) -> Period | None:
    """The days of ``phrase``, in the direction of time that is spoken of at ``place``."""
    if isinstance(phrase.meaning, Yearly):
        coming = words.coming(place)
        return phrase.meaning.near(words.today if coming else words.latest, future=coming)
    return phrase.meaning


def is_relative(phrase: Phrase) -> bool:
    return phrase.relative or (isinstance(phrase.meaning, Yearly) and phrase.meaning.year is None)


def cut(phrase: Phrase, part: Cut, stop: int | None = None) -> Phrase | None:
    """The phrase with ``part`` of its period, None where a period has no such part."""
    stop = phrase.stop if stop is None else stop
    meaning = phrase.meaning
    if isinstance(meaning, Yearly):
        in_year = meaning.in_year

        def part_in_year(year: int) -> Period | None:
            whole = in_year(year)
            return part(whole) if whole is not None else None

        sample = part_in_year(2024)
        return Phrase(stop, Yearly(part_in_year, meaning.year), phrase.relative) if sample else None
    cut_out = part(meaning) if meaning is not None else None
    return Phrase(stop, cut_out, phrase.relative) if cut_out is not None else None
