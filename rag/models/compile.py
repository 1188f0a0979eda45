"""Compiles embedders and readers: traced from torch, quantised to int8, written as a folder."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import ModelError
from rag.models.runtime import (
    CALIBRATION_FILE,
    CARD_FILE,
    FILES,
    MODEL_FILE,
    TOKENIZER_FILE,
    Runtime,
    import_openvino,
    weights_fingerprint,
    write_card,
)
from rag.models.windows import Windows

QUANTISATION = "openvino int8 asymmetric weights, dynamic activations"


def prepare_transformers() -> None:
    """Keep transformers offline and silent; to be called before it is first imported.

    Raises ImportError when it is not installed.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()


@contextlib.contextmanager
def draft_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder that can be renamed to ``folder``; what is left of it is removed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".tmp-", dir=folder.parent))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def quantise(network: Any, example: Sequence[Any], *, remedy: str) -> Any:
    """The openvino model of ``network``, traced on the tensors of ``example``, in int8.

    Raises ModelError, which ends with ``remedy``, when the network cannot be traced.
    """
    import torch

    openvino, nncf = import_openvino(), _import_nncf()
    try:
        with torch.no_grad(), warnings.catch_warnings(), _silence():
            warnings.simplefilter("ignore")
            traced = openvino.convert_model(network.eval(), example_input=tuple(example))
            return nncf.compress_weights(traced, mode=nncf.CompressWeightsMode.INT8_ASYM)
    except Exception as error:
        # Anything may come out of foreign model code.
        raise ModelError(
            f"The model cannot be compiled ({type(error).__name__}: {first_line(error)}); {remedy}."
        ) from error


def save_network(network: Any, folder: Path) -> None:
    """Write the openvino model ``network`` to ``folder``."""
    import_openvino().save_model(network, str(folder / MODEL_FILE), compress_to_fp16=False)


def first_line(error: BaseException) -> str:
    """The beginning of what a library says, fit for one sentence."""
    return next(iter(str(error).splitlines()), type(error).__name__)[:120]


def _import_nncf() -> Any:
    """nncf with its telemetry switched off; it draws tables and bars unless told not to."""
    os.environ["NNCF_CI"] = "1"
    try:
        with _silence():
            import nncf
    except ImportError as error:
        raise ModelError(
            "nncf is not installed, so the model cannot be compiled; run `pip install nncf`."
        ) from error
    nncf.set_log_level(logging.ERROR)
    return nncf


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


EMBEDDER_RECIPE = f"{QUANTISATION}; 1"
INSTEAD = "it runs by sentence-transformers instead"


def runtime_fingerprint(model: Path) -> str:
    """Hex SHA-256 of the weights together with the recipe that compiles them."""
    return hashlib.sha256(f"{weights_fingerprint(model)}\n{EMBEDDER_RECIPE}".encode()).hexdigest()


