"""Whether confidence can be trusted: risk, coverage, refusals and calibration.

Every function takes one value a question. Where nothing can be said (no question, or none of a
kind) the result is NaN. ``right`` is whether the answer is right *if it is given*: for an
unanswerable question it is always False. So measure on a run that refuses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """Risk when the surest share of questions is answered.

    ``coverage[i]`` is (i + 1) / n, ``risk[i]`` the share of wrong ones among those answered.
    ``reachable[i]`` says whether a threshold can stop there: not in the midst of equally sure ones.
    """

    coverage: Floats
    risk: Floats
    confidence: Floats
    reachable: NDArray[np.bool_]


def risk_coverage(confidence: ArrayLike, right: ArrayLike) -> Curve:
    """The risk-coverage curve of El-Yaniv and Wiener 2010 (JMLR 11).

    Inside a run of equally sure answers the risk is what a random order gives on average, so that
    the order of the questions does not matter.
    """
    sure, good = _pair(confidence, right)
    order = np.argsort(-sure, kind="stable")
    sure, wrong = sure[order], 1.0 - good[order]
    _, run, size = np.unique(-sure, return_inverse=True, return_counts=True)
    mean_wrong = np.bincount(run, weights=wrong, minlength=size.size) / size
    answered = np.arange(1, sure.size + 1)
    return Curve(
        coverage=answered / max(sure.size, 1),
        risk=np.cumsum(mean_wrong[run]) / answered,
        confidence=sure,
        reachable=np.append(np.diff(sure) != 0, True) if sure.size else np.zeros(0, bool),
    )


def aurc(confidence: ArrayLike, right: ArrayLike) -> float:
    """Area under the risk-coverage curve: its mean risk, lower is better.

    Geifman, Uziel and El-Yaniv 2019, arXiv:1805.08206.
    """
    risk = risk_coverage(confidence, right).risk
    return float(risk.mean()) if risk.size else nan


def coverage_at(confidence: ArrayLike, right: ArrayLike, accuracy: float) -> float:
    """Largest share of questions that a threshold can let through at this accuracy; 0 for none.

    Kamath, Jia and Liang 2020, arXiv:2006.09462.
    """
    curve = risk_coverage(confidence, right)
    if not curve.risk.size:
        return nan
    # The mean over a run of equal ones is not exact: 0.2 has to pass for 80 %.
    passes = curve.reachable & (curve.risk <= 1.0 - accuracy + 1e-9)
    return float(curve.coverage[passes].max(initial=0.0))


def refused_at(confidence: ArrayLike, answerable: ArrayLike, false_refusals: float = 0.05) -> float:
    """Share of unanswerable questions refused when so many answerable ones are: at most this share.

    Refused is what is less sure than a threshold; the highest that keeps the bound is taken. The
    true negative rate at a fixed false negative rate.
    """
    sure, can = _pair(confidence, answerable)
    yes, no = np.sort(sure[can > 0]), sure[can == 0]
    if not yes.size or not no.size:
        return nan
    spared = int(np.floor(false_refusals * yes.size + 1e-9))
    threshold = yes[spared] if spared < yes.size else np.inf
    return float((no < threshold).mean())


def auroc(confidence: ArrayLike, positive: ArrayLike) -> float:
    """Chance that a positive is surer than a negative, a tie counting half.

    Mann and Whitney 1947 by the sum of mid-ranks; Hanley and McNeil 1982.
    """
    sure, good = _pair(confidence, positive)
    count = float((good > 0).sum())
    if count in (0.0, float(good.size)):
        return nan
    _, run, size = np.unique(sure, return_inverse=True, return_counts=True)
    middle = np.cumsum(size) - (size - 1) / 2
    ranks = float(middle[run][good > 0].sum())
    return (ranks - count * (count + 1) / 2) / (count * (good.size - count))


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of the reliability diagram: its bounds, and what the answers in it were like.

    ``confidence`` and ``accuracy`` are means, NaN in an empty bin.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability_bins(confidence: ArrayLike, right: ArrayLike, bins: int = 10) -> list[Bin]:
    """Bins of equal width over [0, 1], each ``[low, high)``, the last one closed.

    The reliability diagram of Guo et al. 2017, arXiv:1706.04599. Raises ValueError for a
    confidence outside [0, 1].
    """
    sure, good = _pair(confidence, right)
    _check_probabilities(sure)
    number = np.minimum((sure * bins).astype(int), bins - 1)
    return [
        _bin(sure[number == i], good[number == i], i / bins, (i + 1) / bins) for i in range(bins)
    ]


def equal_mass_bins(confidence: ArrayLike, right: ArrayLike, bins: int = 10) -> list[Bin]:
    """Bins of (nearly) as many answers each, by confidence; bounds are the values in the bin.

    Equally sure answers share a bin, so there may be fewer. The adaptive bins of Nguyen and
    O'Connor 2015, arXiv:1508.05154. Raises ValueError for a confidence outside [0, 1].
    """
    sure, good = _pair(confidence, right)
    _check_probabilities(sure)
    order = np.argsort(sure, kind="stable")
    sure, good = sure[order], good[order]
    cuts = np.linspace(0, sure.size, bins + 1).round().astype(int)[1:-1]
    cuts = np.unique(np.searchsorted(sure, sure[cuts[cuts < sure.size]], side="left"))
    parts = zip(np.split(sure, cuts), np.split(good, cuts), strict=True)
    return [_bin(s, g, float(s[0]), float(s[-1])) for s, g in parts if s.size]


def expected_calibration_error(bins: list[Bin]) -> float:
    """Mean over the answers of |accuracy - confidence| of their bin: 0 is perfect.

    Naeini, Cooper and Hauskrecht 2015 with ``reliability_bins``; adaptive with the others.
    """
    total = sum(part.count for part in bins)
    if not total:
        return nan
    return sum(p.count * abs(p.accuracy - p.confidence) for p in bins if p.count) / total


def _bin(sure: Floats, good: Floats, low: float, high: float) -> Bin:
    if not sure.size:
        return Bin(low, high, 0, nan, nan)
    return Bin(low, high, int(sure.size), float(sure.mean()), float(good.mean()))


def _pair(one: ArrayLike, other: ArrayLike) -> tuple[Floats, Floats]:
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError(f"give one value a question in each, not {first.shape}, {second.shape}")
    return first, second


def _check_probabilities(sure: Floats) -> None:
    if sure.size and not (sure.min() >= 0 and sure.max() <= 1):
        raise ValueError("a confidence lies outside [0, 1]")
