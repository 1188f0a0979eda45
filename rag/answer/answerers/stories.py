"""Ranks the articles found for a topic, and their sentences, for the topical answerers.

``StoryReader`` rates how much each article is about the topic, ``LineReader`` how well each of
their sentences reports it, and ``EventLimits`` cuts a timeline at events named in the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp

import numpy as np
from numpy.typing import NDArray

from rag.answer.evidence import Pick
from rag.dates.tagger import expressions
from rag.models.embedder import Embedder
from rag.models.sentence_reader import QuestionTerms, Rarity
from rag.query.question_type import topic_of
from rag.text.analyzer import analyse
from rag.text.lexicon import MONTH_NAMES
from rag.text.sentences import Offsets, sentence_spans, word_spans
from rag.types import Article, Hit, Query

MAX_STORIES = 25
LEAD_SENTENCES = 2
_LONGEST_LEAD = 4_000
# In relevance feedback a story weighs as much as its retrieval score, as a share of the best one,
# to this power: only those near the top count.
_FEEDBACK_POWER = 4
# Log-odds that any article found is on the topic, fitted on the dev half and further questions over
# the gazette: 45 topics that it covers, and 22 of which it has only the names.
_COVERAGE, _SIMILARITY, _NAMES, _INTERCEPT = 8.4, 1.3, 2.0, -6.0
_NO_TOPIC = 0.9
_CALENDAR = re.compile(
    rf"\b(?:(?:19|20)\d\d|{'|'.join(name.capitalize() for name in MONTH_NAMES)})\b"
)


@dataclass(frozen=True, slots=True)
class Story:
    """An article that was found: its hits, best first, and how much it is about the topic.

    ``relevance`` lies in [0, 1], relative to the others found for the same question.
    """

    article: Article
    hits: tuple[Hit, ...]
    relevance: float


@dataclass(frozen=True, slots=True)
class Stories:
    """The articles found, the most relevant first; ``topic`` is the words that they were rated by.

    ``confidence`` is the probability in [0, 1] that any of them is about the topic.
    """

    topic: str
    stories: tuple[Story, ...]
    confidence: float

    def confidence_in(self, shown: Sequence[Story]) -> float:
        """The probability that what is shown is about the topic.

        The probability that there are articles about it, times the mean relevance of ``shown``.
        """
        relevance = [story.relevance if self.topic else 1.0 for story in shown]
        return self.confidence * sum(relevance) / len(relevance) if relevance else 0.0

    def about(self, floor: float) -> list[Story]:
        """Those with a relevance of at least ``floor``; all of them where no topic was named."""
        return [story for story in self.stories if not self.topic or story.relevance >= floor]


class StoryReader:
    """Tells the articles on a topic from those that merely share a word with it.

    Relevance is the sum of four measures, each a share of the best article's, as is the sum itself:
    the retriever's similarity to the question, the share of the topic's words in the article, the
    similarity of its first sentences to the topic, and, counted twice, their similarity to those of
    the articles found first (relevance feedback after Rocchio 1971): a report on the third day of
    an accident may not name the mine again.
    """

    def __init__(self, embedder: Embedder, rarity: Rarity) -> None:
        self._embedder = embedder
        self._rarity = rarity

    def read(self, query: Query, hits: Sequence[Hit]) -> Stories:
        """The articles of the first ``MAX_STORIES`` of ``hits`` (best first)."""
        topic = topic_of(query)
        grouped = _by_article(hits)
        if not grouped:
            return Stories(topic, (), 0.0)
        articles = [group[0].passage.article for group in grouped]
        leads = self._embedder.encode_passages([_lead(article) for article in articles])
        texts = [f"{article.title} {article.text[article.body :]}" for article in articles]
        coverage, similarity = self._coverage(topic, texts), self._similarity(topic, leads)
        relevance = _relevance(grouped, coverage, similarity, leads)
        confidence = _confidence(coverage, similarity, _names(query, texts)) if topic else _NO_TOPIC
        stories = [
            Story(article, tuple(group), float(share))
            for article, group, share in zip(articles, grouped, relevance, strict=True)
        ]
        stories.sort(key=lambda story: (-story.relevance, story.article.text))
        return Stories(topic, tuple(stories), confidence)

    def _coverage(self, topic: str, texts: Sequence[str]) -> NDArray[np.float64]:
        terms = QuestionTerms(_undated(topic), self._rarity)
        return np.array([terms.coverage(text) for text in texts])

    def _similarity(self, topic: str, leads: NDArray[np.float32]) -> NDArray[np.float64]:
        if not topic:
            return np.zeros(len(leads))
        return np.asarray(leads @ self._embedder.encode_queries([topic])[0], dtype=np.float64)


def _undated(topic: str) -> str:
    """The topic without years and months, which articles seldom name: "2024 budget"."""
    return _CALENDAR.sub(" ", topic).strip() or topic


def _by_article(hits: Sequence[Hit]) -> list[list[Hit]]:
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.passage.article.id, []).append(hit)
    return list(groups.values())[:MAX_STORIES]


def lead_spans(article: Article) -> list[Offsets]:
    """The spans of the first whole sentences of the story."""
    end = min(article.body + _LONGEST_LEAD, len(article.text))
    spans = sentence_spans(article.text, article.body, end)[:LEAD_SENTENCES]
    return [span for span in spans if span[1] < end or end == len(article.text)]


def _lead(article: Article) -> str:
    """The title and the first sentences, which say what the article is about."""
    first = (article.text[start:end] for start, end in lead_spans(article))
    return " ".join([f"{article.title}.", *first])


def _relevance(
    grouped: Sequence[Sequence[Hit]],
    coverage: NDArray[np.float64],
    similarity: NDArray[np.float64],
    leads: NDArray[np.float32],
) -> NDArray[np.float64]:
    votes = _relative([max(hit.score for hit in group) for group in grouped]) ** _FEEDBACK_POWER
    centre = votes @ leads
    kinship = np.asarray(leads @ (centre / (np.linalg.norm(centre) or 1.0)), dtype=np.float64)
    dense = _relative([max(hit.dense for hit in group) for group in grouped])
    measures = (dense, _relative(coverage), _relative(similarity), *[_relative(kinship)] * 2)
    return _relative(np.sum(measures, axis=0))


def _relative(values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """The values as shares of the highest, none below 0."""
    array = np.maximum(np.asarray(values, dtype=np.float64), 0.0)
    return array / (array.max() or 1.0)


def _names(query: Query, texts: Sequence[str]) -> float:
    """The share of the query's names in the article with the most of them; .5 without names."""
    names = [terms for name in query.entities if (terms := set(analyse(name)))]
    if not names:
        return 0.5
    held = (set(analyse(text)) for text in texts)
    return max(sum(len(name & terms) / len(name) for name in names) for terms in held) / len(names)