def load_sentence_transformer(model: Path, **model_kwargs: Any) -> Any:
    """The model by sentence-transformers, on the CPU, from local files only.

    Raises ModelError when sentence-transformers cannot read the folder.
    """
    try:
        prepare_transformers()
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelError(
            "sentence-transformers is not installed; run `pip install sentence-transformers`."
        ) from error
    try:
        return SentenceTransformer(
            str(model), device="cpu", local_files_only=True, model_kwargs=model_kwargs
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(
            f"sentence-transformers cannot load {str(model)!r} "
            f"({first_line(error)}); name a folder that it can."
        ) from error


def compile_embedder(model: Path, folder: Path) -> None:
    """Write the runtime of ``model`` into ``folder``, which appears complete or not at all.

    Raises ModelError when the model cannot be traced or has no fast tokenizer.
    """
    with _explain_embedder_failure(folder), draft_folder(folder) as draft:
        transformer = load_sentence_transformer(model, attn_implementation="eager")
        _write_embedder(transformer, draft)
        _write_tokenizer(model, draft)
        write_card(draft, _embedder_card(transformer, model))
        draft.rename(folder)


@contextlib.contextmanager
def _explain_embedder_failure(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if (folder / CARD_FILE).is_file():
            return  # another process has compiled the same model meanwhile
        raise ModelError(
            f"The compiled model cannot be written to {str(folder)!r} ({error.strerror}); "
            "free some space or choose another place with --models."
        ) from error


def _write_embedder(transformer: Any, draft: Path) -> None:
    import torch

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            vectors = self.transformer(features)["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, p=2, dim=1)

    ids = torch.arange(32).reshape(2, 16)
    network = quantise(Network(), (ids, torch.ones_like(ids)), remedy=INSTEAD)
    save_network(network, draft)


def _write_tokenizer(model: Path, draft: Path) -> None:
    tokenizer = model / TOKENIZER_FILE
    if not tokenizer.is_file():
        raise ModelError(f"{str(model)!r} has no {TOKENIZER_FILE}; {INSTEAD}.")
    shutil.copyfile(tokenizer, draft / TOKENIZER_FILE)


def _embedder_card(transformer: Any, model: Path) -> dict[str, Any]:
    return {
        "recipe": EMBEDDER_RECIPE,
        "fingerprint": runtime_fingerprint(model),
        "dim": int(transformer.get_embedding_dimension()),
        "max_tokens": int(transformer.max_seq_length),
        "prompts": {
            "query": transformer.prompts.get("query") or "",
            "passage": transformer.prompts.get("passage")
            or transformer.prompts.get("document")
            or "",
        },
    }


READER_RECIPE = f"{QUANTISATION}; span reader 1"
MAX_TOKENS = 384
_OTHER = "name the folder of a Hugging Face question-answering model on this disk"
_ANOTHER = "name a model of another architecture"


def reader_fingerprint(model: Path) -> str:
    """Hex SHA-256 of the weights together with the recipe that compiles them.

    Raises ModelError when ``model`` is not the folder of a question-answering model.
    """
    _check_folder(model)
    return hashlib.sha256(f"{weights_fingerprint(model)}\n{READER_RECIPE}".encode()).hexdigest()


def export_reader(hf_folder: Path, out: Path) -> None:
    """Write the runtime of the model in ``hf_folder`` to ``out``, replacing an older one.

    A ``calibration.json`` of ``hf_folder`` goes with it; other files of ``out`` stay. Whoever opens
    ``out`` while it is replaced, or after that was cut short, finds it damaged and never mixed: the
    card is moved last. The same folder gives the same bytes. Raises ModelError when the model
    cannot be compiled or ``out`` not written.
    """
    fingerprint = reader_fingerprint(hf_folder)
    with _explain_reader_failure(out), draft_folder(out) as draft:
        network = _load(hf_folder)
        limit = _max_tokens(network)
        shutil.copyfile(hf_folder / TOKENIZER_FILE, draft / TOKENIZER_FILE)
        Windows(draft / TOKENIZER_FILE, limit)
        _write_reader(network, draft)
        _try_out(draft, limit)
        card = {"recipe": READER_RECIPE, "fingerprint": fingerprint, "max_tokens": limit}
        write_card(draft, {**card, "name": hf_folder.resolve().name})
        if (hf_folder / CALIBRATION_FILE).is_file():
            shutil.copyfile(hf_folder / CALIBRATION_FILE, draft / CALIBRATION_FILE)
        out.mkdir(exist_ok=True)
        for name in (CALIBRATION_FILE, *FILES, CARD_FILE):
            if (draft / name).is_file():
                (draft / name).replace(out / name)


@contextlib.contextmanager
def _explain_reader_failure(out: Path) -> Iterator[None]:
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


def _write_reader(model: Any, draft: Path) -> None:
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
    network = quantise(Network(), example, remedy=_ANOTHER)
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
