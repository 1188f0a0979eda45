"""Mixing: every weight lies where its share says, between those of the two readers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForQuestionAnswering, BertConfig, BertForQuestionAnswering

from training.mix_readers import mix


def reader(folder: Path, seed: int, layers: int = 1) -> Path:
    torch.manual_seed(seed)
    shape = BertConfig(
        vocab_size=20,
        hidden_size=8,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=16,
    )
    BertForQuestionAnswering(shape).save_pretrained(folder)
    (folder / "tokenizer.json").write_text(f"{seed}", "utf-8")
    return folder


def head(folder: Path) -> list[list[float]]:
    weights = AutoModelForQuestionAnswering.from_pretrained(folder).qa_outputs.weight
    values: list[list[float]] = weights.tolist()
    return values


def test_weights_lie_between_both(tmp_path: Path) -> None:
    one, other = reader(tmp_path / "one", 1), reader(tmp_path / "other", 2)
    mix(one, other, tmp_path / "out", 0.75)
    for mixed, a, b in zip(head(tmp_path / "out"), head(one), head(other), strict=True):
        assert mixed == pytest.approx([x / 4 + 3 * y / 4 for x, y in zip(a, b, strict=True)])
    assert (tmp_path / "out" / "tokenizer.json").read_text("utf-8") == "1"


@pytest.mark.parametrize(("share", "layers"), [(1.5, 1), (0.5, 2)])
def test_what_cannot_be_mixed_is_refused(tmp_path: Path, share: float, layers: int) -> None:
    one, other = reader(tmp_path / "one", 1), reader(tmp_path / "other", 2, layers)
    with pytest.raises(ValueError, match="share" if share > 1 else "one shape"):
        mix(one, other, tmp_path / "out", share)
