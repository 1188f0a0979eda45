"""Kinds of question: a question in, the kind of answer that it asks for and why, out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.question import kind_rules as rules
from rag.question.beginning import beginning
from rag.text.lexicon import Wording, asks_for_several, wording
from rag.types import Kind


@dataclass(frozen=True, slots=True)
class Asked:
    """A kind of answer and the words of the question that show it.

    ``said`` is a slice of the question, empty when nothing decided. ``wants`` is what a question
    for the latest asks for apart from that: "Who leads the party now?" wants a span.
    """

    kind: Kind
    said: str
    wants: Kind


def kind_of(question: str) -> Asked:
    """The kind of ``question`` by its form; words without a question ask for a passage.

    >>> kind_of("Could you tell me who leads the party now?")
    Asked(kind='latest', said='now', wants='span')
    """
    words = wording(question)
    begin = beginning(words.plain)
    told = _first(rules.TOLD, words, begin)
    if told is not None:
        return Asked(told[0], told[1], told[0])
    form, said = _form(words, begin)
    if form != "yesno":
        latest = _first(rules.LATEST, words, begin)
        if latest is not None:
            return Asked("latest", latest[1], form)
    return Asked(form, said, form)


def _form(words: Wording, begin: int) -> tuple[Kind, str]:
    """The kind apart from whether the latest is asked for, and the words that show it."""
    found = _first((*rules.YES_OR_NO, *rules.WEAK_SUMMARY, *rules.WHEN), words, begin)
    found = found or _first((*rules.LIST_REQUEST, *rules.MANNER), words, begin)
    if found is None and (span := asks_for_several(words.plain, begin)):
        found = ("list", words.said(*span))
    found = found or _first(
        (*rules.MEASURE, *rules.SAID_TO_BE, *rules.PASSAGE, *rules.SPAN), words, begin
    )
    return found or ("passage", "")


def _first(candidates: Iterable[rules.Rule], words: Wording, begin: int) -> tuple[Kind, str] | None:
    for rule in candidates:
        find = rule.pattern.search if rule.anywhere else rule.pattern.match
        match = find(words.plain, 0 if rule.anywhere else begin)
        if match is not None:
            return rule.kind, words.said(*match.span())
    return None
