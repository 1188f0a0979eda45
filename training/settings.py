"""A recipe file in, the settings of a training out."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

RECIPE = Path(__file__).with_name("recipe.toml")


@dataclass(frozen=True, slots=True)
class Network:
    """The shape of an example and what is regularised. ``max_tokens`` and ``stride`` in tokens."""

    max_tokens: int
    stride: int
    hidden_dropout: float
    attention_dropout: float
    freeze_word_embeddings: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast. ``warmup`` and ``decay`` are shares of all steps."""

    examples: int
    batch: int
    warmup: float
    decay: float
    rate: float
    weight_decay: float
    average: float
    shared_norm: float

    @property
    def steps(self) -> int:
        return self.examples // self.batch

    def rate_at(self, step: int) -> float:
        """Linear warm-up, constant, then linear to zero, for ``step`` from 0."""
        rising = (step + 1) / max(1.0, self.warmup * self.steps)
        falling = (self.steps - step) / max(1.0, self.decay * self.steps)
        return self.rate * max(0.0, min(1.0, rising, falling))


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """How often a question is also asked where it has no answer, as chances in [0, 1]."""

    near_miss: float
    other_passage: float
    similar: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a training depends on besides its data."""

    seed: int
    network: Network
    schedule: Schedule
    unanswerable: Unanswerable
    weights: MappingProxyType[str, float]


def read_recipe(path: Path = RECIPE) -> Recipe:
    """The recipe in ``path``. Raises TypeError for a setting that is missing or unknown."""
    values: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return Recipe(
        seed=values["seed"],
        network=Network(**values["network"]),
        schedule=Schedule(**values["schedule"]),
        unanswerable=Unanswerable(**values["unanswerable"]),
        weights=MappingProxyType(values["weights"]),
    )
