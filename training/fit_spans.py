"""Fits how span answers are ranked and how sure they are, and writes ``calibration.json``.

    python -m training.fit_spans ROWS.jsonl.gz

ROWS is the set of which ``training.rows`` keeps some articles from the reader. All of its contexts
are indexed, but for a fifth of those that were kept: questions on these have no answer there. The
weights of the retriever's score, the null score and agreement are those with the best F1 of the
first answer on the kept questions. The confidence is fitted on the kept questions and on the dev
halves of the question sets of ``evals``, each of which counts twice; the threshold is the lowest
confidence from which on the answers given are right often enough.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from evals.engine import OpenEngine
from evals.metrics.abstention import equal_mass_bins, expected_calibration_error
from evals.metrics.answers import f1
from evals.run import ask_one
from evals.sets import EvalSet, open_set
from evals.types import Question
from rag.answer.aggregation import group_answers
from rag.answer.components import open_components
from rag.answer.confidence import Calibrator, SpanFeatures
from rag.answer.evidence import Candidate, Weights, rank
from rag.answer.pipeline import Pipeline
from rag.config import AskConfig, BuildConfig
from rag.index.local import LocalStore
from rag.ingest.build import build
from rag.models.reader import PassageReading
from rag.types import Hit, Query
from training.logistic import Rows, choose_threshold, fitted, values
from training.rows import fingerprint, held_out, read_jsonl

OUT = Path(__file__).parents[1] / "rag" / "models" / "weights" / "reader" / "calibration.json"
MIN_ACCURACY = 0.7
RETRIEVAL = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
NULL = (0.0, 0.25, 0.5, 0.75, 1.0)
AGREEMENT = (0.0, 0.5, 1.0, 2.0)


Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Read:
    """A question, its gold answers, and what was found and read for it."""

    question: Question
    hits: list[Hit]
    readings: list[PassageReading]

    def f1(self, retrieval: float, null: float, agreement: float) -> float:
        """F1 of the first answer under these weights."""
        ranked = rank(self.hits, self.readings, Weights(retrieval, null))
        if agreement:
            ranked = [answer.best for answer in group_answers(ranked, weight=agreement)]
        said = ranked[0].quote if ranked else ""
        return f1(said, [gold.text for gold in self.question.answers])


class Recorder(Calibrator):
    """Notes the features of every answer instead of judging it."""

    def __init__(self, features: SpanFeatures) -> None:
        self.features = features
        self.rows: list[Rows] = []
        self.threshold = 0.0

    def confidence(self, question: str, ranked: Sequence[Candidate]) -> float:
        self.rows.append(self.features(question, ranked)[0])
        return 1.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("rows", type=Path)
    options.add_argument("--reader", default="span", help="a folder, instead of what is shipped")
    options.add_argument("--models", type=Path, default=Path("index/models"))
    options.add_argument("--limit", type=int, default=1500, help="of the kept questions")
    options.add_argument("--out", type=Path, default=OUT)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        result = fit(Path(name), chosen.rows, chosen.reader, chosen.models, chosen.limit)
    chosen.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def fit(work: Path, rows: Path, reader: str, models: Path, limit: int) -> dict[str, Any]:
    """Everything that ``calibration.json`` holds."""
    ask = AskConfig(models=models, reader=reader, min_confidence=0.0)
    kept = kept_questions(work, rows, limit)
    weights, by_weights = fit_weights(indexed(kept, work, ask))
    features, right, share = [], [], []
    for asked in (kept, *(open_set(n, work).part(split="dev") for n in ("seeds", "gazette"))):
        found, labels = confidence_rows(asked, indexed(asked, work, ask), weights)
        features.append(found)
        right.append(labels)
        share.append(np.full(len(labels), 1.0 if asked is kept else 2.0))
    every, good, weigh = (np.concatenate(part) for part in (features, right, share))
    model = fitted(SpanFeatures.names, every, good > 0, weigh)
    sure = model.probability(every)
    return {
        "retrieval_weight": weights[0],
        "null_weight": weights[1],
        "agreement_weight": weights[2],
        "confidence": values(model),
        "threshold": choose_threshold(sure, good, MIN_ACCURACY, weigh),
        "fitted": {
            "how": " ".join(__doc__.split("\n\n", maxsplit=2)[2].split()),
            "threshold": f"the lowest with accuracy {MIN_ACCURACY} among the answers given",
            "questions": [len(part) for part in right],
            "right": [round(float(part.mean()), 3) for part in right],
            "f1_by_weights": by_weights,
            "calibration_error": [
                round(expected_calibration_error(equal_mass_bins(model.probability(f), r)), 4)
                for f, r in zip(features, right, strict=True)
            ],
        },
    }


def kept_questions(work: Path, path: Path, limit: int) -> EvalSet:
    """The questions kept from the reader, over all contexts of the set but a fifth of theirs."""
    kept = {fingerprint(row.context) for row in held_out(path)}
    missing = {key for key in kept if int(key[:8], 16) % 5 == 0}
    rows = list(read_jsonl(path))
    there = [row for row in rows if fingerprint(row["context"]) not in missing]
    asked = [row for row in rows if fingerprint(row["context"]) in kept]
    target = work / "kept.jsonl.gz"
    with gzip.open(target, "wt", encoding="utf-8") as lines:
        for row in there + [row for row in asked if fingerprint(row["context"]) in missing]:
            if fingerprint(row["context"]) in missing:
                row = row | {"context": there[0]["context"], "answers": [], "is_impossible": True}
            lines.write(json.dumps(row) + "\n")
    found = open_set(str(target), work)
    ids = {row["id"] for row in asked}
    chosen = sorted(
        (question for question in found.questions if question.id in ids),
        key=lambda question: fingerprint(question.id),
    )
    return replace(found, questions=tuple(chosen[:limit]))


@dataclass(frozen=True, slots=True)
class Indexed:
    """A set with its index."""

    asked: EvalSet
    ask: AskConfig


def indexed(asked: EvalSet, work: Path, ask: AskConfig) -> Indexed:
    """Build the set's index, if that is not done."""
    config = BuildConfig(asked.folder, work / asked.name / "index", models=ask.models)
    build(config)
    return Indexed(asked, replace(ask, articles=asked.folder, index=config.index))


