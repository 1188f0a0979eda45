"""Fits the classifier of question types on the questions of news readers, and writes its weights.

    python -m training.fit_question_type DATA

DATA holds ``newsroom/``. The classifier is fitted on the questions of ``train``, those that follow
on others both as typed and written out, and reported on those of ``dev``, written out. Weights
below ``SMALLEST`` are left out; what is reported was measured without them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from rag.models.classifier import WEIGHTS
from rag.query.question_type import TypeClassifier, type_by_rules, type_features
from rag.types import Kind
from training.newsroom import read_bundles
from training.rows import fingerprint
from training.train_reader import kept_out

OUT = WEIGHTS / "question_type.json"
REGULARISATION = 1.0
LEAST_SEEN = 3
SMALLEST = 0.1

Labelled = tuple[str, Kind]


def fit(taught: Sequence[Labelled]) -> dict[str, dict[Kind, float]]:
    """The weights by feature and kind; the intercept belongs to the n-gram ``<``, always there."""
    rows = [type_features(question, type_by_rules(question)) for question, _ in taught]
    seen: dict[str, int] = {}
    for row in rows:
        for feature in row:
            seen[feature] = seen.get(feature, 0) + 1
    often = [{f: v for f, v in row.items() if seen[f] >= LEAST_SEEN} for row in rows]
    vectorizer = DictVectorizer()
    model = LogisticRegression(C=REGULARISATION, max_iter=500, fit_intercept=False)
    model.fit(vectorizer.fit_transform(often), [kind for _, kind in taught])
    return {
        feature: kept
        for feature, column in zip(vectorizer.get_feature_names_out(), model.coef_.T, strict=True)
        if (kept := _kept(model.classes_, column))
    }


def _kept(kinds: Sequence[Kind], column: Any) -> dict[Kind, float]:
    return {
        str(kind): round(float(weight), 2)  # type: ignore[misc]
        for kind, weight in zip(kinds, column, strict=True)
        if abs(weight) >= SMALLEST
    }


def questions(folder: Path, *, as_typed: bool) -> Iterator[Labelled]:
    """The questions of the bundles in ``folder`` with their kinds."""
    for bundle in read_bundles(folder):
        for question in bundle.questions:
            forms = {question.full, question.asked} if as_typed else {question.full}
            for form in sorted(forms):
                yield form, question.kind  # type: ignore[misc]


def accuracy(classifier: TypeClassifier | None, asked: Sequence[Labelled]) -> dict[str, float]:
    """The share that is classified rightly, by kind and in all; by rules without a classifier."""
    right: dict[str, list[bool]] = {}
    for question, kind in asked:
        ruled = type_by_rules(question)
        said = ruled.kind if classifier is None else classifier.kind(question, ruled)
        for group in ("all", kind):
            right.setdefault(group, []).append(said == kind)
    return {group: round(float(np.mean(found)), 3) for group, found in sorted(right.items())}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("data", type=Path)
    options.add_argument("--out", type=Path, default=OUT)
    options.add_argument("--keep-out", type=Path, nargs="*", default=[], help="never fitted on")
    chosen = options.parse_args()
    forbidden = kept_out(chosen.data, chosen.keep_out)
    taught = [
        (question, kind)
        for question, kind in questions(chosen.data / "newsroom" / "train", as_typed=True)
        if fingerprint(question) not in forbidden
    ]
    asked = list(questions(chosen.data / "newsroom" / "dev", as_typed=False))
    weights = fit(taught)
    fitted = {
        "how": " ".join(__doc__.split("\n\n", maxsplit=2)[2].split()),
        "taught": len(taught),
        "dev": accuracy(TypeClassifier(weights), asked),
        "dev_by_rules": accuracy(None, asked),
    }
    lines = ",\n".join(f"  {json.dumps(f)}: {json.dumps(w)}" for f, w in sorted(weights.items()))
    text = f'{{"fitted": {json.dumps(fitted)},\n "weights": {{\n{lines}\n }}}}\n'
    chosen.out.write_text(text, "utf-8")
    print(json.dumps(fitted, indent=1), len(weights))


if __name__ == "__main__":
    main()
