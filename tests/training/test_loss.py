"""Losses against slow, plain ones; what is masked teaches nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from training.examples import Example
from training.loss import Batch, collate, losses
from training.sources import Label

IDS = (101, 2040, 102, 8149, 2626, 1996, 2034, 102)
PLACES = range(3, 7)


def example(group: int, *spans: tuple[int, int], **more: object) -> Example:
    label = Label.SPAN if spans else Label.NONE
    made = Example(IDS, 3, 3, 0, group, label, spans, None, None, 1.0)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def batch() -> Batch:
    examples = [example(4, (3, 4), (6, 6)), example(4), example(4, (5, 5), weight=0.5), example(9)]
    return collate(examples)


def outputs(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return torch.randn(count, 16, 4) * 3, torch.randn(count, 4)


def test_span_losses_are_those_of_the_slow_way(batch: Batch) -> None:
    tokens, label = outputs(4)
    made = losses(tokens, label, batch)
    rights = [[{3, 6}, {4, 6}], [{0}, {0}], [{5}, {5}], [{0}, {0}]]
    alone = shared = 0.0
    for place in (0, 1):
        e = [[math.exp(tokens[k, t, place].item()) for t in range(16)] for k in range(4)]
        for k, right in enumerate(rights):
            whole = e[k][0] + sum(e[k][t] for t in PLACES)
            gold = sum(e[k][t] for t in right[place])
            alone += (0.5 if k == 2 else 1.0) * math.log(whole / gold) / 2
        whole = sum(e[k][t] for k in range(3) for t in PLACES)
        gold = sum(e[k][t] for k in range(3) for t in rights[k][place] - {0})
        shared += math.log(whole / gold) / 2
    assert made["span"].item() == pytest.approx(alone, rel=1e-4)
    assert made["shared"].item() == pytest.approx(shared, rel=1e-4)


def test_a_question_without_any_answer_has_no_shared_loss() -> None:
    tokens, label = outputs(3)
    assert losses(tokens, label, collate([example(1), example(1), example(2)]))["shared"] == 0.0


def test_an_example_with_everything_masked_has_no_gradient() -> None:
    masked = example(1, label=None, spans=None)
    tokens, label = (one.requires_grad_() for one in outputs(2))
    parts = losses(tokens, label, collate([example(0, (3, 3), items=((3, 3),)), masked]))
    sum(parts.values()).backward()  # type: ignore[union-attr]
    assert tokens.grad is not None
    assert label.grad is not None
    assert tokens.grad[0].abs().sum() > 0
    assert label.grad[0].abs().sum() > 0
    assert tokens.grad[1].abs().sum() == 0
    assert label.grad[1].abs().sum() == 0


def test_marks_are_learnt_in_the_passage_alone() -> None:
    tokens, label = outputs(1)
    marked = example(0, spans=None, items=((4, 5),), evidence=())
    parts = losses(tokens, label, collate([marked]))
    slow = [0.0, 0.0]
    for place in PLACES:
        for k, right in enumerate((place in (4, 5), False)):
            p = 1 / (1 + math.exp(-tokens[0, place, 2 + k].item()))
            slow[k] -= math.log(p if right else 1 - p) / len(PLACES)
    assert parts["items"].item() == pytest.approx(slow[0], rel=1e-4)
    assert parts["evidence"].item() == pytest.approx(slow[1], rel=1e-4)
