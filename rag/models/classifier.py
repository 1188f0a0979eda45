"""Logistic models and calibrations, fitted beforehand and read from JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

WEIGHTS = Path(__file__).with_name("weights")


@dataclass(frozen=True, slots=True)
class Logistic:
    """Logistic regression: ``weights`` has one value per feature, in the features' order."""

    features: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float

    def __post_init__(self) -> None:
        if len(self.features) != len(self.weights):
            raise ValueError(f"{len(self.weights)} weights for {len(self.features)} features")

    def check_features(self, features: Sequence[str]) -> None:
        """Raises ModelError unless the model was fitted over these ``features``, in this order."""
        if self.features != tuple(features):
            raise ModelError(
                f"A model was fitted over {self.features}, but the code computes "
                f"{tuple(features)}; fit it again."
            )

    def log_odds(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log odds of each row, shape ``[n]``; ``rows`` has the shape ``[n, features]``."""
        return np.asarray(rows @ np.array(self.weights) + self.intercept)

    def probability(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability of each row, in [0, 1], shape ``[n]``."""
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(self.log_odds(rows), -50, 50))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was fitted on the scores of one reader, and holds for that reader alone.

    ``retrieval_weight`` and ``null_weight`` say how much the retriever's score and the null score
    count beside the reader's own, ``agreement_weight`` how much it counts that further articles
    agree. ``confidence`` gives the probability that the first answer is right; below ``threshold``
    none is given. ``reply`` gives that of a whole reply, if it was fitted.
    """

    retrieval_weight: float
    confidence: Logistic
    threshold: float
    null_weight: float = 0.0
    agreement_weight: float = 0.0
    reply: Logistic | None = None


def read_fitted(path: Path) -> dict[str, Any]:
    """The values of a fitted file; raises ModelError when it is missing or not JSON."""
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{str(path)!r} cannot be read ({error}); fit it again.") from error
    return values


def read_calibration(path: Path) -> Calibration:
    """The calibration in a fitted file; raises ModelError when a value is missing or wrong."""
    values = read_fitted(path)
    try:
        return Calibration(
            retrieval_weight=float(values["retrieval_weight"]),
            confidence=load_logistic(values["confidence"]),
            threshold=float(values["threshold"]),
            null_weight=float(values.get("null_weight", 0.0)),
            agreement_weight=float(values.get("agreement_weight", 0.0)),
            reply=load_logistic(values["reply"]) if "reply" in values else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{str(path)!r} holds no calibration ({error}); fit it again.") from error


def load_logistic(values: Mapping[str, Any]) -> Logistic:
    """The model in a part of a fitted file."""
    return Logistic(tuple(values["features"]), tuple(values["weights"]), values["intercept"])
