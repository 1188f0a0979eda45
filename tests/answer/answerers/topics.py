"""Stories made by hand, and readers of them whose numbers can be worked out on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from zlib import crc32

import numpy as np

from rag.answer.answerers.stories import LineReader, StoryReader
from rag.answer.evidence import Candidate, Evidence
from rag.models.reader import PassageReading
from rag.models.runtime import Float32
from rag.text.analyzer import analyse
from rag.types import Hit, Passage, Query, Span
from tests.answer.making import hit, passage


class WordVectors:
    """A text's vector counts its terms: a cosine of 1 for the same words, 0 for none in common."""

    fingerprint = "words"
    dim = 4096
    max_tokens = 10_000

    def encode_queries(self, texts: Sequence[str]) -> Float32:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Float32:
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for term in analyse(text):
                vector[crc32(term.encode()) % self.dim] += 1
            vector /= np.linalg.norm(vector) or 1.0
        return vectors

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def same_rarity(term: str) -> float:
    return 1.0


def story_reader() -> StoryReader:
    return StoryReader(WordVectors(), same_rarity)


def line_reader() -> LineReader:
    return LineReader(WordVectors(), same_rarity)


def story(day: str, text: str, *, score: float = 1.0, rank: int = 1, name: str = "") -> Hit:
    """The hit of an article of one passage, named after its day ("" is undated) unless named."""
    published = date.fromisoformat(day) if day else None
    made = passage(text, article_id=name or day or "undated", published=published)
    return hit(made, score=score, rank=rank, dense=score)


def ranked(*hits: Hit) -> list[Hit]:
    """The hits with the ranks of their order."""
    return [
        Hit(one.passage, one.score, rank, one.lexical, one.dense, one.copies)
        for rank, one in enumerate(hits, start=1)
    ]


def found(question: str, hits: Sequence[Hit], *entities: str, confidence: float = 0.5) -> Evidence:
    """What was found; of the pipeline's own readings there is only the confidence."""
    query = Query(question, question, entities=entities)
    span = [Candidate(one, Span(0, 1, 0.0), 0.0) for one in hits[:1]]
    return Evidence(
        query, hits, lambda: [], lambda read: span, lambda: [], lambda spans: confidence
    )


class Marked:
    """Reads what it was told: the score of each piece of text, wherever it stands."""

    name = "marked"

    def __init__(self, scores: Mapping[str, float], *, null: float = 0.0) -> None:
        self._scores = scores
        self._null = null

    def read(self, question: str, passages: Sequence[Passage]) -> list[PassageReading]:
        return [PassageReading(tuple(self._spans(one)), self._null) for one in passages]

    def _spans(self, one: Passage) -> list[Span]:
        spans = []
        for text, score in self._scores.items():
            place = one.article.text.find(text, one.start, one.end)
            if place >= 0:
                spans.append(Span(place, place + len(text), score))
        return sorted(spans, key=lambda span: -span.score)
