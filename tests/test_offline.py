"""Once installed, building and asking never try to open a connection."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ASK = ("ask", "Where did Sharif and Pezeshkian meet?")

# Every attempt to look up a name or to connect, even to this machine, ends the process with 99.
REFUSING = """
import os, sys
def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        os.write(2, f"{event} {arguments[1:]}".encode())
        os._exit(99)
sys.addaudithook(refuse)
from rag.cli import main
sys.exit(main(sys.argv[1:]))
"""


def commands(folder: Path) -> list[list[str]]:
    """A first build, model and all, and a question, of a new index below ``folder``."""
    places = ["--articles", str(ROOT / "seeds"), "--index", str(folder / "index")]
    return [["build", *places], [*ASK, *places]]


@pytest.mark.slow
def test_no_name_is_looked_up_and_nothing_is_connected_to(tmp_path: Path) -> None:
    for arguments in commands(tmp_path):
        done = subprocess.run(
            [sys.executable, "-c", REFUSING, *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert "Cairo" in done.stdout


@pytest.mark.slow
def test_all_works_in_a_machine_without_a_network(tmp_path: Path) -> None:
    unshare = ["unshare", "--user", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], check=False).returncode:
        pytest.skip("this machine does not let a test make a network namespace")
    for arguments in commands(tmp_path):
        done = subprocess.run(
            [*unshare, sys.executable, "-m", "rag", *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert "Cairo" in done.stdout