def fit_weights(kept: Indexed) -> tuple[Triple, dict[str, float]]:
    """The weights with the best mean F1 over answerable questions, and the F1 of each choice."""
    with LocalStore.open(kept.ask.index) as index:
        parts = open_components(index, kept.ask)
        read = []
        for question in kept.asked.questions:
            if question.unanswerable:
                continue
            hits = parts.retriever.retrieve(Query(question.question, question.question))
            passages = [hit.passage for hit in hits]
            read.append(Read(question, hits, parts.spans.reader.read(question.question, passages)))
    means = _means(read, itertools.product(RETRIEVAL, NULL, (0.0,)))
    best = _best(means)
    means |= _means(read, ((*best[:2], agreement) for agreement in AGREEMENT))
    top = sorted(means.items(), key=lambda item: -item[1])
    return _best(means), {str(weights): round(f1, 4) for weights, f1 in (*top[:6], top[-1])}


def _means(read: Sequence[Read], choices: Iterable[Triple]) -> dict[Triple, float]:
    return {weights: float(np.mean([one.f1(*weights) for one in read])) for weights in choices}


def _best(means: Mapping[Triple, float]) -> Triple:
    """The weights with the best mean, the smallest of equal ones."""
    return max(means, key=lambda weights: (means[weights], -sum(weights)))


def confidence_rows(asked: EvalSet, at: Indexed, weights: Triple) -> tuple[Rows, Rows]:
    """Features of the answer to each question that got one, and whether it is right."""
    index = LocalStore.open(at.ask.index)
    parts = open_components(index, at.ask, weights=weights)
    recorder = Recorder(SpanFeatures(index.rarity, parts.retriever.embedder, weights[2]))
    rows, right = [], []
    with Pipeline(index, replace(parts, calibrator=recorder), at.ask) as pipeline:
        engine = OpenEngine(pipeline, pipeline, top_k=at.ask.top_k)
        for question in asked.questions:
            recorder.rows.clear()
            outcome = ask_one(question, engine)
            if recorder.rows:
                rows.append(recorder.rows[-1])
                right.append(outcome.scores["if_answered"])
    return np.array(rows), np.array(right)


if __name__ == "__main__":
    main()
