"""Answers with every item that is asked for, each a quotation of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.answer.aggregation import AnswerGroup, group_answers, same_answer
from rag.answer.evidence import (
    NOTHING,
    Candidate,
    Evidence,
    Pick,
    Reply,
    answer_probability,
    noisy_or,
    pick,
    sentence_around,
)
from rag.answer.rules.coordination import enumerations, items
from rag.answer.speakers import is_said_by_asked_speaker
from rag.text.analyzer import analyse
from rag.text.entities import entities
from rag.text.lexicon import TITLES
from rag.text.quantities import quantities
from rag.text.sentences import Offsets, sentence_spans
from rag.types import Span

MOST_ITEMS = 20
# What the form of an answer adds to its score: several items, as many as asked for, none at all.
_WHOLE = 0.9  # A span of so much of its sentence does not say where its list begins and ends.
_SEVERAL, _AS_MANY, _MISFIT, _OF_ANOTHER = 1.0, 2.0, -4.0, -4.0
_SHARE = re.compile(
    r"(?:all|some|most|several|both|none|half|\d+|one|two|three|four|five|six|seven|eight|nine|"
    r"ten) of (?:the|its|them|these|those|which|whom)(?: \w+)?",
    re.IGNORECASE,
)
_ASKS_FOR_NAMES = re.compile(
    r"\bwho(?:m|se)?\b|\bnames?\b|\bmembers\b|\b(?:which|what) (?:\w+ ){0,2}?(?:countries|states|"
    r"cities|towns|villages|places|people|politicians|ministers|leaders|companies|parties|teams)\b",
    re.IGNORECASE,
)

_EXCLUDED = re.compile(
    r"\b(?:beyond|besides|other than|apart from|except(?: for)?|in addition to|not counting) "
    r"(?P<what>[^,?]+)",
    re.IGNORECASE,
)


class ListAnswerer:
    """All items of an enumeration, or the answers of several sentences and articles.

    ``margin`` is how far behind the best span's score another span is still an item of the list.
    """

    depth: int | None = None

    def __init__(self, agreement_weight: float, margin: float) -> None:
        self._weight = agreement_weight
        self._margin = margin

    def answer(self, found: Evidence) -> Reply:
        """The items of the spans that look most like what is asked for.

        The confidence is the calibrator's for the best of these spans, beside spans outside the
        sentences that are quoted: the items of one list are no rivals.
        """
        wanted = _Wanted.of(found.query.text)
        listed = [
            _Listed(answer.best, items, answer.score + wanted.fits(items, answer.best))
            for answer in group_answers(found.spans, weight=self._weight)
            if (items := _item_picks(answer, names=wanted.names))
        ]
        if not listed:
            return NOTHING
        least = max(one.score for one in listed) - self._margin
        near = [one for one in listed if one.score >= least]
        best = max(near, key=lambda one: (*wanted.completes(one.items), one.score))
        near = sorted(_compatible(best, near, wanted), key=lambda one: -len(one.items))
        kept = wanted.new(_distinct(one for some in near for one in some.items))[:MOST_ITEMS]
        if not kept:
            return NOTHING
        confidence = found.confidence_of(best.span, _rivals(found, near))
        return Reply(
            tuple(kept), noisy_or(confidence, answer_probability(found.sentence_of(best.span)))
        )


@dataclass(frozen=True, slots=True)
class _Listed:
    """The items that a span gives, and how well it and they look."""

    span: Candidate
    items: list[Pick]
    score: float


def _compatible(best: _Listed, near: Iterable[_Listed], wanted: _Wanted) -> list[_Listed]:
    """The lists that go with the best one.

    A whole enumeration stands alone, but for other enumerations where names are asked for.
    """
    if not any(wanted.completes(best.items)):
        return list(near)
    place = _sentence(best.span)
    others = (one for one in near if wanted.names and len(one.items) > 1)
    return [best, *(one for one in others if one is not best and _sentence(one.span) != place)]


def _rivals(found: Evidence, near: Sequence[_Listed]) -> list[Candidate]:
    quoted = {_sentence(one.span) for one in near}
    return [span for span in found.spans if _sentence(span) not in quoted]


def _sentence(span: Candidate) -> tuple[str, Offsets]:
    place = sentence_around(span.hit.passage, span.span.start, span.span.end)
    return span.article_id, place


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a list question asks for: names or not, how many, and what it leaves out."""

    question: str
    names: bool
    count: int
    terms: frozenset[str]
    excluded: frozenset[str]

    @classmethod
    def of(cls, question: str) -> _Wanted:
        counts = [int(q.value) for q in quantities(question) if q.value == int(q.value)]
        names = _ASKS_FOR_NAMES.search(question) is not None
        beyond = _EXCLUDED.search(question)
        excluded = frozenset(analyse(beyond["what"])) if beyond else frozenset()
        count = counts[0] if counts else 0
        return cls(question, names, count, frozenset(analyse(question)), excluded)

    def excludes(self, item: str) -> bool:
        """Whether the question asks for others: "beyond Palestine"."""
        return bool(self.excluded) and set(analyse(item)) <= self.excluded

    def new(self, picks: Sequence[Pick]) -> list[Pick]:
        """The items that the question does not name itself; all of them where it names each."""
        kept = [one for one in picks if not self.excludes(one.quote)]
        return [one for one in kept if not self._names(one.quote)] or kept

    def completes(self, picks: Sequence[Pick]) -> tuple[bool, bool]:
        """Whether the items are as many as asked for, and so many that they are a whole list."""
        return len(picks) == self.count > 1, len(picks) > 2

    def fits(self, picks: Sequence[Pick], span: Candidate) -> float:
        """What the form of an answer, and who says it, adds to its score."""
        items = [one.quote for one in picks if not self.excludes(one.quote)]
        known = len(items) == 1 and self._names(items[0])
        if not items or known or all(_is_number(item) for item in items):
            return _MISFIT
        voice = _OF_ANOTHER if is_said_by_asked_speaker(self.question, span) is False else 0.0
        return voice + _SEVERAL * (len(items) > 1) + _AS_MANY * (len(items) == self.count)

    def _names(self, item: str) -> bool:
        return set(analyse(item)) <= self.terms


