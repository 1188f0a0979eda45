"""The protocol of a worker: one line of JSON for a request, one for its reply.

Only the standard library is used, since the Python of every system's environment runs this.

A request is ``{"do": "build" | "open" | "search" | "ask" | "versions" | "memory", …}`` with the
arguments of the method of that name; a reply is ``{"result": …, "seconds": …}`` or ``{"error":
"…"}``. The seconds are those of the method alone, by the clock of the worker.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, Self, TextIO

PASSAGES, VECTORS = "passages.jsonl", "vectors.npy"


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What every system is given. ``reader`` is empty where it has none; ``models`` is Dateline's.

    ``model`` is a folder of sentence-transformers weights, ``reader`` one of Hugging Face weights
    for extractive question answering, ``models`` where compiled models are kept.
    """

    model: str
    reader: str
    models: str
    threads: int


@dataclass(frozen=True, slots=True)
class CorpusPassage:
    """A passage of an article; ``id`` is unique among passages."""

    id: str
    article: str
    text: str


@dataclass(frozen=True, slots=True)
class BuildCost:
    """Passages indexed; of the build's seconds, those for loading the model and embedding."""

    passages: int
    embedding_seconds: float


class SearchSystem(Protocol):
    """One system. ``packages`` are those whose versions tell which system it was.

    ``build`` indexes the corpus in a folder and keeps the index in another; ``open`` readies it
    for questions. ``search`` gives the article ids of the best ``top_k`` passages, best first, and
    ``ask`` the words of the answer, empty for none, out of as many passages.
    """

    packages: tuple[str, ...]

    def build(self, corpus: str, index: str) -> BuildCost: ...

    def open(self, index: str) -> None: ...

    def search(self, question: str, top_k: int) -> list[str]: ...

    def ask(self, question: str, top_k: int) -> str: ...


class Stopwatch:
    """Adds up the seconds spent inside its ``with`` blocks."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._started


def read_passages(corpus: str) -> Iterator[CorpusPassage]:
    """The passages of the corpus in a folder, in the order of its vectors."""
    with (Path(corpus) / PASSAGES).open(encoding="utf-8") as lines:
        for line in lines:
            yield CorpusPassage(**json.loads(line))


def vectors_file(corpus: str) -> Path | None:
    """float32 [passages, dim] of length 1 as ``numpy.save`` writes it, where they are given."""
    path = Path(corpus) / VECTORS
    return path if path.exists() else None


def peak_mb() -> float:
    """The most memory that this process has held, in MB of 1,000,000 bytes.

    Not ``ru_maxrss``, which a process takes over from the one that started it.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def main(make: Callable[[WorkerSettings], SearchSystem], arguments: Sequence[str]) -> None:
    """Serve the system made with the settings in ``arguments[1]`` until there is no more input."""
    replies = _private_stdout()
    serve(make(WorkerSettings(**json.loads(arguments[1]))), sys.stdin, replies)


def _private_stdout() -> TextIO:
    """Standard output for replies alone: what a library prints goes to standard error."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


def serve(system: SearchSystem, requests: TextIO, replies: TextIO) -> None:
    """Answer every request in order; an error of the system is a reply and ends nothing."""
    for line in requests:
        json.dump(_reply(system, json.loads(line)), replies)
        replies.write("\n")
        replies.flush()


def _reply(system: SearchSystem, request: dict[str, Any]) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        result = _do(system, request)
    except Exception as error:  # Whatever a foreign library raises is told, not a reason to stop.
        said = str(error).strip().split("\n")[0]
        return {"error": f"{type(error).__name__}: {said}"[:300]}
    return {"result": result, "seconds": time.perf_counter() - started}


def _do(system: SearchSystem, request: dict[str, Any]) -> Any:
    match request.pop("do"):
        case "build":
            return asdict(system.build(**request))
        case "open":
            return system.open(**request)
        case "search":
            return system.search(**request)
        case "ask":
            return system.ask(**request)
        case "versions":
            return {name: version(name) for name in system.packages}
        case "memory":
            return peak_mb()
        case other:
            raise ValueError(f"there is nothing to do that is called {other!r}")
