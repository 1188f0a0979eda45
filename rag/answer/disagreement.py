"""Agreed answers in; those that give another value for the same thing out.

Numbers, dates and names are compared, each with its own kind. A source that revises its own figure
is another side too: all are shown, and none is called right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answer.agreement import Agreed, same_answer
from rag.answer.around import sentence_around
from rag.answer.matching import Match, Matcher
from rag.answer.ranking import Candidate
from rag.dates.anchoring import dates_in
from rag.text.entities import entities
from rag.text.quantities import Quantity, quantities
from rag.text.sentences import Offsets, sentence_spans
from rag.types import Span

_SAME_THING = 0.65  # of the question's words must be spoken to by both sentences
_SAME_SENTENCE = 0.6  # of the words of a sentence must be shared where names differ, or in a copy
_AS_MUCH = 0.5  # of what the first source's sentence speaks to, another's must
_LEAST_PLACED = 3  # words of the question must stand in the sentence itself
_LONGEST_VALUE = 8


@dataclass(frozen=True, slots=True)
class _Value:
    """What an answer says: a quantity, days or a name; one of them."""

    quantity: Quantity | None = None
    days: tuple[date, date] | None = None
    name: str = ""

    def differs(self, other: _Value) -> bool:
        """Whether both are of one kind and cannot both be true."""
        if self.quantity and other.quantity:
            same_unit = self.quantity.comparable(other.quantity)
            return same_unit and self.quantity.value != other.quantity.value
        if self.days and other.days:
            return self.days[1] <= other.days[0] or other.days[1] <= self.days[0]
        return bool(self.name and other.name) and not same_answer(self.name, other.name)


def disagreeing(
    agreed: Sequence[Agreed], question: str, matcher: Matcher, *, margin: float
) -> tuple[Agreed, ...]:
    """The other sides to the first of ``agreed``, one for each value, the latest first.

    Another side comes from an independent article, scores at most ``margin`` less, and its sentence
    speaks to as much of the question; or it is a near-copy that gives another figure.
    """
    if not agreed:
        return ()
    first = agreed[0]
    sides = _copies(first.best)
    spoken = _speaks(matcher, question, first.best)
    for other in agreed[1:]:
        near = other.best.score >= first.best.score - margin and _independent(first, other)
        if not near or not _value(first.best).differs(_value(other.best)):
            continue
        if _is_twin(first.best, other.best) or (
            spoken and not _value(first.best).name and _speaks(matcher, question, other.best)
        ):
            sides.append(other)
    return tuple(sorted(_distinct(sides), key=_published, reverse=True))


def supporting(said: Agreed, question: str, matcher: Matcher) -> tuple[Candidate, ...]:
    """Who else says it: the same words in a sentence that speaks to what is asked as much, or half.

    "the two nations" does not support that cracks were found in two pillars.
    """
    least = _AS_MUCH * _coverage(matcher, question, said.best)
    return tuple(one for one in said.also if _coverage(matcher, question, one) >= least)


def _coverage(matcher: Matcher, question: str, candidate: Candidate) -> float:
    return matcher.coverage(_matches(matcher, question, candidate))


def _matches(matcher: Matcher, question: str, candidate: Candidate) -> list[Match]:
    passage = candidate.hit.passage
    around = f"{passage.article.title} {passage.text}"
    return matcher.match(question, _sentence(candidate), around)


def _published(side: Agreed) -> date:
    return side.best.hit.passage.article.published or date.min


def _independent(first: Agreed, other: Agreed) -> bool:
    return other.best.article_id not in {first.best.article_id, *(c.article_id for c in first.also)}


def _is_twin(first: Candidate, other: Candidate) -> bool:
    """Whether both stand at the same place of what is nearly the same sentence."""
    one, two = _sentence(first), _sentence(other)
    if _shared(one, two) < _SAME_SENTENCE:
        return False
    before = [_sentence_before(candidate).split()[-2:] for candidate in (first, other)]
    return before[0] == before[1]


def _sentence_before(candidate: Candidate) -> str:
    """The sentence up to the first word of the answer that says the value."""
    start = _place(candidate)[0]
    number = next((q.start for q in quantities(candidate.quote)), 0)
    return candidate.hit.passage.article.text[start : candidate.span.start + number]


def _speaks(matcher: Matcher, question: str, candidate: Candidate) -> bool:
    """Whether the answer's sentence is about what is asked, and has every name of it near."""
    matches = _matches(matcher, question, candidate)
    plain = [match for match in matches if not match.word.name]
    placed = [match for match in matches if match.place >= 0 and not match.opposite]
    if len(placed) < _LEAST_PLACED or any(match.opposite for match in matches):
        return False
    if any(match.word.name and match.share == 0 for match in matches):
        return False
    return matcher.coverage(matches) >= _SAME_THING and matcher.coverage(plain) >= _SAME_THING


def _value(candidate: Candidate) -> _Value:
    """The one value of a short answer; nothing where it has several, or none."""
    quote = candidate.quote
    if len(quote.split()) > _LONGEST_VALUE:
        return _Value()
    article, around = candidate.hit.passage.article, _place(candidate)
    days = [one for one in dates_in(article, around) if _inside(one.start, candidate)]
    if len(days) == 1 and days[0].after and days[0].before:
        return _Value(days=(days[0].after, days[0].before))
    found = quantities(_sentence(candidate))
    numbers = [one for one in found if _inside(around[0] + one.start, candidate)]
    if len(numbers) == 1:
        return _Value(quantity=numbers[0])
    names = [one for one in entities(f"– {quote}") if one.sort == "name"]
    return _Value(name=quote) if len(names) == 1 and not numbers and not days else _Value()


def _inside(place: int, candidate: Candidate) -> bool:
    return candidate.span.start <= place < candidate.span.end


def _place(candidate: Candidate) -> Offsets:
    return sentence_around(candidate.hit.passage, candidate.span.start, candidate.span.end)


def _sentence(candidate: Candidate) -> str:
    return candidate.hit.passage.article.text[slice(*_place(candidate))]


def _shared(one: str, other: str) -> float:
    """The words that two sentences share as a share of all their words."""
    words, others = set(one.casefold().split()), set(other.casefold().split())
    return len(words & others) / len(words | others)


def _copies(first: Candidate) -> list[Agreed]:
    """Near-copies of the answer's passage that have another figure in the same sentence."""
    sentence, quantity = _sentence(first), _value(first).quantity
    if quantity is None:
        return []
    number = [q.start for q in quantities(sentence)].index(quantity.start)
    sides = []
    for copy in first.hit.copies:
        for start, end in sentence_spans(copy.article.text, copy.start, copy.end):
            text = copy.article.text[start:end]
            found = quantities(text)
            if _shared(sentence, text) < _SAME_SENTENCE or len(found) != len(quantities(sentence)):
                continue
            other = found[number]
            if quantity.comparable(other) and other.value != quantity.value:
                span = Span(start + other.start, start + other.end, first.span.score)
                hit = replace(first.hit, passage=copy, copies=())
                sides.append(Agreed(Candidate(hit, span, first.score), (), first.score))
    return sides


def _distinct(sides: Sequence[Agreed]) -> list[Agreed]:
    kept: list[Agreed] = []
    for side in sides:
        if not any(same_answer(side.best.quote, other.best.quote) for other in kept):
            kept.append(side)
    return kept
