"""A question for somebody's words, and a span; whether that person says the span, out."""

from __future__ import annotations

import re

from rag.answer.around import sentence_around
from rag.answer.attribution import speaker
from rag.answer.ranking import Candidate
from rag.text.analyzer import analyse
from rag.text.entities import entities
from rag.text.lexicon import TITLES

_ASKS_FOR_WORDS = re.compile(
    r"\b(?:what|how|why)\b.{0,24}?\b(?:did|does|do|has|have|had)\s+(?P<who>.+?)\s+(?:\w+ly\s+)?"
    r"(?:say|said|tell|told|call|called|describe|promise|promised|announce|announced|explain|"
    r"claim|claimed|demand|demanded|propose|proposed|suggest|suggested|recommend|recommended|warn|"
    r"warned|think|admit|admitted|answer|reply|reassure|declare|declared|comment|stress|"
    r"emphasi[sz]e|justify|react|put|respond|argue|ask|want|express|reiterate|appreciate)\b",
    re.IGNORECASE,
)


def says_it(question: str, span: Candidate) -> bool | None:
    """Whether the one who is asked about says the span; None where no name is asked or given."""
    asked = _asked(question)
    if not asked:
        return None
    passage, place = span.hit.passage, (span.span.start, span.span.end)
    who = speaker(passage.article.text, sentence_around(passage, *place), place)
    if who is None:
        return None
    said = passage.article.text[slice(*who)]
    if not any(entity.sort == "name" for entity in entities(f"– {said}")):
        return None
    return bool(asked & _names(said))


def _asked(question: str) -> frozenset[str]:
    """The terms of the name whose words are asked for."""
    match = _ASKS_FOR_WORDS.search(question)
    return _names(match["who"]) if match else frozenset()


def _names(text: str) -> frozenset[str]:
    """The terms of the names in a text, without titles."""
    names = [entity.text for entity in entities(f"– {text}") if entity.sort == "name"]
    words = [word for name in names for word in name.split() if word.lower() not in TITLES]
    return frozenset(analyse(" ".join(words)))
