"""Compiling the embedder: a folder of sentence-transformers weights in, a runtime folder out.

The model is traced once, with its pooling and normalisation.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.errors import ModelError
from rag.models.compiled import CARD_FILE, TOKENIZER_FILE, write_card
from rag.models.compiler import (
    QUANTISATION,
    draft_beside,
    first_line,
    prepare_transformers,
    quantised,
    save_network,
)
from rag.models.weights import weights_fingerprint

RECIPE = f"{QUANTISATION}; 1"
INSTEAD = "it runs by sentence-transformers instead"


def runtime_fingerprint(model: Path) -> str:
    """Hex SHA-256 of the weights together with the recipe that compiles them."""
    return hashlib.sha256(f"{weights_fingerprint(model)}\n{RECIPE}".encode()).hexdigest()


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


def compile_model(model: Path, folder: Path) -> None:
    """Write the runtime of ``model`` into ``folder``, which appears complete or not at all.

    Raises ModelError when the model cannot be traced or has no fast tokenizer.
    """
    with _explained(folder), draft_beside(folder) as draft:
        transformer = load_sentence_transformer(model, attn_implementation="eager")
        _write_network(transformer, draft)
        _write_tokenizer(model, draft)
        write_card(draft, _card(transformer, model))
        draft.rename(folder)


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if (folder / CARD_FILE).is_file():
            return  # another process has compiled the same model meanwhile
        raise ModelError(
            f"The compiled model cannot be written to {str(folder)!r} ({error.strerror}); "
            "free some space or choose another place with --models."
        ) from error


def _write_network(transformer: Any, draft: Path) -> None:
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
    network = quantised(Network(), (ids, torch.ones_like(ids)), remedy=INSTEAD)
    save_network(network, draft)


def _write_tokenizer(model: Path, draft: Path) -> None:
    tokenizer = model / TOKENIZER_FILE
    if not tokenizer.is_file():
        raise ModelError(f"{str(model)!r} has no {TOKENIZER_FILE}; {INSTEAD}.")
    shutil.copyfile(tokenizer, draft / TOKENIZER_FILE)


def _card(transformer: Any, model: Path) -> dict[str, Any]:
    return {
        "recipe": RECIPE,
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
