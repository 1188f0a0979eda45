"""Restoring: what the shipped reader says, the restored weights say too, in fp32."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import pytest
import torch

from rag.models.reader import SHIPPED, SpanReader
from training.compare_reader import passage_of, torch_reader
from training.export_reader import OPENVINO, export_network
from training.network import load_network
from training.restore_reader import restore

TEXT = (
    "Prime Minister Shehbaz Sharif met Iranian President Masoud Pezeshkian on the sidelines of the "
    "11th D-8 Summit in Cairo. He also congratulated Iran on its accession to BRICS."
)


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("restored")
    restore(SHIPPED, folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("question", ["Where did they meet?", "What did he congratulate Iran on?"])
def test_the_restored_weights_read_alike(restored: Path, question: str) -> None:
    [ours] = SpanReader(SHIPPED, threads=1).read(question, [passage_of(TEXT)])
    [theirs] = torch_reader(restored, SHIPPED, 1).read(question, [passage_of(TEXT)])
    assert theirs.spans[0].score == pytest.approx(ours.spans[0].score, abs=0.3)
    assert theirs.null_score == pytest.approx(ours.null_score, abs=0.3)
    assert (theirs.spans[0].start, theirs.spans[0].end) == (ours.spans[0].start, ours.spans[0].end)


@pytest.mark.slow
def test_a_training_goes_on_from_them(restored: Path) -> None:
    """A head that is missing in the folder would be drawn anew each time."""
    one, other = (load_network(restored).state_dict() for _ in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_every_output_is_restored(restored: Path, tmp_path: Path) -> None:
    export_network(restored, tmp_path, "again")
    readers = (SpanReader(SHIPPED, threads=1), SpanReader(tmp_path / OPENVINO, threads=1))
    ours, theirs = (reader.read("Who met?", [passage_of(TEXT)])[0] for reader in readers)
    assert ours.labels is not None
    assert theirs.labels is not None
    assert astuple(theirs.labels) == pytest.approx(astuple(ours.labels), abs=0.02)
    for one, other in zip(ours.evidence, theirs.evidence, strict=True):
        assert other.score == pytest.approx(one.score, abs=0.02)


def test_another_network_is_refused(tmp_path: Path) -> None:
    import numpy as np
    from openvino import Model, opset13, save_model

    given = opset13.parameter([1, 4], np.float32)
    save_model(Model([opset13.relu(given)], [given]), str(tmp_path / "model.xml"))
    with pytest.raises(ValueError, match="another network"):
        restore(tmp_path, tmp_path / "out")
