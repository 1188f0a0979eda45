"""The loss by hand."""

from __future__ import annotations

import math

import pytest
import torch

from training.examples import Example
from training.loss import collate, span_loss
from training.settings import read_recipe


def example(answers: tuple[tuple[int, int], ...], group: int, length: int = 6) -> Example:
    return Example(tuple(range(length)), 3, answers, group)


def logits(*rows: list[float]) -> torch.Tensor:
    """Start and end logits that are the same, padded to the width of a batch."""
    wide = torch.full((len(rows), 16), 9.0)
    for i, row in enumerate(rows):
        wide[i, : len(row)] = torch.tensor(row)
    return torch.stack((wide, wide), dim=-1)


def test_only_cls_and_the_context_compete() -> None:
    batch = collate([example(((3, 4),), 0)], "cpu")
    scores = logits([1.0, 50.0, 50.0, 2.0, 3.0, 50.0])
    whole = math.log(math.exp(1) + math.exp(2) + math.exp(3))
    expected = ((whole - 2) + (whole - 3)) / 2
    assert float(span_loss(scores, batch, 0.0)) == pytest.approx(expected, rel=1e-4)


def test_without_an_answer_cls_is_right() -> None:
    batch = collate([example((), 0)], "cpu")
    scores = logits([5.0, 0.0, 0.0, 1.0, 1.0, 0.0])
    expected = math.log(math.exp(5) + 2 * math.exp(1)) - 5
    assert float(span_loss(scores, batch, 1.0)) == pytest.approx(expected, rel=1e-4)


def test_any_right_place_counts() -> None:
    batch = collate([example(((3, 3), (4, 4)), 0)], "cpu")
    scores = logits([-100.0, 0.0, 0.0, 2.0, 2.0, 0.0])
    assert float(span_loss(scores, batch, 0.0)) == pytest.approx(0.0, abs=1e-4)


def test_passages_of_a_question_share_a_softmax() -> None:
    batch = collate([example(((3, 3),), 0), example((), 0)], "cpu")
    scores = logits([-100.0, 0.0, 0.0, 2.0, 0.0, 0.0], [100.0, 0.0, 0.0, 4.0, 1.0, 0.0])
    alone = float(span_loss(scores, batch, 0.0))
    together = float(span_loss(scores, batch, 1.0))
    whole = math.log(sum(math.exp(score) for score in (2.0, 0.0, 4.0, 1.0)))
    assert together - alone == pytest.approx((whole - 2.0) / 2, rel=1e-4)


def test_the_rate_rises_stays_and_falls() -> None:
    schedule = read_recipe().schedule
    rates = [schedule.rate_at(step) for step in range(schedule.steps)]
    assert max(rates) == schedule.rate
    assert rates[0] < schedule.rate / 10
    assert rates[schedule.steps // 2] == schedule.rate
    assert 0 < rates[-1] < schedule.rate / 100
