"""Access to the page: password, hosts and origins, limits on size and rate, and safe headers."""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import hmac
import ipaddress
import os
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ConfigError

VARIABLE = "DATELINE_PASSWORD"
MIN_CHARS = 12
CHALLENGE = b'Basic realm="Dateline", charset="UTF-8"'
_OTHERS_MODE = 0o077


class Password:
    """The password, stored as a hash and compared in constant time.

    Raises ConfigError for fewer than ``MIN_CHARS`` characters.
    """

    def __init__(self, secret: str) -> None:
        if len(secret) < MIN_CHARS:
            raise ConfigError(
                f"The password has {len(secret)} characters; choose one of at least {MIN_CHARS}."
            )
        self._digest = _digest(secret.encode())

    def is_in(self, authorization: str) -> bool:
        """Whether the value of an Authorization header holds the password."""
        return hmac.compare_digest(_digest(_given(authorization)), self._digest)


def read_password(file: Path | None, environ: MutableMapping[str, str]) -> Password | None:
    """The password in ``file``, else in DATELINE_PASSWORD, which is removed there; else None.

    A line end at the end of the file does not belong to it. Raises ConfigError for a file that
    cannot be read or that others may read, and for a password that is too short.
    """
    secret = environ.pop(VARIABLE, None)
    if file is not None:
        secret = _read(file)
    return Password(secret) if secret is not None else None


def _read(file: Path) -> str:
    try:
        if file.stat().st_mode & _OTHERS_MODE:
            raise ConfigError(f"Others may read the password in {file}; run: chmod 600 {file}")
        return file.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The password file {file} cannot be read ({error}).") from error


