"""The systems that are compared, their environments, and the processes that run them."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from evals.bench.workers.protocol import WorkerSettings
from rag.errors import RagError

LOCK = Path(__file__).parents[2] / "requirements.lock"
INSTALLED = "installed.txt"
INSTALL_LIMIT_S = 3600
ROOT = Path(__file__).parents[2]
WATCH_EVERY_S = 0.2
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "DO_NOT_TRACK": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "TOKENIZERS_PARALLELISM": "true",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
}
_THREADS = ("OMP", "MKL", "OPENBLAS", "RAYON")


class BenchError(RagError):
    """One system cannot be measured, on one corpus or on any."""


@dataclass(frozen=True, slots=True)
class System:
    """A system: ``workers/<name>.py`` drives it.

    ``requirements`` are installed into an environment of its own; none means Dateline's own.
    ``how`` says in one sentence what of it is used.
    """

    name: str
    title: str
    how: str
    requirements: tuple[str, ...] = ()


DATELINE = System(
    "dateline",
    "Dateline",
    "As it is shipped: int8 vectors and BM25, date and title before what is embedded.",
)
# Packages that Dateline uses too have no version here: requirements.lock gives them the same one.
# haystack-ai 3.4.1 has the same code as 3.4.0, but wants a later certifi than the lock has.
SYSTEMS = (
    DATELINE,
    System(
        "haystack",
        "Haystack",
        "InMemoryDocumentStore; BM25 and embedding retrievers joined by reciprocal rank fusion; "
        "TransformersExtractiveReader over the ten passages.",
        (
            "haystack-ai==3.4.0",
            "sentence-transformers-haystack==2.0.0",
            "transformers-haystack==2.0.0",
            "sentence-transformers",
            "torch",
        ),
    ),
    System(
        "txtai",
        "txtai",
        "Embeddings(hybrid=True, content=True); RAG over Questions, which reads the first three "
        "passages.",
        ("txtai==9.14.0", "torch"),
    ),
    System(
        "plain",
        "plain",
        "sentence-transformers, exact FAISS and rank_bm25, min-max fusion by halves; a "
        "transformers model over the ten passages.",
        ("rank-bm25==0.2.2", "sentence-transformers", "faiss-cpu", "torch"),
    ),
)


def python_of(
    system: System,
    folder: Path,
    *,
    pip_flags: Sequence[str] = (),
    say: Callable[[str], None] = lambda message: None,
) -> Path:
    """The Python that runs the system's worker: its environment below ``folder``, made if needed.

    What Dateline's ``requirements.lock`` pins has the same version there. An environment that was
    made for the same requirements is used again. Raises BenchError when it cannot be made.
    """
    if not system.requirements:
        return Path(sys.executable)
    home = folder / system.name
    python, marker = home / "bin" / "python", home / INSTALLED
    wanted = "\n".join(system.requirements) + "\n"
    if python.exists() and marker.exists() and marker.read_text("utf-8") == wanted:
        return python
    say(f"installing {system.title}; this takes a few minutes, once")
    _run(system, [sys.executable, "-m", "venv", "--clear", "--without-pip", str(home)])
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    _run(system, [*pip, "--constraint", str(LOCK), *pip_flags, *system.requirements])
    marker.write_text(wanted, "utf-8")
    return python


def _run(system: System, command: Sequence[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BenchError(f"{system.title} could not be installed: {error}.") from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
        said = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1])
        raise BenchError(
            f"{system.title} could not be installed ({said.strip()[:200]}); mend that, or hand pip "
            "an option with --pip-flags."
        )


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What a worker may use: memory in MB, and seconds for a build, for opening, for a question."""

    memory_mb: float = 16_000
    build_s: float = 7200
    open_s: float = 900
    question_s: float = 60


@dataclass(frozen=True, slots=True)
class WorkerReply:
    """What a worker gave back, and the seconds that it took by the worker's own clock."""

    result: Any
    seconds: float


