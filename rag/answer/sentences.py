"""The sentence reader: a question and passages in, each passage's sentences, scored, out.

It answers with whole sentences and needs no weights of its own: a sentence's score is the
log-odds, fitted on training data, that it holds the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answer.fitted import Logistic
from rag.index.analysis import analyse
from rag.models.embedder import Embedder
from rag.models.reader import Reading
from rag.text import sentence_spans
from rag.types import Passage, Span

FEATURES = ("similarity", "coverage", "expected", "length")
_Place = tuple[str, int, int]

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


class SentenceReader:
    """Reads by comparing the question with each sentence; a sentence is the whole answer."""

    name = "sentence"

    def __init__(self, embedder: Embedder, model: Logistic) -> None:
        self._embedder = embedder
        self._model = model

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """Every sentence of every passage, best first; the null score is that of even odds."""
        spans = [sentence_spans(p.article.text, p.start, p.end) for p in passages]
        sentences: dict[_Place, str] = {
            (p.article.id, start, end): p.article.text[start:end]
            for p, found in zip(passages, spans, strict=True)
            for start, end in found
        }
        odds = self._model.log_odds(self.features(question, list(sentences.values())))
        scores = dict(zip(sentences, odds.tolist(), strict=True))
        readings = []
        for p, found in zip(passages, spans, strict=True):
            scored = [Span(start, end, scores[p.article.id, start, end]) for start, end in found]
            readings.append(Reading(tuple(sorted(scored, key=lambda s: (-s.score, s.start))), 0.0))
        return readings

    def features(self, question: str, sentences: Sequence[str]) -> NDArray[np.float64]:
        """What the score is fitted on, shape ``[len(sentences), len(FEATURES)]``."""
        query = self._embedder.encode_queries([question])[0]
        similarity = self._embedder.encode_passages(sentences) @ query
        terms = set(analyse(question))
        expected = _expected(question)
        rows = [
            (
                float(cosine),
                coverage(terms, sentence),
                float(expected is None or expected.search(sentence) is not None),
                min(len(sentence), 400) / 400,
            )
            for cosine, sentence in zip(similarity, sentences, strict=True)
        ]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))


def coverage(terms: set[str], text: str) -> float:
    """The share of the question's distinct ``terms`` that stand in ``text``, in [0, 1]."""
    return len(terms & set(analyse(text))) / len(terms) if terms else 0.0


def _expected(question: str) -> re.Pattern[str] | None:
    for form, shows in _EXPECTED:
        if re.search(form, question, re.IGNORECASE):
            return re.compile(shows)
    return None
