"""Times in milliseconds in; their percentiles, and this process's memory, out."""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from math import ceil, nan


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least ``percent`` of them do not exceed: the nearest rank.

    ISO 3534-1's quantile without interpolation, so always a time that was measured. NaN for none.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"a percentile lies from 0 to 100, not at {percent}")
    if not values:
        return nan
    return sorted(values)[max(ceil(percent * len(values) / 100), 1) - 1]


def peak_memory_mb() -> float:
    """The most memory that this process has held so far, in MB of 1,000,000 bytes (getrusage)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
