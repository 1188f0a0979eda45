"""Requests in; to the page only those that it makes itself, every reply with safe headers, out.

Without a password any web page that is open in the same browser could talk to the chat; with one,
the browser would send it along. The guard answers only to its own names (a foreign name that
resolves to this machine is not one), only to requests that its own page or no page made, only on
the paths that are needed, and only up to a size and a rate.
"""

from __future__ import annotations

import ipaddress
import re

from rag.web.access import Access
from rag.web.capped import App, Capped, Receive, Scope, Send, refuse, values
from rag.web.password import CHALLENGE
from rag.web.rate import RateLimit

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
        if len(hosts) != 1 or not self._is_own(hosts[0].lower(), scope):
            return 421, "This address is not one that Dateline answers to.", ()
        refusal = self._unknown(scope)
        if refusal is not None:
            return refusal
        if not self._is_there(scope):
            return 404, "There is nothing here.", ()
        if _FILES.fullmatch(scope["path"]) and scope["method"] == "GET":
            return None
        if not self._from_own_page(scope, hosts[0].lower()):
            return 403, "Another page may not use this one.", ()
        if not self._rate.allows(self._visitor(scope)):
            return 429, "Too many requests at once; wait a few seconds and try again.", ()
        return None

    def _is_own(self, host: str, scope: Scope) -> bool:
        """Whether it is called by its own name, or by the very address that was connected to.

        With a password that may be any address of this machine; no foreign name resolves to one.
        """
        return host in self._hosts or (
            self._password is not None and host in _addresses(scope.get("server"))
        )

    def _unknown(self, scope: Scope) -> Refusal | None:
        """Why a client that does not bring the password stays outside."""
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
        """Whom a limit is for: the client, or whom a reverse proxy on this machine names as its."""
        client = _client(scope)
        told = values(scope, b"x-forwarded-for")
        if not self._names or not told or not _is_loopback(client):
            return client
        return _network(told[-1].rpartition(",")[2].strip())

    def _is_there(self, scope: Scope) -> bool:
        path, method = scope["path"], scope["method"]
        if method in {"GET", "HEAD"}:
            known = [_FILES, _READS, _EXPORTED, *([_API_READS] if self._api else [])]
        else:
            known = [_WRITES, *([_API_WRITES] if self._api else [])] if method == "POST" else []
        return any(pattern.fullmatch(path) for pattern in known)

    def _from_own_page(self, scope: Scope, host: str) -> bool:
        """Whether the browser says so. A program that is no browser sends neither header.

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