def _is_number(text: str) -> bool:
    """Whether an item says only how many: "nine", "three of the four"."""
    if _SHARE.fullmatch(text.strip()):
        return True
    return any(q.end - q.start == len(text.strip()) for q in quantities(text))


def _item_picks(answer: AnswerGroup, *, names: bool) -> list[Pick]:
    """A quotation for each item of the span; the span itself with its sources if it is one item."""
    best = answer.best
    text = best.hit.passage.article.text
    spans = _items(best)
    if names:
        counted = sum(bool(quantities(text[slice(*span)])) for span in spans) > 1
        spans = [name for span in spans if (name := _name(text, span)) is not None]
        spans = [_without_number(text, span) for span in spans] if counted else spans
    if len(spans) == 1:
        return [Pick(best.hit, *spans[0], best.score, pick(best, answer.also).also)]
    return [Pick(best.hit, start, end, best.score) for start, end in spans]


def _items(candidate: Candidate) -> list[Offsets]:
    """The items of the enumeration that the span covers, or is an item of."""
    passage, span = candidate.hit.passage, candidate.span
    text = passage.article.text
    around = sentence_spans(text, passage.start, passage.end)
    listed = [
        _joined(text, span, sentence, spans)
        for sentence in around
        for spans in enumerations(text, *sentence)
        if spans[0][0] < span.end and span.start < spans[-1][1]
    ]
    return max(listed, key=len, default=items(text, span.start, span.end))


def _joined(text: str, span: Span, sentence: Offsets, listed: list[Offsets]) -> list[Offsets]:
    """An enumeration whose first and last item begin and end as the reader's span says.

    A span of nearly a whole sentence says nothing of that.
    """
    start, end = max(span.start, sentence[0]), min(span.end, sentence[1])
    own = items(text, start, end)
    if len(own) < 2 or end - start >= _WHOLE * (sentence[1] - sentence[0]):
        return listed
    first = start if start < listed[0][1] else listed[0][0]
    last = end if end > listed[-1][0] else listed[-1][1]
    joined = items(text, first, last)
    return joined if len(joined) >= len(own) else own


def _name(text: str, span: Offsets) -> Offsets | None:
    """The name in an item: the first of several words, else the last: "the city of Cairo".

    Titles are left out before a name of several words.
    """
    start, end = span
    found = [entity for entity in entities(text[start:end]) if entity.sort == "name"]
    if not found:
        return None
    best = next((name for name in found if " " in name.text), found[-1])
    words = list(re.finditer(r"\S+", best.text))
    titles = [number for number, word in enumerate(words) if word.group().lower() in TITLES]
    untitled = titles[-1] + 1 if titles and titles[-1] + 2 < len(words) else 0
    return start + best.start + words[untitled].start(), start + best.end


def _without_number(text: str, span: Offsets) -> Offsets:
    """The name without its figure: "the Union 22, the Greens eight"."""
    number = re.search(r"\s+\d+\Z", text[slice(*span)])
    return (span[0], span[1] - len(number.group())) if number else span


def _distinct(picks: Iterable[Pick]) -> list[Pick]:
    kept: list[Pick] = []
    for one in picks:
        if not any(same_answer(one.quote, other.quote) for other in kept):
            kept.append(one)
    return kept
