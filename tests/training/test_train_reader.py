"""A training of a few steps: it learns, goes on after a break, and ends with a decay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training.examples import Example
from training.network import ReaderNetwork, load_network, save_network
from training.recipe import read_recipe
from training.sources import Label
from training.train_reader import STATE, Training

IDS = (101, 2040, 2003, 1029, 102, 8149, 2626, 1996, 2034, 2565, 1012, 102)


@pytest.fixture
def batch() -> list[Example]:
    span = ((5, 5),)
    return [
        Example(IDS, 5, 5, 0, 0, Label.SPAN, span, span, span, 1.0),
        Example(IDS[:5] + IDS[6:], 5, 5, 0, 1, Label.NONE, (), (), (), 1.0),
    ]


def weights(training: Training) -> list[torch.Tensor]:
    networks: tuple[ReaderNetwork, ...] = (training.network, training.master, training.average)
    return [parameter for network in networks for parameter in network.parameters()]


def test_going_on_is_as_if_there_had_been_no_break(
    tmp_path: Path, tiny: Path, batch: list[Example]
) -> None:
    quick = replace(read_recipe(), warmup=1, rate=3e-3)
    straight = Training(quick, tiny)
    losses = [straight.learn(batch) for _ in range(3)]
    straight.save(tmp_path / STATE)
    resumed = Training(quick, tiny)
    resumed.resume(tmp_path / STATE)
    assert resumed.step == 3
    assert straight.learn(batch) == resumed.learn(batch)
    assert sum(losses[2].values()) < sum(losses[0].values())
    for one, other in zip(weights(straight), weights(resumed), strict=True):
        assert torch.equal(one, other)


def test_a_killed_save_leaves_the_one_before(
    tmp_path: Path, tiny: Path, batch: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(read_recipe(), tiny)
    training.save(tmp_path / STATE)
    training.learn(batch)

    def killed(state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        training.save(tmp_path / STATE)
    again = Training(read_recipe(), tiny)
    again.resume(tmp_path / STATE)
    assert again.step == 0


def test_the_rate_rises_stays_and_falls_once_told_to() -> None:
    recipe = replace(read_recipe(), warmup=4, decay=10)
    assert [recipe.rate_at(step, None) for step in (0, 1, 3, 99)] == [0.25, 0.5, 1.0, 1.0]
    falling = [recipe.rate_at(step, 99) for step in (99, 104, 109, 120)]
    assert falling == [1.0, 0.5, 0.0, 0.0]


def test_a_decay_ends(tiny: Path, batch: list[Example]) -> None:
    training = Training(replace(read_recipe(), decay=2), tiny)
    training.decay_from = 0
    training.learn(batch)
    assert not training.done
    training.learn(batch)
    assert training.done


def test_a_saved_network_is_loaded_with_all_its_heads(tmp_path: Path, tiny: Path) -> None:
    network = load_network(tiny)
    save_network(network, tmp_path, b"{}")
    again = load_network(tmp_path)
    for (name, one), other in zip(
        network.state_dict().items(), again.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other), name
