"""Compiling a reader: a Hugging Face question-answering folder in, a runtime folder out."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import ModelError
from rag.models.compiled import CARD_FILE, FILES, TOKENIZER_FILE, write_card
from rag.models.compiler import (
    QUANTISATION,
    draft_beside,
    first_line,
    prepare_transformers,
    quantised,
    save_network,
)
from rag.models.runtime import Runtime
from rag.models.span_windows import Windows
from rag.models.weights import weights_fingerprint

RECIPE = f"{QUANTISATION}; span reader 1"
MAX_TOKENS = 384
_OTHER = "name the folder of a Hugging Face question-answering model on this disk"
_ANOTHER = "name a model of another architecture"


def reader_fingerprint(model: Path) -> str:
    """Hex SHA-256 of the weights together with the recipe that compiles them.

    Raises ModelError when ``model`` is not the folder of a question-answering model.
    """
    _check_folder(model)
    return hashlib.sha256(f"{weights_fingerprint(model)}\n{RECIPE}".encode()).hexdigest()


def export_reader(hf_folder: Path, out: Path) -> None:
    """Write the runtime of the model in ``hf_folder`` to ``out``, replacing an older one.

    Other files of ``out`` stay. Whoever opens ``out`` while it is replaced, or after that was cut
    short, finds it damaged and never mixed: the card is moved last. The same folder gives the same
    bytes. Raises ModelError when the model cannot be compiled or ``out`` not written.
    """
    fingerprint = reader_fingerprint(hf_folder)
    with _explained(out), draft_beside(out) as draft:
        network = _load(hf_folder)
        limit = _max_tokens(network)
        shutil.copyfile(hf_folder / TOKENIZER_FILE, draft / TOKENIZER_FILE)
        Windows(draft / TOKENIZER_FILE, limit)
        _write_network(network, draft)
        _try_out(draft, limit)
        card = {"recipe": RECIPE, "fingerprint": fingerprint, "max_tokens": limit}
        write_card(draft, {**card, "name": hf_folder.resolve().name})
        out.mkdir(exist_ok=True)
        for name in (*FILES, CARD_FILE):
            (draft / name).replace(out / name)


@contextlib.contextmanager
def _explained(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"The compiled reader cannot be written to {str(out)!r} ({error.strerror}); "
            "free some space or choose another place."
        ) from error


def _check_folder(model: Path) -> None:
    kinds = _architectures(model)
    if not any(kind.endswith("ForQuestionAnswering") for kind in kinds):
        raise ModelError(
            f"{str(model)!r} holds no question-answering model but "
            f"{', '.join(kinds) or 'one of unknown kind'}; {_OTHER}."
        )
    if not any(model.glob("*.safetensors")):
        raise ModelError(
            f"{str(model)!r} has no .safetensors weights; pickled weights are not loaded, "
            "save the model again with safe serialization."
        )
    if not (model / TOKENIZER_FILE).is_file():
        raise ModelError(
            f"{str(model)!r} has no {TOKENIZER_FILE}; save the model's fast tokenizer with it."
        )


def _architectures(model: Path) -> list[str]:
    try:
        named = json.loads((model / "config.json").read_text("utf-8"))["architectures"]
    except OSError as error:
        raise ModelError(
            f"{str(model)!r} is not a model folder (it has no config.json); {_OTHER}."
        ) from error
    except (ValueError, KeyError, TypeError):
        return []
    return [str(name) for name in named] if isinstance(named, list) else []


def _load(model: Path) -> Any:
    """The model by transformers, from local safetensors only, running none of the folder's code."""
    try:
        prepare_transformers()
        from transformers import AutoModelForQuestionAnswering
    except ImportError as error:
        raise ModelError(
            "transformers is not installed; run `pip install transformers`."
        ) from error
    try:
        network, report = AutoModelForQuestionAnswering.from_pretrained(
            str(model),
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            attn_implementation="eager",
            dtype="float32",
            output_loading_info=True,
        )
    except Exception as error:
        # Configurations and weights of any origin meet many libraries here.
        raise ModelError(
            f"transformers cannot load {str(model)!r} ({first_line(error)}); {_OTHER}."
        ) from error
    if report["missing_keys"]:
        raise ModelError(
            f"The weights in {str(model)!r} are incomplete: {min(report['missing_keys'])} is "
            "missing; save the model again after training it to answer questions."
        )
    return network


def _max_tokens(network: Any) -> int:
    """``MAX_TOKENS``, or fewer if the position table is shorter; RoBERTa's begins with padding."""
    embeddings = getattr(network.base_model, "embeddings", None)
    table = getattr(embeddings, "position_embeddings", None)
    if table is None:
        return MAX_TOKENS
    unused = 0 if table.padding_idx is None else int(table.padding_idx) + 1
    return min(MAX_TOKENS, int(table.num_embeddings) - unused)


def _write_network(model: Any, draft: Path) -> None:
    """Store the network that takes one unpadded window and gives ``[batch, 2, tokens]`` logits.

    It takes token types only where the model tells them apart. Without padding there is no mask.
    """
    import torch

    typed = int(getattr(model.config, "type_vocab_size", None) or 0) > 1
    names = ("input_ids", "token_type_ids") if typed else ("input_ids",)

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: Any) -> Any:
            outputs = self.model(**dict(zip(names, inputs, strict=True)))
            return torch.stack((outputs.start_logits, outputs.end_logits), dim=1)

    ids = torch.arange(32).reshape(2, 16)
    example = (ids, torch.zeros_like(ids))[: len(names)]
    network = quantised(Network(), example, remedy=_ANOTHER)
    _rename(network, names)
    save_network(network, draft)


def _try_out(folder: Path, limit: int) -> None:
    """Run the network at other lengths than that of the example, which some get stuck to.

    Raises ModelError when it fails or gives no finite logits.
    """
    runtime = Runtime(folder, threads=1)
    for length in (limit // 2 + 1, limit):
        try:
            sound = _gives_logits(runtime, length)
        except RuntimeError:
            sound = False
        if not sound:
            raise ModelError(
                f"The model cannot be compiled (it fails on a window of {length} tokens); "
                f"{_ANOTHER}."
            )


def _gives_logits(runtime: Runtime, length: int) -> bool:
    ids = np.arange(length, dtype=np.int64) % 32
    sound: list[bool] = []

    def store(_: int, outputs: list[Any]) -> None:
        sound.append(outputs[0].shape == (1, 2, length) and bool(np.isfinite(outputs[0]).all()))

    runtime.run([(ids, np.zeros_like(ids))[: len(runtime.inputs)]], store)
    return sound == [True]


def _rename(network: Any, inputs: Sequence[str]) -> None:
    """Name the inputs, and number the rest: openvino counts on as long as the process lives."""
    network.set_friendly_name("reader")
    for number, operation in enumerate(network.get_ordered_ops()):
        operation.set_friendly_name(f"{operation.get_type_name()}_{number}")
    for port, name in zip(network.inputs, inputs, strict=True):
        port.get_node().set_friendly_name(name)
        port.get_tensor().set_names({name})
