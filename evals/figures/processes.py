"""An index in; how soon and in how much memory a process of its own answers from it, out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from evals.figures.figure import Effort, Figure, in_turn
from rag.config import BuildConfig

# Not ru_maxrss, which a child takes over from the process that started it.
PEAK = (
    "import sys; from rag.cli import main; main(sys.argv[1:]); "
    "status = open('/proc/self/status').read(); "
    "print(status.split('VmHWM:')[1].split()[0], file=sys.stderr)"
)


def cold_start(config: BuildConfig, effort: Effort) -> Figure:
    """From the start of the process to an answer, against importing sentence-transformers."""
    commands = {
        "ask": ["-m", "rag", *_ask("Where did they meet?", config)],
        "import": ["-c", "import sentence_transformers"],
    }
    seconds = in_turn({name: _process(words) for name, words in commands.items()}, effort.rounds)
    ratio = seconds["ask"] / seconds["import"]
    return Figure(
        "cold `rag ask`, against `import sentence_transformers`",
        f"{ratio:.2f}x ({seconds['ask']:.2f} s to {seconds['import']:.2f} s)",
        "at most 0.35x",
        ratio <= 0.35,
    )


def memory(config: BuildConfig) -> Figure:
    """The most memory that a process holds while it answers (Linux)."""
    done = _run(["-c", PEAK, *_ask("What did OPEC decide on oil prices?", config)])
    megabytes = int(done.stderr.split()[-1]) * 1024 / 1e6
    return Figure(
        "peak memory of asking over that index",
        f"{megabytes:.0f} MB",
        "at most 500 MB",
        megabytes <= 500,
    )


def _ask(question: str, config: BuildConfig) -> list[str]:
    places = ["--index", str(config.index), "--models", str(config.models_folder)]
    return ["ask", question, *places]


def _process(words: Sequence[str]) -> Callable[[], Any]:
    return lambda: _run(words)


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], check=True, capture_output=True, text=True)
