"""A request as ASGI has it in; all that the guard sends for it out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from rag.web.security import Guard, Message, Receive, Scope, Send

HOST = ("host", "127.0.0.1:7860")


JOIN = "/gradio_api/queue/join"


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads the whole body and answers with its length."""
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    headers = [(b"access-control-allow-origin", b"*"), (b"x-frame-options", b"ALLOWALL")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": str(length).encode()})


def call(
    method: str,
    path: str,
    *headers: tuple[str, str],
    body: Iterable[bytes] = (b"",),
    app: Guard | None = None,
    kind: str = "http",
    client: str = "127.0.0.1",
    server: str = "127.0.0.1",
    port: int = 7860,
) -> list[Message]:
    """Everything that the guard sends for one request."""
    sent: list[Message] = []
    chunks = body if isinstance(body, list) else list(body)
    scope: dict[str, Any] = {
        "type": kind,
        "method": method,
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "client": (client, 5000),
        "server": (server, port),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run((app or Guard(inside, port=7860))(scope, receive, send))
    return sent


def status(*args: Any, **kwargs: Any) -> int:
    return int(call(*args, **kwargs)[0]["status"])
