"""Requests in; to the page only those that it makes itself, every reply with safe headers, out.

The chat has no password on one's own machine, so any web page that is open in the same browser
could talk to it. The guard answers only to its own names (a foreign name that resolves to this
machine is not one), only to requests that its own page made, only on the paths that the page needs,
and only up to a size and a rate.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from rag.web.rate import RateLimit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

UPLOAD_PATH = "/gradio_api/upload"
MAX_UPLOAD_BYTES = 52_000_000
MAX_BODY_BYTES = 2_000_000
_DISCARDED = 4
_READS = re.compile(
    r"/|/page/[a-z.]+|/config|/theme\.css|/(?:assets|static)/[^\0]+"
    r"|/gradio_api/(?:queue/data|upload_progress|startup-events|heartbeat/\w+)"
)
_WRITES = re.compile(r"/gradio_api/(?:upload|queue/join|cancel|reset/?)")
_POLICY = "; ".join(
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
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
]


class _TooLarge(Exception):
    """The body that is being read is larger than its cap."""


class Guard:
    """An ASGI application around ``app`` that serves one port of this machine.

    421 for a foreign host, 404 for a path that the page does not need, 403 for another page's
    request, 429 for too many, 413 for a body over its cap. There are no WebSockets.
    """

    def __init__(self, app: App, *, port: int, rate: RateLimit | None = None) -> None:
        names = ("127.0.0.1", "localhost", "[::1]")
        self._app = app
        self._hosts = {f"{name}:{port}" for name in names}
        if port == 80:
            self._hosts.update(names)
        self._rate = rate or RateLimit()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(send, *refusal)
            return
        limit = MAX_UPLOAD_BYTES if scope["path"] == UPLOAD_PATH else MAX_BODY_BYTES
        await _Capped(receive, send, limit).run(self._app, scope)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        hosts = _values(scope, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return 421, "This address is not one that Dateline answers to."
        reading = scope["method"] in {"GET", "HEAD"}
        if not (_READS if reading else _WRITES).fullmatch(scope["path"]) or (
            not reading and scope["method"] != "POST"
        ):
            return 404, "There is nothing here."
        if _needs_own_page(scope) and not _from_own_page(scope, hosts[0]):
            return 403, "Another page may not use this one."
        if not reading and not self._rate.allows(_client(scope)):
            return 429, "Too many requests at once; wait a few seconds and try again."
        return None


class _Capped:
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
            await _refuse(self._send, 413, sentence)

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


def _declared_bytes(scope: Scope) -> int:
    lengths = _values(scope, b"content-length")
    return max((int(value) for value in lengths if value.isdecimal()), default=0)


def _needs_own_page(scope: Scope) -> bool:
    """Anything that writes or calls; a link from elsewhere may open the page itself."""
    path: str = scope["path"]
    return scope["method"] == "POST" or path.startswith(("/gradio_api/", "/config"))


def _from_own_page(scope: Scope, host: str) -> bool:
    """Whether the browser says so. A program that is no browser sends neither header."""
    origins = _values(scope, b"origin")
    sites = _values(scope, b"sec-fetch-site")
    own = {f"http://{host.lower()}"}
    return {origin.lower() for origin in origins} <= own and {*sites} <= {"same-origin", "none"}


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _client(scope: Scope) -> str:
    return str((scope.get("client") or ("unknown",))[0])


def _headers(given: Headers) -> Headers:
    """The reply's own headers, without leave for other origins to read it, and the safe ones."""
    safe = {name for name, _ in _SAFE_HEADERS}
    kept = [
        (name, value)
        for name, value in given
        if name.lower() not in safe and not name.lower().startswith(b"access-control-")
    ]
    return kept + _SAFE_HEADERS


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = (sentence + "\n").encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": _headers(headers)})
    await send({"type": "http.response.body", "body": body})
