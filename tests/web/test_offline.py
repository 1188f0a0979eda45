from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
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
