"""Risk, coverage and calibration against their definitions."""

from __future__ import annotations

import random
from itertools import pairwise
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.abstention import (
    aurc,
    auroc,
    coverage_at,
    equal_mass_bins,
    expected_calibration_error,
    refused_at,
    reliability_bins,
    risk_coverage,
)

ROWS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.35, 0.5, 0.8, 1.0]), st.booleans()), min_size=1
)


def test_risk_coverage_by_hand() -> None:
    curve = risk_coverage([0.2, 0.9, 0.5, 0.7], [0, 1, 1, 0])
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.risk == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert aurc([0.2, 0.9, 0.5, 0.7], [0, 1, 1, 0]) == pytest.approx(
        (0 + 1 / 2 + 1 / 3 + 1 / 2) / 4
    )


def test_equally_sure_answers_share_their_risk() -> None:
    # The expected risks of a random order of one right and one wrong answer: 1/2, then 1/2.
    curve = risk_coverage([0.5, 0.5], [1, 0])
    assert curve.risk.tolist() == [0.5, 0.5]
    assert curve.reachable.tolist() == [False, True]


@given(ROWS, st.randoms())
def test_the_order_of_the_questions_does_not_matter(
    rows: list[tuple[float, bool]], chance: random.Random
) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)
    values = [
        [aurc(*columns), coverage_at(*columns, 0.8), auroc(*columns)]
        for columns in (tuple(zip(*part, strict=True)) for part in (rows, mixed))
    ]
    assert np.allclose(values[0], values[1], equal_nan=True)


def test_coverage_at_an_accuracy() -> None:
    sure, right = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [1, 1, 1, 1, 0, 0]
    assert coverage_at(sure, right, 0.8) == pytest.approx(5 / 6)
    assert coverage_at(sure, right, 0.9) == pytest.approx(4 / 6)
    assert coverage_at([0.9, 0.8], [0, 0], 0.8) == 0


def test_no_threshold_splits_equally_sure_answers() -> None:
    assert coverage_at([0.9, 0.5, 0.5], [1, 1, 0], 0.9) == pytest.approx(1 / 3)
    # After four right ones, one of the next two would be at .9: but none can be had alone.
    assert coverage_at([0.9] * 4 + [0.5] * 2, [1, 1, 1, 1, 1, 0], 0.9) == pytest.approx(4 / 6)


def test_refused_at_false_refusals() -> None:
    answerable = [0.1, *[0.5 + i / 100 for i in range(19)]]
    sure = [*answerable, 0.05, 0.3, 0.49, 0.7]
    can = [1] * 20 + [0] * 4
    # One of the 20 may be refused, so the threshold is the second lowest, 0.5.
    assert refused_at(sure, can) == 3 / 4
    assert refused_at(sure, can, 0.0) == 1 / 4
    assert refused_at(sure, can, 1.0) == 1


@given(ROWS.filter(lambda rows: len({can for _, can in rows}) == 2), st.floats(0, 1))
def test_refused_at_is_the_best_threshold_that_keeps_the_bound(
    rows: list[tuple[float, bool]], bound: float
) -> None:
    sure, can = (np.array(column) for column in zip(*rows, strict=True))
    allowed = [
        float((sure[~can] < threshold).mean())
        for threshold in (*sure, 2.0)
        if (sure[can] < threshold).mean() <= bound + 1e-9
    ]
    assert refused_at(sure, can, bound) == max(allowed, default=0.0)


@given(ROWS.filter(lambda rows: len({right for _, right in rows}) == 2))
def test_auroc_is_the_share_of_pairs_in_order(rows: list[tuple[float, bool]]) -> None:
    pairs = [
        (one > other) + (one == other) / 2
        for one, right in rows
        if right
        for other, wrong in rows
        if not wrong
    ]
    sure, right = zip(*rows, strict=True)
    assert auroc(sure, right) == pytest.approx(sum(pairs) / len(pairs))


def test_reliability_bins_by_hand() -> None:
    bins = reliability_bins([0.05, 0.1, 0.15, 1.0], [0, 1, 0, 1])
    assert [part.count for part in bins] == [1, 2, 0, 0, 0, 0, 0, 0, 0, 1]
    assert (bins[1].low, bins[1].high) == (0.1, 0.2)
    assert bins[1].confidence == pytest.approx(0.125)
    assert bins[1].accuracy == 0.5
    assert isnan(bins[2].accuracy)
    # (1 * |0 - .05| + 2 * |.5 - .125| + 1 * |1 - 1|) / 4
    assert expected_calibration_error(bins) == pytest.approx((0.05 + 2 * 0.375) / 4)


def test_equal_mass_bins_by_hand() -> None:
    bins = equal_mass_bins([0.1, 0.2, 0.3, 0.8, 0.9, 1.0], [0, 0, 1, 1, 1, 1], bins=3)
    assert [(part.low, part.high, part.count) for part in bins] == [
        (0.1, 0.2, 2),
        (0.3, 0.8, 2),
        (0.9, 1.0, 2),
    ]
    assert expected_calibration_error(bins) == pytest.approx((0.15 + 0.45 + 0.05) / 3)


@given(ROWS, st.integers(1, 12))
def test_bins_hold_every_answer_once(rows: list[tuple[float, bool]], bins: int) -> None:
    sure, right = zip(*rows, strict=True)
    equal_mass = equal_mass_bins(sure, right, bins)
    for parts in (reliability_bins(sure, right, bins), equal_mass):
        assert sum(part.count for part in parts) == len(rows)
        assert 0 <= expected_calibration_error(parts) <= 1
    assert all(one.high < other.low for one, other in pairwise(equal_mass))


def test_a_confidence_is_a_probability() -> None:
    with pytest.raises(ValueError, match="outside"):
        reliability_bins([1.2], [1])
    with pytest.raises(ValueError, match="outside"):
        equal_mass_bins([float("nan")], [1])


def test_nothing_can_be_said_of_nothing() -> None:
    values = [aurc([], []), coverage_at([], [], 0.8), auroc([0.5], [1]), refused_at([0.5], [1])]
    assert all(isnan(value) for value in values)
    assert isnan(expected_calibration_error(reliability_bins([], [])))


def test_one_value_a_question() -> None:
    with pytest.raises(ValueError, match="one value a question"):
        aurc([0.5, 0.6], [1])