def _given(authorization: str) -> bytes:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(encoded, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


def _digest(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()


LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAME = re.compile(r"(?:[a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in: with ``password`` anybody who knows it, else only this machine.

    ``names`` are further names that the chat is called by, such as that of a reverse proxy; ``api``
    opens the door for programs.
    """

    names: tuple[str, ...] = ()
    password: Password | None = None
    api: bool = False

    def __post_init__(self) -> None:
        for name in self.names:
            if not _NAME.fullmatch(name.lower()):
                raise ConfigError(
                    f"--allow-host {name!r} is no name of a machine; give one such as "
                    "news.example.org, or news.example.org:8443, without http://."
                )

    def check(self, host: str) -> None:
        """Raises ConfigError when it would open beyond this machine without a password."""
        if self.password is not None or (host in LOOPBACK and not self.names):
            return
        opening = f"on {host}" if host not in LOOPBACK else f"to {self.names[0]}"
        raise ConfigError(
            f"The chat does not open {opening}: it has no password yet, so only this machine may "
            f"use it; put one of at least {MIN_CHARS} characters into {VARIABLE} or into a file "
            "named with --password-file, or leave --host and --allow-host out."
        )


def access_options(parser: argparse.ArgumentParser) -> None:
    """The options that ``given_access`` reads."""
    parser.add_argument(
        "--api", action="store_true", help="open the API for programs (docs/api.md)"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name that the chat is called by; may be repeated",
    )
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help=f"holds the password, if {VARIABLE} does not",
    )


def given_access(options: argparse.Namespace) -> Access:
    """The access that flags and environment give; raises ConfigError for an unusable password."""
    return Access(
        names=tuple(options.allow_host),
        password=read_password(options.password_file, os.environ),
        api=options.api,
    )


class RateLimit:
    """A bucket of ``burst`` tokens for each client, refilled with ``per_second`` of them.

    At most ``clients`` buckets are kept; the one unused for longest is forgotten first.
    """

    def __init__(
        self,
        *,
        burst: float = 120,
        per_second: float = 10,
        clients: int = 1024,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = burst
        self._per_second = per_second
        self._clients = clients
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, client: str) -> bool:
        """Take one token from the client's bucket, if there is one."""
        now = self._clock()
        tokens = self._tokens(client, now)
        allowed = tokens >= 1
        self._buckets.pop(client, None)
        self._buckets[client] = (tokens - allowed, now)
        if len(self._buckets) > self._clients:
            self._buckets.popitem(last=False)
        return allowed

    def is_spent(self, client: str) -> bool:
        """Whether ``allows`` would say no; nothing is taken."""
        return self._tokens(client, self._clock()) < 1

    def _tokens(self, client: str, now: float) -> float:
        tokens, then = self._buckets.get(client, (self._burst, now))
        return min(self._burst, tokens + (now - then) * self._per_second)


Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_DISCARD_FACTOR = 4
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
    """Caps one request's body while it streams in, and makes its reply's headers safe."""

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
        unread = _DISCARD_FACTOR * self._limit
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
    """The values of every header called ``name``, which is given in lower case."""
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
    own = [
        (name, value)
        for name, value in given
        if name.lower() not in safe and not name.lower().startswith(b"access-control-")
    ]
    return own + _SAFE_HEADERS


UPLOAD_PATH = "/gradio_api/upload"
MAX_UPLOAD_BYTES = 52_000_000
MAX_BODY_BYTES = 2_000_000
MAX_API_BYTES = 100_000
_FILES = re.compile(r"/|/page/[a-z.]+|/theme\.css|/(?:assets|static)(?:/[\w-][\w.-]*)+")
_READS = re.compile(
    r"/config|/gradio_api/(?:queue/data|upload_progress|startup-events|heartbeat/\w+)"
)
# An exported conversation, in a folder that is named by the hash of what it says. Gradio serves it
# only from the chat's own temporary folder.
_EXPORTED = re.compile(
    r"/gradio_api/file=(?:/(?!\.{1,2}/)[^/]+)+/[0-9a-f]{64}/dateline\.(?:md|html|json)"
)
_WRITES = re.compile(r"/gradio_api/(?:upload|queue/join|cancel|reset/?)")
_API_READS = re.compile(r"/openapi\.json|/gradio_api/info")
_API_WRITES = re.compile(r"/api/\w+")

_HTTP = 80  # A browser leaves this port out of the host's name.
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")

Refusal = tuple[int, str, tuple[tuple[bytes, bytes], ...]]


class Guard:
    """An ASGI application around ``app`` that serves one port of this machine.

    421 for a foreign host, 401 without the password, 404 for a path that is not needed, 403 for
    another page's request, 429 for too many, 413 for a body over its cap. There are no WebSockets.
    """

    def __init__(
        self,
        app: App,
        *,
        port: int,
        access: Access | None = None,
        rate: RateLimit | None = None,
        failures: RateLimit | None = None,
    ) -> None:
        access = access or Access()
        self._app = app
        self._password = access.password
        self._api = access.api
        self._rate = rate or RateLimit()
        self._failures = failures or RateLimit(burst=10, per_second=0.1)
        self._names = {name.lower() for name in access.names}
        self._names |= {f"{name}:{port}" for name in self._names if ":" not in name}
        self._hosts = self._names | {f"{name}:{port}" for name in _LOOPBACK_NAMES}
        self._hosts |= set(_LOOPBACK_NAMES) if port == _HTTP else set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        if refusal is None:
            await Capped(receive, send, _cap(scope["path"])).run(self._app, scope)
        else:
            status, sentence, headers = refusal
            await refuse(send, status, sentence, *headers)

    def _refusal(self, scope: Scope) -> Refusal | None:
        hosts = values(scope, b"host")
        if len(hosts) != 1 or not self._is_own_host(hosts[0].lower(), scope):
            return 421, "This address is not one that Dateline answers to.", ()
        refusal = self._password_refusal(scope)
        if refusal is not None:
            return refusal
        if not self._is_served(scope):
            return 404, "There is nothing here.", ()
        if _FILES.fullmatch(scope["path"]) and scope["method"] == "GET":
            return None
        if not self._from_own_page(scope, hosts[0].lower()):
            return 403, "Another page may not use this one.", ()
        if not self._rate.allows(self._visitor(scope)):
            return 429, "Too many requests at once; wait a few seconds and try again.", ()
        return None

    def _is_own_host(self, host: str, scope: Scope) -> bool:
        """Whether it is called by its own name, or by the very address that was connected to.

        With a password that may be any address of this machine; no foreign name resolves to one.
        """
        return host in self._hosts or (
            self._password is not None and host in _addresses(scope.get("server"))
        )

    def _password_refusal(self, scope: Scope) -> Refusal | None:
        """The refusal of a client without the password; None lets it in."""
        if self._password is None:
            return None
        client, given = self._visitor(scope), values(scope, b"authorization")
        if self._failures.is_spent(client):
            return 429, "Too many wrong passwords; wait a minute and try again.", ()
        if len(given) == 1 and self._password.is_in(given[0]):
            return None
        if given:
            self._failures.allows(client)
        return 401, "This needs the password.", ((b"www-authenticate", CHALLENGE),)

    def _visitor(self, scope: Scope) -> str:
        """The client that limits count for; behind a reverse proxy here, the one that it names."""
        client = _client(scope)
        forwarded = values(scope, b"x-forwarded-for")
        if not self._names or not forwarded or not _is_loopback(client):
            return client
        return _network(forwarded[-1].rpartition(",")[2].strip())

    def _is_served(self, scope: Scope) -> bool:
        path, method = scope["path"], scope["method"]
        if method in {"GET", "HEAD"}:
            patterns = [_FILES, _READS, _EXPORTED, *([_API_READS] if self._api else [])]
        else:
            patterns = [_WRITES, *([_API_WRITES] if self._api else [])] if method == "POST" else []
        return any(pattern.fullmatch(path) for pattern in patterns)

    def _from_own_page(self, scope: Scope, host: str) -> bool:
        """Whether our own page sent it, as browsers say; other programs send neither header.

        A reverse proxy may have added TLS, so its name may stand for ``https``, too.
        """
        own = {f"http://{host}"} | ({f"https://{host}"} if host in self._names else set())
        origins = {origin.lower() for origin in values(scope, b"origin")}
        return origins <= own and {*values(scope, b"sec-fetch-site")} <= {"same-origin", "none"}


def _addresses(server: tuple[str, int] | None) -> set[str]:
    """How a browser names what was connected to."""
    if server is None:
        return set()
    host, port = _unmapped(server[0]), server[1]
    host = f"[{host}]" if ":" in host else host
    return {f"{host}:{port}"} | ({host} if port == _HTTP else set())


def _unmapped(host: str) -> str:
    """An IPv4 address as such, where a socket for both kinds writes it as one of IPv6."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or host)


def _client(scope: Scope) -> str:
    """The client's address; of IPv6 the network, since one client has all addresses of it."""
    return _network(str((scope.get("client") or ("unknown",))[0]))


def _network(host: str) -> str:
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv4Address):
        return host
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


def _is_loopback(client: str) -> bool:
    return client.startswith("127.") or client == "::/64"


def _cap(path: str) -> int:
    if path == UPLOAD_PATH:
        return MAX_UPLOAD_BYTES
    return MAX_API_BYTES if _API_WRITES.fullmatch(path) else MAX_BODY_BYTES
