"""The result of a system on a corpus in; each cost as a number with its unit out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from evals.bench.results import Asked, Built, Result
from evals.metrics.latency import percentile


@dataclass(frozen=True, slots=True)
class Measure:
    """``of`` gives the value, None where it was not measured; ``unit`` is written after it."""

    says: str
    unit: str
    of: Callable[[Result], float | None]

    def write(self, value: float) -> str:
        """The value with two or three digits that count."""
        digits = 0 if value >= 100 else 1 if value >= 10 else 2
        return f"{value:,.{digits}f}{self.unit}"


def _of_build(value: Callable[[Built], float]) -> Callable[[Result], float | None]:
    return lambda result: value(result.built) if result.built else None


def _of_times(
    times: Callable[[Asked], Sequence[float]], percent: float
) -> Callable[[Result], float | None]:
    def value(result: Result) -> float | None:
        found = times(result.asked) if result.asked else ()
        return percentile(found, percent) if found else None

    return value


def _not_embedding(built: Built) -> float:
    pairs = zip(built.seconds, built.embedding_seconds, strict=True)
    return median(whole - embedding for whole, embedding in pairs)


BUILD_S = Measure("building the index", " s", _of_build(lambda built: median(built.seconds)))
EMBEDDING_S = Measure(
    "of that, embedding (and loading the model)",
    " s",
    _of_build(lambda built: median(built.embedding_seconds)),
)
OTHER_S = Measure("building without embedding", " s", _of_build(_not_embedding))
INDEX_MB = Measure("index on disk", " MB", _of_build(lambda built: built.index_bytes / 1e6))
BUILD_MB = Measure("peak memory, building", " MB", _of_build(lambda built: built.peak_mb))
START_S = Measure(
    "cold start: process to first result", " s", _of_times(lambda asked: asked.start_s, 50)
)
FIND_P50 = Measure("finding ten passages, p50", " ms", _of_times(lambda asked: asked.find_ms, 50))
FIND_P95 = Measure("finding ten passages, p95", " ms", _of_times(lambda asked: asked.find_ms, 95))
ANSWER_P50 = Measure(
    "finding and answering, p50", " ms", _of_times(lambda asked: asked.answer_ms, 50)
)
ANSWER_P95 = Measure(
    "finding and answering, p95", " ms", _of_times(lambda asked: asked.answer_ms, 95)
)
ASK_MB = Measure(
    "peak memory, asking", " MB", lambda result: result.asked.peak_mb if result.asked else None
)


def throughput(passages: int) -> Measure:
    """Passages indexed per second, everything included."""
    return Measure(
        "passages indexed per second", "", _of_build(lambda built: passages / median(built.seconds))
    )


COSTS = (
    BUILD_S,
    EMBEDDING_S,
    INDEX_MB,
    BUILD_MB,
    START_S,
    FIND_P50,
    FIND_P95,
    ANSWER_P50,
    ANSWER_P95,
    ASK_MB,
)
GROWTH = (FIND_P50, OTHER_S, ASK_MB)
