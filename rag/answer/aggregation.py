"""Compares the answers of several articles: which agree, and which conflict.

``group_answers`` puts candidates that say the same into one ``AnswerGroup``;
``conflicting_answers`` finds the groups that give another value for the same thing, and
``corroborating_answers`` the articles that really support an answer. ``could_answer`` leaves
out candidates that are not of the type that the question asks for. ``SpanAnswerer`` compares with
all of them, ``ListAnswerer`` groups only; yes/no and when-answers are not compared yet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import log1p

from rag.answer.evidence import Candidate, ReadHit, sentence_around
from rag.answer.rules.matching import Match, Matcher
from rag.dates.anchoring import dates_in
from rag.models.sentence_reader import QuestionTerms
from rag.text.entities import entities
from rag.text.lexicon import TITLES
from rag.text.quantities import Quantity, quantities, singular
from rag.text.sentences import Offsets, sentence_spans
from rag.types import Passage, Span

# Not ``word_spans``: "D-8" and "D8", or "10km" and "10 km", are compared by their parts.
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_POSSESSIVE = re.compile(r"['’]s\b")
_PERCENT = re.compile(r"%|\bper ?cent\b")
_IGNORED_WORDS = frozenset(
    "a an the of in on at to by for from with and about around some nearly almost roughly "
    "approximately".split()
)
# With one of these more, a name is another name: North Korea, New York.
_DISTINGUISHING = frozenset(
    "north south east west northern southern eastern western new non".split()
)


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Candidates that say the same: the best one, and the best one of every other article."""

    best: Candidate
    also: tuple[Candidate, ...]
    score: float


def group_answers(ranked: Sequence[Candidate], *, weight: float) -> list[AnswerGroup]:
    """The distinct answers among ``ranked`` (best first), best first.

    A group's score is its best candidate's plus ``weight`` times the logarithm of one plus the
    number of further articles that agree. Copies of a story share a hit, and so count once.
    """
    groups: list[list[Candidate]] = []
    for candidate in ranked:
        group = next((g for g in groups if same_answer(g[0].quote, candidate.quote)), None)
        if group is None:
            groups.append([candidate])
        elif all(member.article_id != candidate.article_id for member in group):
            group.append(candidate)
    scored = [
        AnswerGroup(group[0], tuple(group[1:]), group[0].score + weight * log1p(len(group) - 1))
        for group in groups
    ]
    return sorted(scored, key=lambda group: -group.score)


def same_answer(first: str, second: str) -> bool:
    """Whether two quotations say the same thing: the same words, or a name and a part of it.

    Case, punctuation, "a", "an" and "the", prepositions, plurals and the titles of people do not
    count; "three" is "3" and "5m" is "5 million". Where a figure occurs, all must be the same.
    """
    words, others = _normalized_words(first), _normalized_words(second)
    if not words or not others:
        return first.strip() == second.strip()
    if _figures(words) != _figures(others):
        return False
    if words == others:
        return True
    return _is_part_of_name(first, words, others) or _is_part_of_name(second, others, words)


def _figures(words: frozenset[str]) -> set[str]:
    return {word for word in words if word[0].isdigit()}


