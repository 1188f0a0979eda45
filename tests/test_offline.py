"""No code path opens an outgoing connection."""

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


def without_a_network() -> list[str]:
    """What starts a process in a machine without a network, where a test may make one."""
    unshare = ["unshare", "--user", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], check=False).returncode:
        return []
    return unshare


@pytest.mark.slow
def test_no_name_is_looked_up_and_all_works_without_a_network(tmp_path: Path) -> None:
    for arguments in commands(tmp_path):
        done = subprocess.run(
            [*without_a_network(), sys.executable, "-c", REFUSING, *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert "Cairo" in done.stdout


TRIED = """
import asyncio, socket, sys
from rag.service import stay_offline
stay_offline()
{}
"""


def tried(statement: str) -> str:
    """What a process that stays offline says when it runs the statement; empty if it may."""
    done = subprocess.run(
        [sys.executable, "-c", TRIED.format(statement)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "socket.create_connection(('192.0.2.1', 80), timeout=0.1)",
        "socket.socket(socket.AF_INET6).connect_ex(('2001:db8::1', 80, 0, 0))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.getaddrinfo('example.org', 80)",
        "socket.gethostbyname('example.org')",
        "asyncio.run(asyncio.open_connection('example.org', 80))",
        "import httpx; httpx.get('http://example.org', trust_env=False)",
        "from gradio.processing_utils import save_url_to_cache as fetch; "
        "fetch('http://example.org/x.txt', '/tmp')",
    ],
)
def test_no_other_machine_is_reached(statement: str) -> None:
    assert "Dateline opens no connection to another machine." in tried(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname())",
        "s = socket.create_server(('127.0.0.1', 0)); "
        "socket.create_connection(('localhost', s.getsockname()[1]))",
        "socket.getaddrinfo(None, 80)",
        "socket.socketpair()",
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); a.send(b'x')",
    ],
)
def test_this_machine_is(statement: str) -> None:
    assert tried(statement) == ""