class Worker:
    """A running worker. A failure ends its process; this and every later call raise BenchError."""

    def __init__(
        self,
        title: str,
        command: Sequence[str],
        *,
        log: Path,
        limits: WorkerLimits,
        environment: Mapping[str, str],
    ) -> None:
        self._title, self._limits, self._log = title, limits, log
        self._waiting = b""
        self._failed = ""
        log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with log.open("wb") as stderr:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    env=dict(environment),
                    cwd=ROOT,
                )
        except OSError as error:
            raise BenchError(f"{title} could not be started: {error}.") from error

    @property
    def process_id(self) -> int:
        return self._process.pid

    def build(self, corpus: Path, index: Path) -> WorkerReply:
        """Index a corpus; the result is a BuildCost as a dict."""
        return self._call("build", self._limits.build_s, corpus=str(corpus), index=str(index))

    def open(self, index: Path) -> WorkerReply:
        return self._call("open", self._limits.open_s, index=str(index))

    def search(self, question: str, top_k: int) -> WorkerReply:
        return self._call("search", self._limits.question_s, question=question, top_k=top_k)

    def ask(self, question: str, top_k: int) -> WorkerReply:
        return self._call("ask", self._limits.question_s, question=question, top_k=top_k)

    def versions(self) -> dict[str, str]:
        return dict(self._call("versions", self._limits.open_s).result)

    def peak_mb(self) -> float:
        return float(self._call("memory", self._limits.question_s).result)

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with suppress(OSError):  # What was not sent to a process that is gone.
                    stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, do: str, limit_s: float, **values: Any) -> WorkerReply:
        if self._failed:
            raise BenchError(self._failed)
        self._send(do, values)
        line = self._line(do, limit_s)
        try:
            reply = json.loads(line)
        except ValueError as error:
            raise self._failure(f"said at {do!r} what is no reply: {line[:100]!r}") from error
        if "error" in reply:
            raise self._failure(f"failed at {do!r}: {reply['error']}")
        return WorkerReply(reply["result"], reply["seconds"])

    def _send(self, do: str, values: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **values}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._died(do) from error

    def _line(self, do: str, limit_s: float) -> bytes:
        """The next line of the worker's output, which is watched while it is waited for."""
        assert self._process.stdout is not None
        stream, deadline = self._process.stdout.fileno(), time.monotonic() + limit_s
        while b"\n" not in self._waiting:
            if time.monotonic() > deadline:
                raise self._failure(f"took more than {limit_s:g} s at {do!r}")
            self._check_memory(do)
            if select.select([stream], [], [], WATCH_EVERY_S)[0]:
                part = os.read(stream, 1 << 16)
                if not part:
                    raise self._died(do)
                self._waiting += part
        line, _, self._waiting = self._waiting.partition(b"\n")
        return line

    def _check_memory(self, do: str) -> None:
        held = memory_mb(self._process.pid)
        if held > self._limits.memory_mb:
            limit_gb = self._limits.memory_mb / 1000
            raise self._failure(f"needed more than {limit_gb:g} GB of memory at {do!r}")

    def _died(self, do: str) -> BenchError:
        code = self._process.wait()
        lines = self._log.read_text("utf-8", errors="replace").strip().splitlines()
        last = f"; its last words: {lines[-1][:200]}" if lines else ""
        return self._failure(f"ended with exit code {code} at {do!r}{last}")

    def _failure(self, what: str) -> BenchError:
        self._failed = f"{self._title} {what}."
        self.close()
        return BenchError(self._failed)


def start(
    system: System, python: Path, settings: WorkerSettings, *, logs: Path, limits: WorkerLimits
) -> Worker:
    """A fresh process of the system's worker, offline, with its threads bounded."""
    module = f"evals.bench.workers.{system.name}"
    return Worker(
        system.title,
        [str(python), "-m", module, json.dumps(asdict(settings))],
        log=logs / f"{system.name}.log",
        limits=limits,
        environment=environment(settings.threads),
    )


def environment(threads: int) -> dict[str, str]:
    """This process's environment variables, made offline, quiet and bounded in threads."""
    bounded = {f"{name}_NUM_THREADS": str(threads) for name in _THREADS}
    return {**os.environ, **OFFLINE, **bounded, "PYTHONPATH": str(ROOT)}


def memory_mb(process: int) -> float:
    """The memory that a process of this machine holds now, in MB; 0 where that is unknown."""
    if not sys.platform.startswith("linux"):
        return 0.0
    try:
        pages = Path(f"/proc/{process}/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return 0.0
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True, slots=True)
class Contestant:
    """``start`` gives a fresh process each time; ``answers`` says whether it has a reader."""

    name: str
    start: Callable[[], Worker]
    answers: bool
