"""Scores whole sentences as answers: what answers without a span reader, and what is nearest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.models.classifier import (
    WEIGHTS,
    Calibration,
    Logistic,
    load_logistic,
    read_calibration,
    read_fitted,
)
from rag.models.embedder import Embedder
from rag.models.reader import PassageReading
from rag.text.analyzer import analyse
from rag.text.sentences import sentence_spans
from rag.types import Article, Passage, Span

FITTED = WEIGHTS / "sentence_reader.json"
FEATURES = ("similarity", "coverage", "context", "expected", "length")
Place = tuple[str, int, int]
Rarity = Callable[[str], float]

# These words of a question say what is asked for, and are not expected in the answer.
_ASKING = (
    "who whom whose what which when where why how did do does has have had many much can could "
    "would should will were been tell me about"
)

_NUMBER = (
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million)"
)
_DATE = (
    r"\d|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|\b(?:Mon|Tues|Wednes|Thurs|Fri|"
    r"Satur|Sun)day|\b(?:today|yesterday|tomorrow|week|month|year)\b"
)
_NAME = r"(?<=[\w,;:’')] )[A-Z]\w"
_PLACE = r"\b(?:in|at|to|from|near|on|of)\s+(?:the\s+)?(?:\w+\s+)?[A-Z]\w"
# What the sentence must show, by the form of the question.
_EXPECTED = (
    (r"\bhow (?:many|much|old|long|far|large|big)\b|\bwhat (?:number|percentage|share)\b", _NUMBER),
    (r"\bwhen\b|\b(?:what|which) (?:year|day|date|month)\b|\bhow long\b", _DATE),
    (r"\bwho(?:m|se)?\b", _NAME),
    (r"\bwhere\b|\b(?:what|which) (?:city|country|town|place|state)\b", _PLACE),
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the same with the one before it, which a pronoun may point to."""

    text: str
    context: str


class SentenceReader:
    """Reads by comparing the question with each sentence; a sentence is the whole answer.

    ``rarity`` says how telling a term is.
    """

    name = "sentence"

    def __init__(self, embedder: Embedder, rarity: Rarity, model: Logistic) -> None:
        self._embedder = embedder
        self._rarity = rarity
        self._model = model

    def read(self, question: str, passages: Sequence[Passage]) -> list[PassageReading]:
        """Every sentence of every passage, best first; the null score is that of even odds."""
        places, sentences = self.sentences(passages)
        odds = self._model.log_odds(self.features(question, list(sentences.values())))
        scores = dict(zip(sentences, odds.tolist(), strict=True))
        readings = []
        for passage, spans in zip(passages, places, strict=True):
            name = passage.article.id
            scored = [Span(start, end, scores[name, start, end]) for start, end in spans]
            readings.append(
                PassageReading(tuple(sorted(scored, key=lambda s: (-s.score, s.start))), 0.0)
            )
        return readings

    @staticmethod
    def sentences(
        passages: Sequence[Passage],
    ) -> tuple[list[list[tuple[int, int]]], dict[Place, Sentence]]:
        """The spans of each passage's sentences, and every sentence once, by its place."""
        places = [sentence_spans(p.article.text, p.start, p.end) for p in passages]
        sentences: dict[Place, Sentence] = {}
        for passage, spans in zip(passages, places, strict=True):
            for place, sentence in _with_context(passage.article, spans):
                sentences.setdefault(place, sentence)
        return places, sentences

    def features(self, question: str, sentences: Sequence[Sentence]) -> NDArray[np.float64]:
        """What the score is fitted on, shape ``[len(sentences), len(FEATURES)]``."""
        query = self._embedder.encode_queries([question])[0]
        similarity = self._embedder.encode_passages([s.text for s in sentences]) @ query
        terms = QuestionTerms(question, self._rarity)
        expected = _expected(question)
        rows = [
            (
                float(cosine),
                terms.coverage(sentence.text),
                terms.coverage(sentence.context),
                float(expected is None or expected.search(sentence.text) is not None),
                min(len(sentence.text), 400) / 400,
            )
            for cosine, sentence in zip(similarity, sentences, strict=True)
        ]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))


def _with_context(
    article: Article, spans: Sequence[tuple[int, int]]
) -> Iterator[tuple[Place, Sentence]]:
    before = spans[0][0] if spans else 0
    for start, end in spans:
        yield (article.id, start, end), Sentence(article.text[start:end], article.text[before:end])
        before = start


def open_sentence_reader(embedder: Embedder, rarity: Rarity) -> tuple[SentenceReader, Calibration]:
    """The reader with its fitted model, and what was fitted on its scores."""
    model = load_logistic(read_fitted(FITTED)["sentence"])
    model.check_features(FEATURES)
    return SentenceReader(embedder, rarity, model), read_calibration(FITTED)


class QuestionTerms:
    """The content terms of a question, each with its weight."""

    def __init__(self, question: str, rarity: Rarity) -> None:
        words = set(analyse(question))
        terms = words.difference(analyse(_ASKING)) or words
        self._weights = {term: rarity(term) for term in sorted(terms)}
        self._total = sum(self._weights.values())

    def coverage(self, text: str) -> float:
        """The weight of the terms that stand in ``text`` as a share of all, in [0, 1]."""
        if not self._weights:
            return 0.0
        present = self._weights.keys() & set(analyse(text))
        return sum(self._weights[term] for term in sorted(present)) / self._total


def has_expected_form(question: str, text: str) -> bool:
    """Whether ``text`` shows what the form of the question asks for: a number, a date, a name."""
    expected = _expected(question)
    return expected is None or expected.search(text) is not None


def _expected(question: str) -> re.Pattern[str] | None:
    for form, shows in _EXPECTED:
        if re.search(form, question, re.IGNORECASE):
            return re.compile(shows)
    return None