def _confidence(
    coverage: NDArray[np.float64], similarity: NDArray[np.float64], names: float
) -> float:
    best = _COVERAGE * coverage.max() + _SIMILARITY * similarity.max() + _NAMES * names
    return float(1 / (1 + exp(-(best + _INTERCEPT))))


MIN_WORDS = 4
# Fitted on the timelines of the dev half, where 17 of 18 sentences chosen were gold.
_COVERAGE_WEIGHT = 0.5
_LEAD_WEIGHT = 0.3
_ENDS = re.compile(r"[.!?…؟۔।。！？｡][\"'”’»›)\]」』]*\Z")


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of a timeline or summary: the sentence ``[start, end)`` of a story.

    ``place`` counts the story's sentences from 0. ``vector`` float32 [dim] is its embedding, of
    length 1; ``similarity`` the cosine to the topic, or without one to the mean of all sentences;
    ``coverage`` the weighted share of the topic's words in it, in [0, 1].
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
        """How well it reports its story: near the topic, and near the beginning."""
        return self.similarity + _COVERAGE_WEIGHT * self.coverage + _LEAD_WEIGHT / (1 + self.place)

    def likeness(self, other: Line) -> float:
        """The cosine of the two embeddings."""
        return float(self.vector @ other.vector)

    def pick(self, also: Sequence[Line] = ()) -> Pick:
        """The sentence as a quotation, with those of other articles that say the same."""
        others = tuple(line.pick() for line in also)
        return Pick(self.hit, self.start, self.end, self.worth, others)


class LineReader:
    """Reads the sentences of stories: those of the passages found, and the first ones.

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
        similarity = vectors @ self._target(topic, vectors)
        terms = QuestionTerms(topic, self._rarity)
        return [
            Line(story, hit, *span, place, vector, float(near), terms.coverage(text))
            for (story, hit, place, span), text, vector, near in zip(
                found, texts, vectors, similarity, strict=True
            )
        ]

    def _target(self, topic: str, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """The topic's embedding; without a topic, the mean of the sentences."""
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
    """Whether it is a whole sentence: no heading, and not a word or two."""
    return bool(_ENDS.search(sentence)) and len(word_spans(sentence)) >= MIN_WORDS


# The least cosine of an event's words to a line that reports it, and how much less than the nearest
# line's another's may be. Chosen on timelines over the gazette.
MIN_LIKENESS = 0.35
LIKENESS_TOLERANCE = 0.05
_SINCE_EVENT = re.compile(r"\b(?:since|after)\s+(?P<event>[^,;?!]+)", re.IGNORECASE)
_UNTIL_EVENT = re.compile(
    r"\b(?:from\b.+?\bto|until|till|up to)\s+(?P<event>[^,;?!]+)", re.IGNORECASE
)
_ANY_DAY = date(2000, 1, 1)


class EventLimits:
    """Selects the lines between events named in a question; a line's day is its article's."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def within(self, question: str, lines: Sequence[Line]) -> list[Line]:
        """The lines of dated stories, in order of day, that lie between the events of ``question``.

        All of them where it names none, no line reports it, or nothing lies between.
        """
        first = self._days(_event_words(_SINCE_EVENT, question), lines)
        last = self._days(_event_words(_UNTIL_EVENT, question), lines)
        after = min(first, default=date.min)
        before = max((day for day in last if day >= after), default=date.max)
        return [line for line in lines if after <= _day(line, after) <= before]

    def _days(self, event: str, lines: Sequence[Line]) -> list[date]:
        """The days of the lines that may report ``event``."""
        if not event or not lines:
            return []
        near = np.stack([line.vector for line in lines]) @ self._embedder.encode_queries([event])[0]
        least = max(MIN_LIKENESS, float(near.max()) - LIKENESS_TOLERANCE)
        return [
            _day(line, date.min)
            for line, likeness in zip(lines, near, strict=True)
            if likeness >= least
        ]


def _day(line: Line, otherwise: date) -> date:
    return line.story.article.published or otherwise


def _event_words(pattern: re.Pattern[str], question: str) -> str:
    """The words that name an event after "until" or "since"; empty where they are a date."""
    match = pattern.search(question)
    if match is None or expressions(match["event"], _ANY_DAY):
        return ""
    return topic_of(Query(question, match["event"]))
