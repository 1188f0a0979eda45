"""Percentiles, bootstrap intervals and paired tests over the questions of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, nan
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Significance = Literal["better", "worse", "inside the noise"]

RESAMPLES = 1000
PERMUTATIONS = 10_000
SEED = 20_240_101
BLOCK = 1 << 21  # Numbers drawn at a time, so that a large set fits into memory.


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and the bounds of its 95 % interval; all NaN where there was no question."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """``difference`` is the mean of after minus before, with its 95 % interval and p value."""

    difference: float
    low: float
    high: float
    p: float
    count: int


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least ``percent`` of them do not exceed: the nearest rank.

    ISO 3534-1's quantile without interpolation, so always a time that was measured. NaN for none.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"a percentile lies from 0 to 100, not at {percent}")
    if not values:
        return nan
    return sorted(values)[max(ceil(percent * len(values) / 100), 1) - 1]


def bootstrap_mean(values: ArrayLike, *, resamples: int = RESAMPLES, seed: int = SEED) -> Interval:
    """The mean with its percentile bootstrap interval (Efron 1979), the same for the same values.

    Questions are drawn with replacement; the bounds are the 2.5 and 97.5 percentiles.
    """
    numbers = _vector(values)
    if not numbers.size:
        return Interval(nan, nan, nan, 0)
    means = np.concatenate(
        [numbers[drawn].mean(axis=1) for drawn in _draws(numbers.size, resamples, seed)]
    )
    return _interval(float(numbers.mean()), means, numbers.size)


def bootstrap(
    statistic: Callable[[NDArray[np.intp]], float],
    count: int,
    *,
    basic: bool = False,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """The same for a value that is no mean, such as AUROC, of ``count`` questions.

    ``statistic`` is given the numbers of the questions drawn. Draws for which it is NaN (a resample
    without an unanswerable question, say) are passed over. ``basic`` takes the basic interval
    (Davison and Hinkley 1997, section 5.2.1) for a value that drawing itself pushes to one side,
    such as a mean of absolute values or a maximum: what lies above the value in the resamples lies
    below it in the interval. It ends at 0, which no value here falls below.
    """
    if not count:
        return Interval(nan, nan, nan, 0)
    values = np.array([statistic(row) for part in _draws(count, resamples, seed) for row in part])
    found = _interval(statistic(np.arange(count)), values[~np.isnan(values)], count)
    if not basic:
        return found
    low, high = 2 * found.value - found.high, 2 * found.value - found.low
    return replace(found, low=max(0.0, low), high=max(0.0, high))


def paired_difference(
    before: ArrayLike,
    after: ArrayLike,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> PairedDifference:
    """Two runs on the same questions in the same order, one value each.

    The interval is the bootstrap's on the differences; p that of the two-sided paired permutation
    test, signs flipped at random (Fisher 1935; for retrieval Smucker, Allan and Carterette 2007),
    with the (b + 1) / (m + 1) of Phipson and Smyth 2010, so never 0.
    """
    first, second = _vector(before), _vector(after)
    if first.shape != second.shape:
        raise ValueError(f"the runs have {first.size} and {second.size} questions; pair them")
    differences = second - first
    mean = bootstrap_mean(differences, seed=seed)
    if not differences.size:
        return PairedDifference(nan, nan, nan, nan, 0)
    p = _permutation_p(differences, permutations, seed)
    return PairedDifference(mean.value, mean.low, mean.high, p, mean.count)


def verdict(found: PairedDifference, *, level: float = 0.05) -> Significance:
    """Whether after is better or worse, where higher is better: only if p and interval agree."""
    if not found.p < level or found.low <= 0 <= found.high:
        return "inside the noise"
    return "better" if found.difference > 0 else "worse"


def _permutation_p(differences: NDArray[np.float64], permutations: int, seed: int) -> float:
    moved = differences[differences != 0]
    if not moved.size:
        return 1.0
    seen = abs(float(moved.sum())) * (1 - 1e-12)  # Sums of the same numbers differ by rounding.
    random = np.random.default_rng(seed)
    extreme, left = 0, permutations
    while left:
        rows = min(left, max(1, BLOCK // moved.size))
        signs = random.integers(0, 2, (rows, moved.size), dtype=np.int8) * 2.0 - 1.0
        extreme += int((np.abs(signs @ moved) >= seen).sum())
        left -= rows
    return (extreme + 1) / (permutations + 1)


def _draws(count: int, resamples: int, seed: int) -> Iterator[NDArray[np.intp]]:
    """``resamples`` rows of ``count`` question numbers, in blocks."""
    random = np.random.default_rng(seed)
    while resamples:
        rows = min(resamples, max(1, BLOCK // count))
        yield random.integers(0, count, (rows, count), dtype=np.intp)
        resamples -= rows


def _interval(value: float, resampled: NDArray[np.float64], count: int) -> Interval:
    if not resampled.size:
        return Interval(value, nan, nan, count)
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Interval(value, float(low), float(high), count)


def _vector(values: ArrayLike) -> NDArray[np.float64]:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1:
        raise ValueError(f"give one value a question, not an array of shape {numbers.shape}")
    return numbers
