"""Exports a trained network for the product, and for other programs.

    python -m training.export_reader NETWORK OUT
    python -m training.export_reader NETWORK OUT --spans-only

OUT/openvino holds the compiled network with all outputs in int8: token logits ``[1, 4, tokens]``
(start, end, item, evidence) and label logits ``[1, 4]`` (none, span, yes, no). OUT/huggingface is
a question-answering model that transformers loads. The former is shipped, and
what ``--reader`` names. With ``--spans-only``, OUT is what the product makes of a model that has no
other outputs, ``[1, 2, tokens]``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

import torch

from rag.errors import RagError
from rag.models.compile import (
    QUANTISATION,
    export_reader,
    quantise,
    reader_fingerprint,
    save_network,
)
from rag.models.reader import SpanReader
from rag.models.runtime import FILES, MODEL_FILE, TOKENIZER_FILE, weights_fingerprint, write_card
from training.network import HEADS_FILE, ReaderNetwork, load_network, takes_types

RECIPE = f"{QUANTISATION}; reader 2"
MAX_TOKENS = 384
OPENVINO, HUGGING_FACE = "openvino", "huggingface"
TOKEN_OUTPUTS = ("start", "end", "item", "evidence")
LABELS = ("none", "span", "yes", "no")


class _Compiled(torch.nn.Module):  # type: ignore[misc]
    """The network as it is compiled: one unpadded window, tokens last."""

    def __init__(self, network: ReaderNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Any, token_type_ids: Any) -> Any:
        tokens, label = self.network(input_ids, token_type_ids, torch.ones_like(input_ids))
        return tokens.transpose(1, 2), label


class _Untyped(_Compiled):
    """The same for a network that takes no token types."""

    def forward(self, input_ids: Any) -> Any:  # type: ignore[override]
        return super().forward(input_ids, torch.zeros_like(input_ids))


def export_network(folder: Path, out: Path, name: str) -> None:
    """Write the network in ``folder`` to ``out`` in both forms; ``name`` goes into its card.

    Raises ModelError when ``folder`` holds no question-answering model, or it cannot be compiled.
    """
    reader_fingerprint(folder)  # refuses what is no such folder, in one sentence
    network = load_network(folder).eval()
    typed = takes_types(network.spans.config)
    inputs = ("input_ids", "token_type_ids")[: 2 if typed else 1]
    ids = torch.arange(32).reshape(2, 16)
    wrapped = _Compiled(network) if typed else _Untyped(network)
    example = (ids, torch.zeros_like(ids))[: len(inputs)]
    compiled = quantise(wrapped, example, remedy="export another network")
    _rename(compiled, inputs)
    target = out / OPENVINO
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / TOKENIZER_FILE, target / TOKENIZER_FILE)
    save_network(compiled, target)
    card = {
        "recipe": RECIPE,
        "fingerprint": weights_fingerprint(folder),
        "max_tokens": MAX_TOKENS,
        "name": name,
        "token_outputs": TOKEN_OUTPUTS,
        "labels": LABELS,
        "prefixed": True,
    }
    write_card(target, card)
    plain = out / HUGGING_FACE
    plain.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name != HEADS_FILE:
            shutil.copyfile(path, plain / path.name)


def _rename(network: Any, inputs: tuple[str, ...]) -> None:
    """Name inputs and outputs, and number the rest: openvino counts on within a process."""
    network.set_friendly_name("reader")
    for number, operation in enumerate(network.get_ordered_ops()):
        operation.set_friendly_name(f"{operation.get_type_name()}_{number}")
    for port, name in zip(network.inputs, inputs, strict=True):
        port.get_node().set_friendly_name(name)
        port.get_tensor().set_names({name})
    for port, name in zip(network.outputs, ("tokens", "label"), strict=True):
        port.get_tensor().set_names({name})


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("network", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--name", default="minilm-l6-dateline")
    options.add_argument("--spans-only", action="store_true")
    given = options.parse_args()
    try:
        if given.spans_only:
            export_reader(given.network, given.out)
            reader = SpanReader(given.out, threads=1)
            print(f"{given.out}: {reader.name}, fingerprint {reader.fingerprint}")
            return
        export_network(given.network, given.out, given.name)
    except RagError as error:
        sys.exit(str(error))
    size = sum((given.out / OPENVINO / name).stat().st_size for name in FILES)
    fingerprint = weights_fingerprint(given.network)
    print(
        f"{given.out / OPENVINO / MODEL_FILE}: {given.name}, {size / 1e6:.1f} MB, "
        f"fingerprint {fingerprint}"
    )


if __name__ == "__main__":
    main()
