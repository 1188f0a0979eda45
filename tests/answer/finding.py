"""What was found for a question, made by hand: spans and sentences of one-passage articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rag.answer.evidence import Candidate, Evidence, ReadHit
from rag.answer.rules.matching import Matcher
from rag.answer.rules.switches import ALL_RULES, Rules
from rag.models.reader import Labels, PassageReading
from rag.text.sentences import sentence_spans
from rag.types import Article, Hit, Passage, Query, Span
from tests.answer.making import hit, passage

DAY = date(2024, 3, 14)  # a Thursday


def by_spelling(words: Sequence[str], others: Sequence[str]) -> list[list[float]]:
    """Words that begin with the same three letters stand for words that a model finds alike."""
    return [[0.8 if one[:3] == other[:3] else 0.0 for other in others] for one in words]


def matcher(rules: Rules = ALL_RULES) -> Matcher:
    """Every term counts the same."""
    return Matcher(lambda term: 1.0, by_spelling, rules)


def source(text: str, *, article_id: str = "a", published: date | None = DAY) -> Hit:
    return hit(passage(text, article_id=article_id, published=published))


def dated(text: str, *, article_id: str = "a", published: date = DAY) -> Hit:
    """A story behind its date line."""
    line = f"date {published.isoformat()} "
    article = Article(
        article_id, line + text, len(line), published, "", True, "", f"{article_id}.txt", "0" * 64
    )
    return hit(Passage(article, len(line), len(line + text), 0))


def candidate(found_in: Hit, quote: str, score: float = 5.0) -> Candidate:
    """The first place of ``quote`` in the article of the hit."""
    start = found_in.passage.article.text.index(quote)
    return Candidate(found_in, Span(start, start + len(quote), score), score)


def sentences(hits: Sequence[Hit]) -> list[Candidate]:
    """All sentences of the hits, the first one best."""
    found = [
        (hit, span)
        for hit in hits
        for span in sentence_spans(hit.passage.article.text, hit.passage.start, hit.passage.end)
    ]
    return [
        Candidate(hit, Span(start, end, -float(number)), -float(number))
        for number, (hit, (start, end)) in enumerate(found)
    ]


def says(
    found_in: Hit,
    *,
    none: float = 0.1,
    yes: float = 0.0,
    no: float = 0.0,
    items: Sequence[str] = (),
    evidence: Mapping[str, float] | None = None,
) -> ReadHit:
    """What a reader says of the hit: its labels, its items, and how likely sentences are evidence.

    Without ``evidence`` the first sentence is.
    """
    passage = found_in.passage
    spans = sentence_spans(passage.article.text, passage.start, passage.end)
    likely = evidence or {passage.article.text[slice(*spans[0])]: 0.9}
    marked = [
        Span(start, end, likely.get(passage.article.text[start:end], 0.1)) for start, end in spans
    ]
    listed = [candidate(found_in, item).span for item in items]
    labels = Labels(none, 1 - none - yes - no, yes, no)
    return ReadHit(found_in, PassageReading((), 0.0, labels, tuple(listed), tuple(marked)))


def found(
    question: str,
    spans: Sequence[Candidate] = (),
    *,
    hits: Sequence[Hit] = (),
    sure: float = 0.9,
    read: Sequence[ReadHit] = (),
) -> Evidence:
    """``hits`` default to those of the spans; ``read`` is what a reader says beside these."""
    shown = list(hits) or list({id(one.hit): one.hit for one in spans}.values())
    query = Query(question, question)
    return Evidence(
        query,
        shown,
        lambda: list(read),
        lambda _: list(spans),
        lambda: sentences(shown),
        lambda ranked: sure,
    )
