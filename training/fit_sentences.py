"""Fits the sentence reader and its confidence: SQuAD-like rows in, ``sentence_reader.json`` out.

    python -m training.fit_sentences ROWS.jsonl.gz

Rows are ``{title, context, question, answers[{text, answer_start}]}``. Contexts become articles
and are indexed. Titles are divided into three groups by hash: on the first the sentence score and
the retrieval weight are fitted, on the second the confidence, and on the third the threshold is
chosen and reported. To learn when not to answer, a third of the titles of the second and third
group are left out of the index, and a fifth of the contexts of the others: a question on those has
no answer there, though its neighbours often come close.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.answer.confidence import SentenceFeatures
from rag.answer.evidence import Candidate, Weights, rank
from rag.config import AskConfig, BuildConfig
from rag.index.local import LocalStore
from rag.ingest.build import build
from rag.models import sentence_reader
from rag.models.classifier import Logistic
from rag.models.embedder import Embedder, reopen_embedder
from rag.models.reader import PassageReading
from rag.models.sentence_reader import Place, Rarity, SentenceReader
from rag.retrieval.retriever import Retriever
from rag.types import Passage, Query, Span
from training.logistic import Rows, choose_threshold, fitted
from training.logistic import values as model_values

OUT = Path(__file__).parents[1] / "rag" / "models" / "weights" / "sentence_reader.json"
GROUPS = ("sentence", "confidence", "threshold")
MIN_ACCURACY = 0.7
BLANK = Logistic(sentence_reader.FEATURES, (0.0,) * len(sentence_reader.FEATURES), 0.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the id of its context, and where the answers stand in it."""

    question: str
    article_id: str
    answers: tuple[tuple[int, int], ...]
    group: str
    answerable: bool

    def is_held_by(self, article_id: str, start: int, end: int) -> bool:
        """Whether ``[start, end)`` of the article contains a whole answer."""
        return article_id == self.article_id and any(
            start <= first and last <= end for first, last in self.answers
        )


def _share(key: str) -> float:
    """A number in [0, 1) that depends on ``key`` alone."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") / (1 << 48)


def read_rows(path: Path, per_group: int) -> tuple[dict[str, str], list[Asked]]:
    """The contexts to index by id, and up to ``per_group`` questions of each group."""
    contexts: dict[str, str] = {}
    asked: list[Asked] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in rows:
        group = GROUPS[int(_share(f"group {row['title']}") * 3)]
        article_id = hashlib.sha256(row["context"].encode()).hexdigest()[:16]
        held_out = group != "sentence" and (
            _share(f"title {row['title']}") < 1 / 3 or _share(f"context {article_id}") < 1 / 5
        )
        if not held_out:
            contexts[article_id] = row["context"]
        spans = tuple(
            (answer["answer_start"], answer["answer_start"] + len(answer["text"]))
            for answer in row["answers"]
        )
        asked.append(Asked(row["question"], article_id, spans, group, not held_out))
    asked.sort(key=lambda a: _share(f"question {a.question} {a.article_id}"))
    chosen = [a for group in GROUPS for a in [b for b in asked if b.group == group][:per_group]]
    return contexts, chosen


@dataclass(frozen=True, slots=True)
class Read:
    """The sentences of one question's hits: where each stands, and its features."""

    spans: list[list[tuple[int, int]]]
    places: list[Place]
    rows: Rows


