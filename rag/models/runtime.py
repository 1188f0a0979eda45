"""The compiled runtime: token ids in, the network's output arrays out, without torch.

One text is one inference, unpadded: a row does not depend on what else is in its batch, so full
and incremental builds give the same bytes. Throughput comes from one stream per thread.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.compiled import MODEL_FILE, REMAKE

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
