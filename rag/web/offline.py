"""A process in; the same process, which can no longer open a connection, out.

Gradio downloads a file that a request names by its address. Nothing that Dateline does needs to
connect to anything, so once it serves, connecting and looking up names end in an error, wherever
they are tried. See "Python Runtime Audit Hooks" (PEP 578); a hook stays until the process ends.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

_CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_LOOKING_UP = {"socket.getaddrinfo", "socket.gethostbyname"}


def stay_offline() -> None:
    """From now on, every attempt to reach another machine raises ConnectionRefusedError."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _CONNECTING:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in _LOOKING_UP:
        host = arguments[0]
    else:
        return
    if host and not _is_here(host):
        raise ConnectionRefusedError("Dateline opens no connection to another machine.")


def _is_here(host: str | bytes) -> bool:
    name = host.decode("latin-1") if isinstance(host, bytes) else host
    try:
        return name == "localhost" or ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False
