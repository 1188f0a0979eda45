"""Reads a recipe: everything that a training depends on besides its data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

RECIPE = Path(__file__).with_name("recipe.toml")


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a training. ``recipe.toml`` says what each one means."""

    seed: int
    max_tokens: int
    bare: float
    freeze_word_embeddings: bool
    batch: int
    rate: float
    head_rate: float
    warmup: int
    decay: int
    weight_decay: float
    average: float
    losses: Mapping[str, float]
    questions: Mapping[str, int]
    weights: Mapping[str, Mapping[str, float]]

    def rate_at(self, step: int, decay_from: int | None) -> float:
        """The share of the full rate at ``step``, counted from 0.

        It rises over ``warmup`` steps and stays; from ``decay_from`` on it falls to zero over
        ``decay`` steps.
        """
        rising = min(1.0, (step + 1) / max(1, self.warmup))
        if decay_from is None:
            return rising
        return rising * max(0.0, min(1.0, (decay_from + self.decay - step) / self.decay))


def read_recipe(path: Path = RECIPE) -> Recipe:
    """The recipe in ``path``. Raises TypeError for a setting that is missing or unknown."""
    values: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    weights = {name: MappingProxyType(found) for name, found in values.pop("weights").items()}
    return Recipe(**values, weights=MappingProxyType(weights))
