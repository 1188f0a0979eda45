"""Percentiles, bootstrap intervals and paired tests."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from evals.metrics import uncertainty
from evals.metrics.uncertainty import (
    PairedDifference,
    bootstrap,
    bootstrap_mean,
    paired_difference,
    percentile,
    verdict,
)


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


def test_the_interval_of_a_share_is_the_textbook_one() -> None:
    values = [1] * 120 + [0] * 80
    found = bootstrap_mean(values)
    width = 1.96 * (0.6 * 0.4 / 200) ** 0.5
    assert found.value == 0.6
    assert (found.low, found.high) == pytest.approx((0.6 - width, 0.6 + width), abs=0.01)
    assert found.count == 200


def test_the_interval_covers_the_truth_about_95_times_in_100() -> None:
    chance = np.random.default_rng(0)
    found = [bootstrap_mean(chance.random(100) < 0.7, resamples=400) for _ in range(300)]
    covered = np.mean([one.low <= 0.7 <= one.high for one in found])
    assert 0.91 <= covered <= 0.98


def test_the_same_values_give_the_same_interval() -> None:
    values = np.linspace(0, 1, 50)
    assert bootstrap_mean(values) == bootstrap_mean(values)
    assert bootstrap_mean(values) != bootstrap_mean(values, seed=1)


def test_blocks_do_not_change_how_much_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def statistic(rows: np.ndarray) -> float:
        drawn.append(len(rows))
        return float(rows.mean())

    monkeypatch.setattr(uncertainty, "BLOCK", 25)
    bootstrap(statistic, 10, resamples=7)
    assert drawn == [10] * 8  # Seven resamples, and the questions as they are.


def test_a_mean_by_the_general_bootstrap_is_the_same() -> None:
    values = np.linspace(0, 1, 40) ** 2
    general = bootstrap(lambda rows: float(values[rows].mean()), 40)
    mean = bootstrap_mean(values)
    assert (general.value, general.low, general.high) == pytest.approx(
        (mean.value, mean.low, mean.high)
    )


def test_resamples_that_say_nothing_are_passed_over() -> None:
    def only_with_the_first(rows: np.ndarray) -> float:
        return 1.0 if 0 in rows else float("nan")

    found = bootstrap(only_with_the_first, 3)
    assert (found.value, found.low, found.high) == (1, 1, 1)


def test_no_questions_no_value() -> None:
    assert isnan(bootstrap_mean([]).value)
    assert isnan(bootstrap(lambda rows: 1.0, 0).low)
    assert verdict(paired_difference([], [])) == "inside the noise"


def test_an_exact_permutation_test_by_hand() -> None:
    # All five signs agree: of the 32 ways to set them 2 are as extreme, p = 1/16.
    found = paired_difference([0] * 5, [1] * 5)
    assert found.difference == 1
    assert found.p == pytest.approx(2 / 32, abs=0.01)


@pytest.mark.parametrize(
    ("gained", "lost", "said"),
    [(30, 5, "better"), (5, 30, "worse"), (12, 10, "inside the noise"), (0, 0, "inside the noise")],
)
def test_verdict(gained: int, lost: int, said: str) -> None:
    before = [0] * gained + [1] * lost + [1] * 200
    after = [1] * gained + [0] * lost + [1] * 200
    assert verdict(paired_difference(before, after)) == said


def test_pairs_tell_what_means_hide() -> None:
    # A small gain on every question stands out, though the questions differ far more.
    before = np.linspace(0, 1, 60)
    assert verdict(paired_difference(before, before + 0.01)) == "better"


def test_no_true_difference_is_rarely_called_one() -> None:
    chance = np.random.default_rng(1)
    called = [
        verdict(
            paired_difference(chance.random(80) < 0.5, chance.random(80) < 0.5, permutations=500)
        )
        for _ in range(200)
    ]
    assert 0 < sum(said != "inside the noise" for said in called) <= 18


def test_p_and_interval_have_to_agree() -> None:
    assert verdict(PairedDifference(0.1, -0.01, 0.2, 0.01, 50)) == "inside the noise"
    assert verdict(PairedDifference(0.1, 0.01, 0.2, 0.06, 50)) == "inside the noise"
    assert verdict(PairedDifference(0.1, 0.01, 0.2, 0.04, 50)) == "better"


def test_runs_of_other_questions_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="2 and 3 questions"):
        paired_difference([0, 1], [0, 1, 1])


def test_the_basic_interval_holds_a_mean_of_absolute_values_that_drawing_pushes_up() -> None:
    """Of numbers around .3, the distance of the mean from .3: really 0, and 0 in the interval."""
    numbers = np.random.default_rng(2).normal(0.3, 1, 100)
    plain, basic = (
        bootstrap(lambda rows: abs(float(numbers[rows].mean()) - 0.3), 100, basic=basic)
        for basic in (False, True)
    )
    assert basic.value == plain.value
    assert basic.low == max(0.0, 2 * plain.value - plain.high)
    assert basic.high == 2 * plain.value - plain.low
    assert basic.low == 0 < plain.low
