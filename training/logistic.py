"""Logistic regression for confidences: features and labels in, a model with raw weights out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from rag.models.classifier import Logistic

Rows = NDArray[Any]


def fitted(
    features: Sequence[str], rows: Rows, labels: Sequence[bool] | Rows, weigh: Rows | None = None
) -> Logistic:
    """Fit on standardised features, shape ``[n, features]``; the weights are for the raw ones.

    ``weigh``, shape ``[n]``, says how much each row counts.
    """
    mean, scale = rows.mean(0), rows.std(0) + 1e-9
    model = LogisticRegression(max_iter=1000).fit((rows - mean) / scale, labels, weigh)
    weights = model.coef_[0] / scale
    return Logistic(
        tuple(features),
        tuple(round(float(weight), 4) for weight in weights),
        round(float(model.intercept_[0] - weights @ mean), 4),
    )


def values(model: Logistic) -> dict[str, Any]:
    """The model as ``rag.models.classifier.load_logistic`` reads it."""
    return {
        "features": list(model.features),
        "weights": list(model.weights),
        "intercept": model.intercept,
    }


def choose_threshold(
    probability: Rows, right: Rows, accuracy: float, weigh: Rows | None = None
) -> float:
    """The lowest confidence from which on the answers given reach ``accuracy``; 1 if none does."""
    weigh = np.ones(len(right)) if weigh is None else weigh
    order = np.argsort(-probability, kind="stable")
    reached = np.cumsum((right * weigh)[order]) / np.cumsum(weigh[order]) >= accuracy
    last = np.flatnonzero(reached)
    return round(float(probability[order][last[-1]]), 3) if len(last) else 1.0
