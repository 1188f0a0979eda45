"""Things to be timed in; their median seconds, and values beside what was aimed at, out."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; ``wanted`` is the value that was aimed at."""

    name: str
    value: str
    wanted: str
    reached: bool

    def __str__(self) -> str:
        mark = "ok  " if self.reached else "MISS"
        return f"{mark} {self.name}: {self.value} (wanted: {self.wanted})"


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: rounds of what is timed, passages embedded, quotations drawn."""

    rounds: int = 6
    passages: int = 64
    quotations: int = 10_000


def in_turn(
    runs: Mapping[str, Callable[[], Any]],
    rounds: int,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Median seconds of each, over ``rounds`` in turn; the first of several only warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            started = clock()
            run()
            seconds[name].append(clock() - started)
    return {name: statistics.median(values[1:] or values) for name, values in seconds.items()}
