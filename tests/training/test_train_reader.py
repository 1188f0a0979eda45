"""A training of a few steps: it learns, and goes on after a break as if there had been none."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from rag.models.runtime import default_model
from training.examples import Example
from training.settings import read_recipe
from training.train_reader import STATE, Training


@pytest.fixture
def batch() -> list[Example]:
    ids = (101, 2040, 2003, 1029, 102, 8149, 2626, 1996, 2034, 2565, 1012, 102)
    return [Example(ids, 5, ((5, 5),), 0), Example(ids[:5] + ids[6:], 5, (), 1)]


def weights(training: Training) -> list[torch.Tensor]:
    return [*training.network.parameters(), *training.average.parameters()]


def test_going_on_is_as_if_there_had_been_no_break(tmp_path: Path, batch: list[Example]) -> None:
    straight = Training(read_recipe(), default_model(), "cpu")
    losses = [straight.learn(batch) for _ in range(3)]
    straight.save(tmp_path / STATE)
    resumed = Training(read_recipe(), default_model(), "cpu")
    resumed.resume(tmp_path / STATE)
    assert resumed.step == 3
    assert straight.learn(batch) == resumed.learn(batch) < losses[0]
    for one, other in zip(weights(straight), weights(resumed), strict=True):
        assert torch.equal(one, other)


def test_a_killed_save_leaves_the_one_before(
    tmp_path: Path, batch: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(read_recipe(), default_model(), "cpu")
    training.save(tmp_path / STATE)
    training.learn(batch)

    def killed(state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        training.save(tmp_path / STATE)
    again = Training(read_recipe(), default_model(), "cpu")
    again.resume(tmp_path / STATE)
    assert again.step == 0
