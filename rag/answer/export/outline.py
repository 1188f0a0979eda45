"""Answers in; what every exported document tells of them, in plain words and slices, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.answer import phrases
from rag.answer.layout import pieces
from rag.answer.render import REASONS
from rag.answer.selector import Selector
from rag.types import Answer, Article, Citation, IndexInfo

NEAREST = "Nearest, but not an answer"
_DISAGREEMENT = "The articles do not agree on this; each is quoted, and none preferred."


@dataclass(frozen=True, slots=True)
class Source:
    """Where a quotation stands: ``file`` with its offsets, ``link`` opens it in the chat."""

    title: str
    day: str
    file: str
    start: int
    end: int
    url: str
    link: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A quotation, its source, and what is known of it.

    ``sentence`` holds the slices of its sentence, each with whether it is quoted; it is empty where
    the quotation is the sentence, or where the entry before has the same one. ``also`` are the
    other articles that say the same.
    """

    quote: str
    sentence: tuple[tuple[str, bool], ...]
    source: Source
    facts: tuple[str, ...]
    also: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A question and its answer; without one, ``said`` is why, and ``entries`` came nearest."""

    question: str
    understood: tuple[str, ...]
    said: tuple[str, ...]
    heading: str
    entries: tuple[Entry, ...]
    notes: tuple[str, ...]


def sections(answers: Sequence[Answer]) -> list[Section]:
    """One section an answer, in order."""
    return [_section(answer) for answer in answers]


def indexes(answers: Sequence[Answer]) -> list[str]:
    """A line about each index that answered, in the order in which they first did."""
    return [_index(info) for info in dict.fromkeys(answer.index for answer in answers)]


def _section(answer: Answer) -> Section:
    cited = answer.nearest if answer.abstained else answer.citations
    return Section(
        question=answer.query.question,
        understood=tuple(phrases.understood(answer.query)),
        said=tuple(_said(answer)),
        heading=NEAREST if answer.abstained and cited else "",
        entries=tuple(_entries(cited)),
        notes=tuple(_notes(answer)),
    )


def _said(answer: Answer) -> Iterator[str]:
    if answer.reason is not None:
        yield REASONS[answer.reason]
        if answer.advice:
            yield answer.advice
    elif answer.disagreement:
        yield _DISAGREEMENT
    elif lead := phrases.lead(answer):
        yield lead


def _notes(answer: Answer) -> Iterator[str]:
    for path in answer.changed_files:
        yield f"{path} has changed or gone since the index was built."
    if answer.citations:
        yield f"Confidence {answer.confidence:.0%}"


def _entries(cited: Sequence[Citation]) -> Iterator[Entry]:
    for before, citation in pairwise((None, *cited)):
        assert citation is not None
        told = before is not None and _sentence(before) == _sentence(citation)
        whole = citation.quote == citation.sentence
        yield Entry(
            quote=citation.quote,
            sentence=() if told or whole else tuple(pieces([citation])),
            source=_source(citation),
            facts=tuple(_facts(citation)),
            also=tuple(_source(other) for other in citation.also),
        )


def _sentence(citation: Citation) -> tuple[str, int, int]:
    return citation.article.id, citation.sentence_start, citation.sentence_end


def _source(citation: Citation) -> Source:
    article: Article = citation.article
    return Source(
        title=article.headline,
        day=phrases.day(article.published),
        file=article.path,
        start=citation.start,
        end=citation.end,
        url=article.url,
        link=Selector.of(article, citation.start, citation.end).link,
    )


def _facts(citation: Citation) -> Iterator[str]:
    if who := phrases.speaker(citation):
        yield f"Said by {who}"
    for said, meant in phrases.resolved(citation):
        yield f"“{said}” = {meant}"
    if citation.copies:
        yield f"The same story is in {', '.join(copy.article.path for copy in citation.copies)}"


def _index(info: IndexInfo) -> str:
    newest = f", the newest of {phrases.day(info.newest_article)}" if info.newest_article else ""
    return (
        f"Index {info.version} of {info.built_at}: {info.articles:,} articles{newest}; "
        f"fingerprint {info.fingerprint}"
    )
