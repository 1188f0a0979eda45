"""Fits how sure a reply is, by the kind of its question, and adds that to ``calibration.json``.

    python -m training.fit_confidence DATA --reader FOLDER

The engine answers every question, however unsure, of a spread sample of the dev stories in
``DATA/newsroom/dev`` and of the dev halves of the question sets of ``evals``. Each reply that is
given becomes a row of ``rag.answer.confidence.REPLY_FEATURES``, right or wrong; an unanswerable
question makes every reply wrong. What is reported is cross-fitted: no bundle of stories, and no
fifth of a dev half, is judged by a fit that saw it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from evals.engine import OpenEngine
from evals.metrics.abstention import equal_mass_bins, expected_calibration_error
from evals.run import ask_one
from evals.sets import EvalSet, open_set
from evals.sets.opening import open_bundles
from rag.answer.components import open_components
from rag.answer.confidence import RELIABLE_KINDS, REPLY_FEATURES, Reliability, reply_features
from rag.answer.evidence import Evidence, Reply
from rag.answer.pipeline import Pipeline
from rag.config import AskConfig, BuildConfig
from rag.index.local import LocalStore
from rag.ingest.build import build
from rag.models.classifier import Logistic
from training.fit_spans import OUT
from training.logistic import Rows, fitted, values

FOLDS = 8
ROUND = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """A question that was answered: the features of the reply, if any, and whether it is right."""

    set: str
    kind: str
    group: str
    unanswerable: bool
    features: Rows | None
    right: bool


class Recorder(Reliability):
    """Notes the features of the last reply, and lets every reply pass."""

    def __init__(self) -> None:
        self.threshold = 0.0
        self.last: Rows | None = None

    def confidence(self, evidence: Evidence, reply: Reply) -> float:
        self.last = reply_features(evidence, reply)[0] if reply.picks else None
        return 1.0


def judged(asked: EvalSet, index: Path, ask: AskConfig) -> Iterator[Judged]:
    """Every question of the set, answered however unsure."""
    build(BuildConfig(asked.folder, index, models=ask.models))
    ask = replace(ask, articles=asked.folder, index=index)
    store = LocalStore.open(index)
    recorder = Recorder()
    parts = replace(open_components(store, ask), reliability=recorder)
    with Pipeline(store, parts, ask) as pipeline:
        engine = OpenEngine(pipeline, pipeline, top_k=ask.top_k)
        for question in asked.questions:
            recorder.last = None
            outcome = ask_one(question, engine)
            kind = str(outcome.answer.get("kind", ""))
            if kind in RELIABLE_KINDS:
                right = not question.unanswerable and outcome.scores["correct"] > 0
                group = question.id.rsplit(":", 1)[0] if ":" in question.id else question.id
                yield Judged(asked.name, kind, group, question.unanswerable, recorder.last, right)


def fit(rows: Sequence[Judged]) -> Logistic:
    """The model over the replies that were given."""
    given = [row for row in rows if row.features is not None]
    features = np.array([row.features for row in given])
    return fitted(REPLY_FEATURES, features, np.array([row.right for row in given]))


def cross_fitted(rows: Sequence[Judged]) -> Rows:
    """The probability of every reply by a fit that did not see its group; 0 without a reply."""
    folds = np.array([zlib.crc32(row.group.encode()) % FOLDS for row in rows])
    found = np.zeros(len(rows))
    for fold in range(FOLDS):
        model = fit([row for row, other in zip(rows, folds, strict=True) if other != fold])
        for i in np.flatnonzero(folds == fold).tolist():
            features = rows[i].features
            if features is not None:
                found[i] = model.probability(features[None])[0]
    return found


def figures(rows: Sequence[Judged], sure: Rows) -> dict[str, Any]:
    """Shares by set and kind when answered from the threshold on, and the calibration error."""
    right = np.array([row.right for row in rows])
    cannot = np.array([row.unanswerable for row in rows])
    answered = sure >= Reliability.threshold
    groups = {"all": np.ones(len(rows), dtype=bool)}
    for name in sorted({row.set for row in rows}):
        groups[name] = np.array([row.set == name for row in rows])
    for kind in RELIABLE_KINDS:
        groups[kind] = np.array([row.kind == kind for row in rows])
    found = {}
    for name, among in groups.items():
        if not among.any():
            continue
        can = among & ~cannot
        bins = equal_mass_bins(sure[among], right[among].astype(float))
        found[name] = {
            "questions": int(among.sum()),
            "right": _share(np.where(cannot, ~answered, answered & right), among),
            "wrong": _share(answered & ~right, among),
            "answerable_right": _share(answered & right, can),
            "right_if_all_answered": _share(right, can),
            "false_refusals": _share(~answered, can),
            "unanswerable_refused": _share(~answered, among & cannot),
            "calibration_error": round(expected_calibration_error(bins), ROUND),
        }
    return found


def _share(what: Rows, among: Rows) -> float:
    return round(float(what[among].mean()), ROUND) if among.any() else 0.0


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("data", type=Path)
    options.add_argument("--reader", default="span", help="a folder, instead of what is shipped")
    options.add_argument("--models", type=Path, default=Path("index/models"))
    options.add_argument("--limit", type=int, default=900, help="of the stories' questions")
    options.add_argument("--threads", type=int, default=0)
    options.add_argument("--calibration", type=Path, default=OUT)
    chosen = options.parse_args()
    ask = AskConfig(models=chosen.models, reader=chosen.reader, threads=chosen.threads)
    rows: list[Judged] = []
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        stories = open_bundles(chosen.data / "newsroom" / "dev", work).part(limit=chosen.limit)
        halves = [open_set(half, work).part(split="dev") for half in ("seeds", "gazette")]
        for asked in (stories, *halves):
            rows += judged(asked, work / asked.name / "index", ask)
    found = json.loads(chosen.calibration.read_text("utf-8"))
    found["reply"] = values(fit(rows))
    found["fitted"]["reply"] = {
        "how": " ".join((__doc__ or "").split("\n\n", maxsplit=2)[2].split()),
        "answered_from": Reliability.threshold,
        "cross_fitted": figures(rows, cross_fitted(rows)),
    }
    chosen.calibration.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(json.dumps(found["fitted"]["reply"]["cross_fitted"], indent=1))


if __name__ == "__main__":
    main()