def _is_part_of_name(short: str, words: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a short quotation with a name or a figure is a part of a longer one."""
    specific = any(character.isupper() or character.isdigit() for character in short)
    if not specific or words <= TITLES or (others - words) & _DISTINGUISHING:
        return False
    return words < others and 2 * len(words) >= len(others)


@lru_cache(maxsize=4096)
def _normalized_words(text: str) -> frozenset[str]:
    """The content words in lower case, figures by value, without titles before a name."""
    found, rest, end = set(), [], 0
    for quantity in quantities(text):
        found.add(_digits(quantity.value))
        rest.append(text[end : quantity.start])
        end = quantity.end
    plain = _POSSESSIVE.sub("", " ".join([*rest, text[end:]]).casefold())
    plain = _PERCENT.sub(" percent ", plain)
    words = {singular(word.replace(",", "")) for word in _WORD.findall(plain)} - _IGNORED_WORDS
    return frozenset(found | (words - TITLES or words))


def _digits(value: Decimal) -> str:
    """A number in digits, without trailing zeros: 1500000 for 1.50E+6."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_ASKS_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
_VAGUE_NUMBER = re.compile(
    r"\b(?:no|none|nobody|one|both|all|half|few|several|some|many|most|couple|dozens?|scores|"
    r"hundreds|thousands|millions|once|twice|a|an)\b",
    re.IGNORECASE,
)
_DEATH = re.compile(
    r"\b(?:kill\w*|die[ds]?|dying|dead|deaths?|drown\w*|perish\w*|fatal\w*|lost (?:their|his|her) "
    r"li(?:fe|ves))\b",
    re.IGNORECASE,
)
_MENTIONS_DEATH = re.compile(
    rf"{_DEATH.pattern}|\b(?:tolls?|victims?|casualt\w+|bod(?:y|ies)|lives|deadl\w+|claimed|"
    r"murder\w*|funerals?|graves?|mourn\w*)\b",
    re.IGNORECASE,
)
_INJURY = re.compile(r"\b(?:injur\w+|wound(?:s|ed|ing)?|hurt)\b", re.IGNORECASE)


def could_answer(question: str, candidate: Candidate) -> bool:
    """Whether the candidate is of the type that the question asks for.

    "How many" needs a number; one in a sentence about the injured alone does not answer a question
    about the dead, nor the reverse.
    """
    if _ASKS_HOW_MANY.search(question) and not _has_number(candidate.quote):
        return False
    passage, span = candidate.hit.passage, candidate.span
    start, end = sentence_around(passage, span.start, span.end)
    sentence = passage.article.text[start:end]
    of_death, of_injury = _DEATH.search(question), _INJURY.search(question)
    if of_death and not of_injury:
        return not _INJURY.search(sentence) or _MENTIONS_DEATH.search(sentence) is not None
    if of_injury and not of_death:
        return not _DEATH.search(sentence) or _INJURY.search(sentence) is not None
    return True


def _has_number(quote: str) -> bool:
    return bool(quantities(quote)) or _VAGUE_NUMBER.search(quote) is not None


_LEAST_COVERAGE = 0.65  # of the question, by the sentences of two answers that conflict
_LEAST_SHARED_WORDS = 0.6  # by two sentences with different names, or by those of two copies
_LEAST_SUPPORT = 0.5  # of the best sentence's coverage, by one that corroborates it
_LEAST_WORDS_PRESENT = 3  # of the question, in the sentence itself
_LONGEST_VALUE = 8  # words


@dataclass(frozen=True, slots=True)
class _AnswerValue:
    """The value of a short answer: a quantity, days or a name, or none of them."""

    quantity: Quantity | None = None
    days: tuple[date, date] | None = None
    name: str = ""

    def conflicts_with(self, other: _AnswerValue) -> bool:
        """Whether both are of one kind and cannot both be true."""
        if self.quantity and other.quantity:
            same_unit = self.quantity.comparable(other.quantity)
            return same_unit and self.quantity.value != other.quantity.value
        if self.days and other.days:
            return self.days[1] <= other.days[0] or other.days[1] <= self.days[0]
        return bool(self.name and other.name) and not same_answer(self.name, other.name)


def conflicting_answers(
    groups: Sequence[AnswerGroup], question: str, matcher: Matcher, *, margin: float
) -> tuple[AnswerGroup, ...]:
    """The groups that conflict with the first one, one for each value, the latest first.

    Each comes from an independent article, scores at most ``margin`` less, and its sentence covers
    as much of the question; or it is a near-copy of the first with another figure.
    """
    if not groups:
        return ()
    first, *others = groups
    value = _parse_value(first.best)
    comparable = not value.name and _is_about_question(matcher, question, first.best)
    conflicts = _conflicting_copies(first.best)
    for other in others:
        near = other.best.score >= first.best.score - margin and _independent(first, other)
        if near and value.conflicts_with(_parse_value(other.best)):
            same_slot = _fills_same_slot(first.best, other.best)
            if same_slot or (comparable and _is_about_question(matcher, question, other.best)):
                conflicts.append(other)
    return tuple(sorted(_distinct_values(conflicts), key=_publication_day, reverse=True))


# What a newer article must say of the question to change its answer, read by itself. On 331 open
# questions over the dev stories this gave three more right answers and took two; of the 31 about
# changing stories one more was right.
_LEAST_TERMS, _FEWER_TERMS = 0.6, 0.2
_MOST_LIKELY_NOTHING = 0.6
_FAR_BELOW = 10.0


def superseding_answer(
    first: AnswerGroup,
    ranked: Sequence[Candidate],
    read: Sequence[ReadHit],
    terms: QuestionTerms,
) -> AnswerGroup | None:
    """The answer of the newest article that, read by itself, gives another value than ``first``.

    Its passage must speak of what the question names about as fully as the one that it supersedes.
    None where the reader does not say whether a passage answers at all.
    """
    nothing = {
        one.hit.rank: one.reading.labels.none for one in read if one.reading.labels is not None
    }
    value, day = _parse_value(first.best), _publication_day(first)
    least = max(_LEAST_TERMS, _terms_named(terms, first.best) - _FEWER_TERMS)
    own: dict[str, Candidate] = {}
    for candidate in ranked:
        own.setdefault(candidate.article_id, candidate)
    newer = [
        candidate
        for candidate in own.values()
        if (candidate.hit.passage.article.published or date.min) > day
        and candidate.score >= first.best.score - _FAR_BELOW
        and nothing.get(candidate.hit.rank, 1.0) <= _MOST_LIKELY_NOTHING
        and _terms_named(terms, candidate) >= least
        and value.conflicts_with(_parse_value(candidate))
    ]
    if not newer:
        return None
    newest = max(newer, key=lambda one: (one.hit.passage.article.published, one.score))
    return AnswerGroup(newest, (), newest.score)


def _terms_named(terms: QuestionTerms, candidate: Candidate) -> float:
    """The share of the question that the candidate's passage names, with its article's title."""
    passage = candidate.hit.passage
    return terms.coverage(f"{passage.article.title} {passage.text}")


def corroborating_answers(
    group: AnswerGroup, question: str, matcher: Matcher
) -> tuple[Candidate, ...]:
    """The candidates of other articles whose sentences cover at least half as much of the question.

    "the two nations" does not support that cracks were found in two pillars.
    """
    least = _LEAST_SUPPORT * _coverage(matcher, question, group.best)
    return tuple(other for other in group.also if _coverage(matcher, question, other) >= least)


def _coverage(matcher: Matcher, question: str, candidate: Candidate) -> float:
    return matcher.coverage(_matches(matcher, question, candidate))


def _matches(matcher: Matcher, question: str, candidate: Candidate) -> list[Match]:
    passage = candidate.hit.passage
    around = f"{passage.article.title} {passage.text}"
    return matcher.match(question, _sentence(candidate), around)


def _publication_day(group: AnswerGroup) -> date:
    return group.best.hit.passage.article.published or date.min


def _independent(first: AnswerGroup, other: AnswerGroup) -> bool:
    return other.best.article_id not in {first.best.article_id, *(c.article_id for c in first.also)}


def _fills_same_slot(first: Candidate, other: Candidate) -> bool:
    """Whether both are at the same place of nearly the same sentence."""
    if _shared_words(_sentence(first), _sentence(other)) < _LEAST_SHARED_WORDS:
        return False
    before = [_words_before_value(candidate).split()[-2:] for candidate in (first, other)]
    return before[0] == before[1]


def _words_before_value(candidate: Candidate) -> str:
    """The sentence up to the value in the answer."""
    start = _sentence_span(candidate)[0]
    number = next((q.start for q in quantities(candidate.quote)), 0)
    return candidate.hit.passage.article.text[start : candidate.span.start + number]


def _is_about_question(matcher: Matcher, question: str, candidate: Candidate) -> bool:
    """Whether the answer's sentence covers the question, with all its names in the passage."""
    matches = _matches(matcher, question, candidate)
    plain = [match for match in matches if not match.word.name]
    placed = [match for match in matches if match.place >= 0 and not match.opposite]
    if len(placed) < _LEAST_WORDS_PRESENT or any(match.opposite for match in matches):
        return False
    if any(match.word.name and match.share == 0 for match in matches):
        return False
    return min(matcher.coverage(matches), matcher.coverage(plain)) >= _LEAST_COVERAGE


def _parse_value(candidate: Candidate) -> _AnswerValue:
    """The value of a short answer; an empty one where it has several, or none."""
    quote = candidate.quote
    if len(quote.split()) > _LONGEST_VALUE:
        return _AnswerValue()
    article, around = candidate.hit.passage.article, _sentence_span(candidate)
    days = [one for one in dates_in(article, around) if _lies_in(one.start, candidate)]
    if len(days) == 1 and days[0].after and days[0].before:
        return _AnswerValue(days=(days[0].after, days[0].before))
    found = quantities(_sentence(candidate))
    numbers = [one for one in found if _lies_in(around[0] + one.start, candidate)]
    if len(numbers) == 1:
        return _AnswerValue(quantity=numbers[0])
    names = [one for one in entities(f"– {quote}") if one.sort == "name"]
    is_name = len(names) == 1 and not numbers and not days
    return _AnswerValue(name=quote) if is_name else _AnswerValue()


def _lies_in(offset: int, candidate: Candidate) -> bool:
    return candidate.span.start <= offset < candidate.span.end


def _sentence_span(candidate: Candidate) -> Offsets:
    return sentence_around(candidate.hit.passage, candidate.span.start, candidate.span.end)


def _sentence(candidate: Candidate) -> str:
    return candidate.hit.passage.article.text[slice(*_sentence_span(candidate))]


def _shared_words(first: str, second: str) -> float:
    """The Jaccard similarity of the words of two sentences."""
    words, others = set(first.casefold().split()), set(second.casefold().split())
    return len(words & others) / len(words | others)


def _conflicting_copies(first: Candidate) -> list[AnswerGroup]:
    """Near-copies of the answer's passage that have another figure in the same sentence."""
    sentence, quantity = _sentence(first), _parse_value(first).quantity
    if quantity is None:
        return []
    number = [q.start for q in quantities(sentence)].index(quantity.start)
    return [
        _in_copy(first, copy, start, other)
        for copy in first.hit.copies
        for start, end in sentence_spans(copy.article.text, copy.start, copy.end)
        if (other := _same_figure(sentence, copy.article.text[start:end], number)) is not None
        if quantity.comparable(other) and other.value != quantity.value
    ]


def _same_figure(sentence: str, copy: str, number: int) -> Quantity | None:
    """The figure of that number in the copy of a sentence; None where it is another sentence."""
    found = quantities(copy)
    alike = _shared_words(sentence, copy) >= _LEAST_SHARED_WORDS
    return found[number] if alike and len(found) == len(quantities(sentence)) else None


def _in_copy(first: Candidate, copy: Passage, start: int, figure: Quantity) -> AnswerGroup:
    """The figure of the copy's sentence at ``start``, as an answer with the first one's score."""
    span = Span(start + figure.start, start + figure.end, first.span.score)
    hit = replace(first.hit, passage=copy, copies=())
    return AnswerGroup(Candidate(hit, span, first.score), (), first.score)


def _distinct_values(groups: Sequence[AnswerGroup]) -> list[AnswerGroup]:
    distinct: list[AnswerGroup] = []
    for group in groups:
        if not any(same_answer(group.best.quote, other.best.quote) for other in distinct):
            distinct.append(group)
    return distinct
