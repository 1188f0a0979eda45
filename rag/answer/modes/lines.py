"""Articles on a topic in; their sentences, each with what it says about the topic, out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answer.modes.base import Pick
from rag.answer.modes.stories import Story, lead_spans
from rag.models.embedder import Embedder
from rag.models.sentence_reader import Rarity, Terms
from rag.text.sentences import Offsets, sentence_spans, word_spans
from rag.types import Hit

MIN_WORDS = 4
# Fitted on the timelines of the dev half: 17 of 18 sentences so chosen hold a gold one.
_COVERAGE_WEIGHT = 0.5
_LEAD_WEIGHT = 0.3
_ENDS = re.compile(r"[.!?…؟۔।。！？｡][\"'”’»›)\]」』]*\Z")


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The sentence ``[start, end)`` of a story, ``place`` being its number among those read.

    ``vector`` float32 [dim] is its embedding, of length 1; ``similarity`` the cosine to the topic,
    or to all sentences where there is none; ``coverage`` the share of the topic's telling words
    that it holds, in [0, 1].
    """

    story: Story
    hit: Hit
    start: int
    end: int
    place: int
    vector: NDArray[np.float32]
    similarity: float
    coverage: float

    @property
    def text(self) -> str:
        return self.story.article.text[self.start : self.end]

    @property
    def worth(self) -> float:
        """How well it tells what its story is about: near the topic, and near the beginning."""
        return self.similarity + _COVERAGE_WEIGHT * self.coverage + _LEAD_WEIGHT / (1 + self.place)

    def likeness(self, other: Line) -> float:
        """How much the two say the same: the cosine of their embeddings."""
        return float(self.vector @ other.vector)

    def pick(self, also: Sequence[Line] = ()) -> Pick:
        """The sentence as a quotation, supported by others."""
        others = tuple(line.pick() for line in also)
        return Pick(self.hit, self.start, self.end, self.worth, others)


class LineReader:
    """Reads the sentences of stories: those of the passages that were found, and the first ones.

    Headings, and sentences of less than ``MIN_WORDS`` words, are left out where there are others.
    """

    def __init__(self, embedder: Embedder, rarity: Rarity) -> None:
        self._embedder = embedder
        self._rarity = rarity

    def read(self, topic: str, stories: Iterable[Story]) -> list[Line]:
        """The sentences, story by story, in the order of their text."""
        found = [sentence for story in stories for sentence in _sentences(story)]
        if not found:
            return []
        texts = [story.article.text[start:end] for story, _, _, (start, end) in found]
        vectors = self._embedder.encode_passages(texts)
        similarity = vectors @ self._wanted(topic, vectors)
        terms = Terms(topic, self._rarity)
        return [
            Line(story, hit, *span, place, vector, float(near), terms.coverage(text))
            for (story, hit, place, span), text, vector, near in zip(
                found, texts, vectors, similarity, strict=True
            )
        ]

    def _wanted(self, topic: str, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """The topic's embedding; without one, what the sentences have in common."""
        if topic:
            return np.asarray(self._embedder.encode_queries([topic])[0])
        centre = vectors.mean(axis=0)
        return np.asarray(centre / (np.linalg.norm(centre) or 1.0), dtype=np.float32)


def _sentences(story: Story) -> Iterator[tuple[Story, Hit, int, Offsets]]:
    """Every sentence once, with the hit whose passage holds it, or else the best hit."""
    text = story.article.text
    found: dict[Offsets, Hit] = {}
    for hit in story.hits:
        for span in sentence_spans(text, hit.passage.start, hit.passage.end):
            found.setdefault(span, hit)
    for span in lead_spans(story.article):
        if not any(span[0] < end and start < span[1] for start, end in found):
            found[span] = story.hits[0]
    spans = sorted(found)
    whole = [span for span in spans if is_whole(text[span[0] : span[1]])] or spans
    for place, span in enumerate(whole):
        yield story, found[span], place, span


def is_whole(sentence: str) -> bool:
    """Whether a sentence says something alone: no heading, and not a word or two."""
    return bool(_ENDS.search(sentence)) and len(word_spans(sentence)) >= MIN_WORDS
