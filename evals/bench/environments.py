"""A system and a folder in; the Python of an environment that has the system installed out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.bench.systems import BenchError, System

LOCK = Path(__file__).parents[2] / "requirements.lock"
INSTALLED = "installed.txt"
INSTALL_LIMIT_S = 3600


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
