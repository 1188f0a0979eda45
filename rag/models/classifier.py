"""Logistic models whose weights are fitted beforehand and read from JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Logistic:
    """Logistic regression: ``weights`` has one value per feature, in the features' order."""

    features: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float

    def __post_init__(self) -> None:
        if len(self.features) != len(self.weights):
            raise ValueError(f"{len(self.weights)} weights for {len(self.features)} features")

    def log_odds(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape ``[n, features]`` in, ``[n]`` out."""
        return np.asarray(rows @ np.array(self.weights) + self.intercept)

    def probability(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape ``[n, features]`` in, ``[n]`` in [0, 1] out."""
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(self.log_odds(rows), -50, 50))))


def load_logistic(values: dict[str, Any], features: Sequence[str]) -> Logistic:
    """The model of a fitted file's part, checked to be over these ``features``."""
    model = Logistic(tuple(values["features"]), tuple(values["weights"]), values["intercept"])
    if model.features != tuple(features):
        raise ValueError(f"fitted over {model.features}, but the code computes {tuple(features)}")
    return model


def read_fitted(name: str) -> dict[str, Any]:
    """The fitted file ``name`` that is shipped beside this module."""
    text = resources.files("rag.models").joinpath("weights", name).read_text("utf-8")
    values: dict[str, Any] = json.loads(text)
    return values
