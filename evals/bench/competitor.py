"""A system as it takes part: how it is started, and what it is able to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evals.bench.process import Worker


@dataclass(frozen=True, slots=True)
class Competitor:
    """``start`` gives a fresh process each time; ``answers`` says whether it has a reader."""

    name: str
    start: Callable[[], Worker]
    answers: bool
