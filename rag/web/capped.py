"""One request's body and reply in; the body up to a cap, and the reply with safe headers, out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_DISCARDED = 4
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_SAFE_HEADERS: Headers = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
]


class _TooLarge(Exception):
    """The body that is being read is larger than its cap."""


class Capped:
    """One exchange: counts the body while it streams in, and makes the reply's headers safe."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._taken = 0
        self._ended = False
        self._started = False

    async def run(self, app: App, scope: Scope) -> None:
        """Let ``app`` answer unless its body is, or becomes, larger than the limit: then 413."""
        self._taken = _declared_bytes(scope)
        if not self._over:
            self._taken = 0
            try:
                await app(scope, self.receive, self.send)
            except Exception:
                if not self._over:
                    raise
        if self._over and not self._started:
            await self._discard()
            megabytes = self._limit / 1e6
            sentence = f"That is too large: at most {megabytes:.0f} MB at a time."
            await refuse(self._send, 413, sentence)

    @property
    def _over(self) -> bool:
        return self._taken > self._limit

    async def receive(self) -> Message:
        message = await self._receive()
        self._ended = not message.get("more_body", False)
        self._taken += len(message.get("body", b""))
        if self._over:
            raise _TooLarge
        return message

    async def _discard(self) -> None:
        """Read some of the rest and keep nothing: a browser that still sends reads no reply."""
        unread = _DISCARDED * self._limit
        while unread > 0 and not self._ended:
            message = await self._receive()
            self._ended = not message.get("more_body", False)
            unread -= len(message.get("body", b""))

    async def send(self, message: Message) -> None:
        if self._over and not self._started:
            return
        if message["type"] == "http.response.start":
            self._started = True
            message = {**message, "headers": _headers(message.get("headers", []))}
        await self._send(message)


def values(scope: Scope, name: bytes) -> list[str]:
    """The values of every header of that name, in lower case."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


async def refuse(send: Send, status: int, sentence: str, *more: tuple[bytes, bytes]) -> None:
    """Reply with one sentence, the safe headers and those of ``more``, and hang up."""
    body = (sentence + "\n").encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": _headers(headers)})
    await send({"type": "http.response.body", "body": body})


def _declared_bytes(scope: Scope) -> int:
    lengths = values(scope, b"content-length")
    return max((int(value) for value in lengths if value.isdecimal()), default=0)


def _headers(given: Headers) -> Headers:
    """The reply's own headers, without leave for other origins to read it, and the safe ones."""
    safe = {name for name, _ in _SAFE_HEADERS}
    kept = [
        (name, value)
        for name, value in given
        if name.lower() not in safe and not name.lower().startswith(b"access-control-")
    ]
    return kept + _SAFE_HEADERS
