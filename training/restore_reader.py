"""The shipped reader in, its weights as a Hugging Face folder in fp32 out.

    python -m training.restore_reader OUT

A training can go on from it (``train_reader --start OUT``), and other systems can read with the
same weights (``python -m evals bench DATA --reader OUT``). Values are those that int8 stands for,
so exporting OUT again gives almost the same network.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rag.models.reader import SHIPPED
from rag.models.runtime import MODEL_FILE, TOKENIZER_FILE, default_model, import_openvino
from training.network import ReaderNetwork, save_network

# The order in which a BERT network uses its parameters, which is that of the compiled one.
_EMBEDDINGS = ("word_embeddings", "token_type_embeddings", "position_embeddings", "LayerNorm")
_LAYER = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "attention.output.LayerNorm",
    "intermediate.dense",
    "output.dense",
    "output.LayerNorm",
)

_HEADS = ("label_hidden", "label", "spans.qa_outputs", "marks")

Array = NDArray[np.float32]


def restore(compiled: Path, out: Path) -> None:
    """Write the weights in ``compiled`` to ``out``, a folder that ``train_reader`` starts from.

    Raises ValueError when the network is not one of the default model's shape.
    """
    from transformers import AutoModelForQuestionAnswering

    backbone = default_model()
    spans = AutoModelForQuestionAnswering.from_pretrained(backbone, local_files_only=True)
    network = ReaderNetwork(spans)
    wanted = network.state_dict()
    names = list(_names(spans.config.num_hidden_layers, wanted))
    found = list(_parameters(compiled))
    shapes = [tuple(wanted[name].shape) for name in names]
    if [values.shape for values in found] != shapes:
        raise ValueError(f"{str(compiled)!r} holds another network than the default model's.")
    for name, values in zip(names, found, strict=True):
        wanted[name].copy_(torch.tensor(values))
    out.mkdir(parents=True, exist_ok=True)
    save_network(network, out, (compiled / TOKENIZER_FILE).read_bytes())


def _names(layers: int, known: dict[str, Any]) -> Iterator[str]:
    """The names of all parameters in the order of their use."""
    parts = [f"spans.bert.embeddings.{part}" for part in _EMBEDDINGS]
    parts += [f"spans.bert.encoder.layer.{i}.{part}" for i in range(layers) for part in _LAYER]
    for part in (*parts, *_HEADS):
        for name in (f"{part}.weight", f"{part}.bias"):
            if name in known:
                yield name


def _parameters(compiled: Path) -> Iterator[Array]:
    """Every parameter of the network in the order of its use: int8 ones as what they stand for."""
    network = import_openvino().Core().read_model(str(compiled / MODEL_FILE))
    constants = [
        op.get_data() for op in network.get_ordered_ops() if op.get_type_name() == "Constant"
    ]
    weights = iter([values for values in constants if values.dtype != np.int64])
    for values in weights:
        if values.dtype == np.uint8:
            zero, scale = next(weights), next(weights)
            yield (values.astype(np.float32) - zero.astype(np.float32)) * scale.astype(np.float32)
        elif values.dtype == np.float32 and values.size > 1:
            yield values.reshape(-1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("out", type=Path)
    options.add_argument("--compiled", type=Path, default=SHIPPED)
    chosen = options.parse_args()
    restore(chosen.compiled, chosen.out)
    print(f"{chosen.out}: the weights of {chosen.compiled}")


if __name__ == "__main__":
    main()
