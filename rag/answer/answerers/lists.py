"""Answers a list question with its items, each a quotation of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.answer.aggregation import AnswerGroup, group_answers, same_answer
from rag.answer.evidence import (
    NO_ANSWER,
    Candidate,
    Evidence,
    Pick,
    Reply,
    answer_probability,
    noisy_or,
    pick,
    sentence_around,
)
from rag.answer.rules.coordination import find_enumerations, split_items
from rag.answer.rules.switches import ALL_RULES, Rules
from rag.answer.speakers import is_said_by_asked_speaker
from rag.text.analyzer import analyse
from rag.text.entities import entities
from rag.text.lexicon import TITLES
from rag.text.quantities import quantities
from rag.text.sentences import Offsets, sentence_spans
from rag.types import Span

MOST_ITEMS = 20
# A span of so much of its sentence does not say where its list begins and ends.
_NEARLY_WHOLE_SENTENCE = 0.9
# What is added to the score of a list: for several items, for as many as the question asks for, for
# none that can be an item, and for items that another speaker names.
_SEVERAL, _AS_MANY, _MISFIT, _OTHER_SPEAKER = 1.0, 2.0, -4.0, -4.0
_PART_OF_A_WHOLE = re.compile(
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
    """Answers with all items of an enumeration, or with those of several sentences and articles.

    ``margin`` is how far below the best list another may score and still add its items.
    """

    depth: int | None = None

    def __init__(self, agreement_weight: float, margin: float, rules: Rules = ALL_RULES) -> None:
        self._weight = agreement_weight
        self._margin = margin
        self._rules = rules

    def answer(self, evidence: Evidence) -> Reply:
        """The items of the lists that fit the question best.

        The confidence combines the calibrator's for the best list's span and the sentence reader's
        for its sentence. Its rivals are the spans outside the quoted sentences: the items of one
        list are no rivals.
        """
        request = _ListRequest.of(evidence.query.text)
        groups = group_answers(evidence.spans, weight=self._weight)
        if not self._rules.coordination:
            return _best_span(evidence, groups)
        candidates = self._marked_lists(request, evidence) or self._candidate_lists(request, groups)
        lists = self._near_best(candidates)
        if not lists:
            return NO_ANSWER
        best = max(lists, key=lambda one: (*request.completed_by(one.items), one.score))
        lists = sorted(_compatible(best, lists, request), key=lambda one: -len(one.items))
        items = _distinct_items(item for one in lists for item in one.items)
        shown = request.without_its_own_names(items)[:MOST_ITEMS]
        if not shown:
            return NO_ANSWER
        confidence = evidence.confidence_of(best.span, _rivals(evidence, lists))
        probability = answer_probability(evidence.sentence_of(best.span))
        return Reply(tuple(shown), noisy_or(confidence, probability))

    def _marked_lists(self, request: _ListRequest, evidence: Evidence) -> list[_CandidateList]:
        """The items that the reader marks in each passage; none where nowhere it marks several."""
        best: dict[int, Candidate] = {}
        for span in evidence.spans:
            best.setdefault(span.hit.rank, span)
        found = []
        for read in evidence.read:
            spans = _joined_items(read.hit.passage.article.text, read.reading.items)
            if not spans or read.hit.rank not in best:
                continue
            lead = best[read.hit.rank]
            items = [Pick(read.hit, start, end, lead.score) for start, end in spans]
            fit = request.fit(items)
            if fit > _MISFIT and self._is_said_by_other(request, AnswerGroup(lead, (), 0.0)):
                fit += _OTHER_SPEAKER
            found.append(_CandidateList(lead, items, lead.score + fit))
        return found if any(len(one.items) > 1 for one in found) else []

    def _candidate_lists(
        self, request: _ListRequest, groups: Sequence[AnswerGroup]
    ) -> list[_CandidateList]:
        """The items that the span of each answer gives, scored by how well they fit."""
        found = []
        for group in groups:
            if items := _item_picks(group, names=request.names):
                fit = request.fit(items)
                if fit > _MISFIT and self._is_said_by_other(request, group):
                    fit += _OTHER_SPEAKER
                found.append(_CandidateList(group.best, items, group.score + fit))
        return found

    def _is_said_by_other(self, request: _ListRequest, group: AnswerGroup) -> bool:
        if not self._rules.speakers:
            return False
        return is_said_by_asked_speaker(request.question, group.best) is False

    def _near_best(self, lists: Sequence[_CandidateList]) -> list[_CandidateList]:
        least = max((one.score for one in lists), default=0.0) - self._margin
        return [one for one in lists if one.score >= least]


def _best_span(evidence: Evidence, groups: Sequence[AnswerGroup]) -> Reply:
    """The best span as the only item."""
    if not groups:
        return NO_ANSWER
    return Reply((pick(groups[0].best, groups[0].also),), evidence.confidence)


@dataclass(frozen=True, slots=True)
class _CandidateList:
    """The items that a span gives, and the score of both."""

    span: Candidate
    items: list[Pick]
    score: float


def _compatible(
    best: _CandidateList, lists: Iterable[_CandidateList], request: _ListRequest
) -> list[_CandidateList]:
    """The lists whose items may be shown with those of the best one.

    A complete enumeration is shown alone, or with other enumerations where names are asked for.
    """
    if not any(request.completed_by(best.items)):
        return list(lists)
    sentence = _sentence_key(best.span)
    others = (one for one in lists if request.names and len(one.items) > 1 and one is not best)
    return [best, *(one for one in others if _sentence_key(one.span) != sentence)]


def _rivals(evidence: Evidence, lists: Sequence[_CandidateList]) -> list[Candidate]:
    quoted = {_sentence_key(one.span) for one in lists}
    return [span for span in evidence.spans if _sentence_key(span) not in quoted]


def _sentence_key(span: Candidate) -> tuple[str, Offsets]:
    """The article and the sentence of a span."""
    return span.article_id, sentence_around(span.hit.passage, span.span.start, span.span.end)


@dataclass(frozen=True, slots=True)
class _ListRequest:
    """What a list question asks for.

    ``names`` is whether the items are names, ``count`` how many are asked for (0 if unsaid),
    ``terms`` the question's own terms, and ``excluded`` those of "beyond Palestine".
    """

    question: str
    names: bool
    count: int
    terms: frozenset[str]
    excluded: frozenset[str]

    @classmethod
    def of(cls, question: str) -> _ListRequest:
        counts = [int(q.value) for q in quantities(question) if q.value == int(q.value)]
        exception = _EXCLUDED.search(question)
        return cls(
            question,
            names=_ASKS_FOR_NAMES.search(question) is not None,
            count=counts[0] if counts else 0,
            terms=frozenset(analyse(question)),
            excluded=frozenset(analyse(exception["what"])) if exception else frozenset(),
        )

    def excludes(self, item: str) -> bool:
        """Whether the question asks for items other than this one."""
        return bool(self.excluded) and set(analyse(item)) <= self.excluded

    def without_its_own_names(self, items: Sequence[Pick]) -> list[Pick]:
        """The items that the question does not name itself; all of them where it names each."""
        wanted = [item for item in items if not self.excludes(item.quote)]
        return [item for item in wanted if not self._mentions(item.quote)] or wanted

    def completed_by(self, items: Sequence[Pick]) -> tuple[bool, bool]:
        """Whether the items are as many as asked for, and whether they are more than two."""
        return len(items) == self.count > 1, len(items) > 2

    def fit(self, items: Sequence[Pick]) -> float:
        """What the number and the form of the items add to the score of their span."""
        quotes = [item.quote for item in items if not self.excludes(item.quote)]
        asked = len(quotes) == 1 and self._mentions(quotes[0])
        if not quotes or asked or all(_is_number(quote) for quote in quotes):
            return _MISFIT
        return _SEVERAL * (len(quotes) > 1) + _AS_MANY * (len(quotes) == self.count)

    def _mentions(self, item: str) -> bool:
        return set(analyse(item)) <= self.terms


def _is_number(text: str) -> bool:
    """Whether an item is only a number: "nine", "three of the four"."""
    if _PART_OF_A_WHOLE.fullmatch(text.strip()):
        return True
    return any(q.end - q.start == len(text.strip()) for q in quantities(text))


# Between two marked pieces of one item: "Burkina" and "Faso", "Bank" and "Scotland".
_INSIDE_ITEM = re.compile(r"[\s'’.-]*|(?: (?:of|the|de|da|di|al|bin|van|von|for))+ ")


def _joined_items(text: str, marked: Sequence[Span]) -> list[Offsets]:
    """The marked pieces, with those joined that only a little stands between."""
    joined: list[Offsets] = []
    for piece in marked:
        if joined and _INSIDE_ITEM.fullmatch(text, joined[-1][1], piece.start):
            joined[-1] = (joined[-1][0], piece.end)
        else:
            joined.append((piece.start, piece.end))
    return joined


def _item_picks(answer: AnswerGroup, *, names: bool) -> list[Pick]:
    """A quotation for each item of the span; a single one keeps the articles that agree."""
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
    """The items of the longest enumeration that the span overlaps; else those of the span."""
    passage, span = candidate.hit.passage, candidate.span
    text = passage.article.text
    found = [
        _fit_to_span(text, span, sentence, spans)
        for sentence in sentence_spans(text, passage.start, passage.end)
        for spans in find_enumerations(text, *sentence)
        if spans[0][0] < span.end and span.start < spans[-1][1]
    ]
    return max(found, key=len, default=split_items(text, span.start, span.end))


def _fit_to_span(text: str, span: Span, sentence: Offsets, listed: list[Offsets]) -> list[Offsets]:
    """The enumeration with its first and last item cut where the reader's span begins and ends.

    A span of nearly a whole sentence cuts nothing.
    """
    start, end = max(span.start, sentence[0]), min(span.end, sentence[1])
    own = split_items(text, start, end)
    if len(own) < 2 or end - start >= _NEARLY_WHOLE_SENTENCE * (sentence[1] - sentence[0]):
        return listed
    first = start if start < listed[0][1] else listed[0][0]
    last = end if end > listed[-1][0] else listed[-1][1]
    joined = split_items(text, first, last)
    return joined if len(joined) >= len(own) else own


def _name(text: str, span: Offsets) -> Offsets | None:
    """The name in an item: the first of several words, else the last: "the city of Cairo".

    Titles before a name of several words are left out.
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


def _distinct_items(picks: Iterable[Pick]) -> list[Pick]:
    distinct: list[Pick] = []
    for item in picks:
        if not any(same_answer(item.quote, other.quote) for other in distinct):
            distinct.append(item)
    return distinct