class Fit:
    """Retrieves and embeds every question's candidates once, and fits each part on its group."""

    def __init__(
        self, retriever: Retriever, embedder: Embedder, rarity: Rarity, asked: Sequence[Asked]
    ) -> None:
        self._confidence = SentenceFeatures(rarity)
        self._asked = asked
        self._reader = SentenceReader(embedder, rarity, BLANK)
        self._hits = [retriever.retrieve(Query(a.question, a.question)) for a in asked]
        self._read = [
            self._features(a.question, [hit.passage for hit in hits])
            for a, hits in zip(asked, self._hits, strict=True)
        ]

    def _features(self, question: str, passages: Sequence[Passage]) -> Read:
        spans, found = self._reader.sentences(passages)
        rows = self._reader.features(question, list(found.values()))
        return Read(spans, list(found), rows)

    def sentence(self) -> Logistic:
        """Log-odds that a retrieved sentence holds the answer."""
        rows, labels = [], []
        for i in self._group("sentence"):
            rows.append(self._read[i].rows)
            labels += [self._asked[i].is_held_by(*place) for place in self._read[i].places]
        return fitted(sentence_reader.FEATURES, np.concatenate(rows), labels)

    def accuracy(self, model: Logistic, weights: Sequence[float]) -> dict[float, float]:
        """Share of first sentences that hold the answer, by retrieval weight."""
        group = list(self._group("sentence"))
        return {
            weight: sum(self._right(i, self._ranked(i, model, weight)) for i in group) / len(group)
            for weight in weights
        }

    def confidence_rows(self, group: str, model: Logistic, weight: float) -> tuple[Rows, Rows]:
        """Features of the first answer to each question, and whether it is right."""
        rows, labels = [], []
        for i in self._group(group):
            ranked = self._ranked(i, model, weight)
            rows.append(self._confidence(self._asked[i].question, ranked))
            labels.append(self._right(i, ranked))
        return np.concatenate(rows), np.array(labels)

    def _group(self, name: str) -> Iterator[int]:
        return (i for i, asked in enumerate(self._asked) if asked.group == name and self._hits[i])

    def _ranked(self, i: int, model: Logistic, weight: float) -> list[Candidate]:
        hits, read = self._hits[i], self._read[i]
        scores = dict(zip(read.places, model.log_odds(read.rows).tolist(), strict=True))
        readings = []
        for hit, spans in zip(hits, read.spans, strict=True):
            name = hit.passage.article.id
            scored = [Span(start, end, scores[name, start, end]) for start, end in spans]
            readings.append(PassageReading(tuple(scored), 0.0))
        return rank(hits, readings, Weights(weight))

    def _right(self, i: int, ranked: Sequence[Candidate]) -> bool:
        hit, span = ranked[0].hit, ranked[0].span
        return self._asked[i].is_held_by(hit.passage.article.id, span.start, span.end)


def risk_coverage(probability: Rows, right: Rows) -> list[dict[str, float]]:
    """Accuracy of what is answered, by the share of questions that are."""
    order = np.argsort(-probability)
    points = []
    for coverage in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        answered = order[: max(1, round(coverage * len(order)))]
        points.append(
            {
                "coverage": coverage,
                "accuracy": round(float(right[answered].mean()), 3),
                "confidence": round(float(probability[answered[-1]]), 3),
            }
        )
    return points


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("rows", type=Path)
    options.add_argument("--per-group", type=int, default=1500)
    options.add_argument("--models", type=Path, default=Path("index/models"))
    options.add_argument("--out", type=Path, default=OUT)
    chosen = options.parse_args()
    contexts, asked = read_rows(chosen.rows, chosen.per_group)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        values = fit(folder, contexts, asked, chosen.models)
    values["fitted"]["rows"] = chosen.rows.name
    chosen.out.write_text(json.dumps(values, indent=1) + "\n", "utf-8")
    print(json.dumps(values, indent=1))


def fit(
    folder: Path, contexts: dict[str, str], asked: Sequence[Asked], models: Path
) -> dict[str, Any]:
    """Everything that ``sentence_reader.json`` holds."""
    articles = folder / "articles"
    articles.mkdir()
    with (articles / "contexts.jsonl").open("w", encoding="utf-8") as lines:
        for article_id, text in contexts.items():
            lines.write(json.dumps({"id": article_id, "text": text}) + "\n")
    config = BuildConfig(articles=articles, index=folder / "index", models=models)
    build(config)
    with LocalStore.open(config.index) as index:
        embedder = reopen_embedder(index.model_fingerprint, None, models, threads=0)
        retriever = Retriever(index, embedder, AskConfig())
        work = Fit(retriever, embedder, index.rarity, asked)
        sentence = work.sentence()
        by_weight = work.accuracy(sentence, (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0))
        weight = max(by_weight, key=lambda w: (by_weight[w], -w))
        confidence = fitted(
            SentenceFeatures.names, *work.confidence_rows("confidence", sentence, weight)
        )
        rows, right = work.confidence_rows("threshold", sentence, weight)
        probability = confidence.probability(rows)
    return {
        "sentence": model_values(sentence),
        "retrieval_weight": weight,
        "confidence": model_values(confidence),
        "threshold": choose_threshold(probability, right, MIN_ACCURACY),
        "fitted": {
            "how": __doc__.split("\n\n", maxsplit=2)[2].replace("\n", " ").strip(),
            "threshold": f"the lowest with accuracy {MIN_ACCURACY} among the answers given",
            "questions": {group: sum(a.group == group for a in asked) for group in GROUPS},
            "answerable": {
                group: sum(a.group == group and a.answerable for a in asked) for group in GROUPS
            },
            "accuracy_by_retrieval_weight": {str(w): round(a, 3) for w, a in by_weight.items()},
            "risk_coverage": risk_coverage(probability, right),
        },
    }


if __name__ == "__main__":
    main()
