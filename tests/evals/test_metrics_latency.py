from math import isnan

import pytest

from evals.metrics.latency import peak_memory_mb, percentile


@pytest.mark.parametrize(
    ("percent", "value"), [(5, 15), (30, 20), (40, 20), (50, 35), (100, 50), (0, 15)]
)
def test_nearest_rank(percent: float, value: float) -> None:
    assert percentile([50, 15, 40, 20, 35], percent) == value


def test_each_of_a_hundred_is_its_own_percentile() -> None:
    assert [percentile(range(1, 101), percent) for percent in range(1, 101)] == [*range(1, 101)]


def test_no_times() -> None:
    assert isnan(percentile([], 50))
    with pytest.raises(ValueError, match="from 0 to 100"):
        percentile([1.0], 101)


def test_peak_memory_counts_what_is_held() -> None:
    before = peak_memory_mb()
    held = bytearray(b"x" * 400_000_000)
    assert peak_memory_mb() >= max(before, 400)
    assert len(held) == 400_000_000
