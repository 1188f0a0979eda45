"""The guard of the page as it is opened for one machine."""

from __future__ import annotations

import pytest

from rag.web.security import (
    MAX_BODY_BYTES,
    MAX_UPLOAD_BYTES,
    POLICY,
    Guard,
    RateLimit,
    Receive,
    Scope,
    Send,
)
from tests.web.guarding import HOST, JOIN, call, inside, status


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (["127.0.0.1:7860"], 200),
        (["localhost:7860"], 200),
        (["LOCALHOST:7860"], 200),
        (["[::1]:7860"], 200),
        (["127.0.0.1:7861"], 421),
        (["127.0.0.1"], 421),
        (["evil.example:7860"], 421),
        (["evil.example"], 421),
        (["127.0.0.1.evil.example:7860"], 421),
        (["127.0.0.1:7860", "evil.example"], 421),
        ([""], 421),
        ([], 421),
    ],
)
def test_only_its_own_names_are_answered_to(hosts: list[str], expected: int) -> None:
    assert status("GET", "/", *(("host", host) for host in hosts)) == expected


OWN = "http://127.0.0.1:7860"
HASH = "0123456789abcdef" * 4
EXPORTED = f"/gradio_api/file=/var/folders/a b/T/dateline-1/{HASH}/dateline.html"


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("POST", JOIN, [], 200),
        ("POST", JOIN, [("origin", OWN), ("sec-fetch-site", "same-origin")], 200),
        ("POST", JOIN, [("origin", "http://evil.example")], 403),
        ("POST", JOIN, [("origin", "http://localhost:7860")], 403),
        ("POST", JOIN, [("origin", "http://127.0.0.1:3000")], 403),
        ("POST", JOIN, [("origin", "https://127.0.0.1:7860")], 403),
        ("POST", JOIN, [("origin", "null")], 403),
        ("POST", JOIN, [("origin", OWN), ("origin", "http://evil.example")], 403),
        ("POST", JOIN, [("sec-fetch-site", "cross-site")], 403),
        ("POST", JOIN, [("sec-fetch-site", "same-site")], 403),
        ("POST", "/gradio_api/upload", [("origin", "http://evil.example")], 403),
        ("GET", "/gradio_api/queue/data", [("sec-fetch-site", "cross-site")], 403),
        ("GET", "/config", [("origin", "http://evil.example")], 403),
        ("GET", EXPORTED, [("sec-fetch-site", "same-origin")], 200),
        ("GET", EXPORTED, [("sec-fetch-site", "cross-site")], 403),
        ("GET", "/", [("sec-fetch-site", "cross-site")], 200),
        ("HEAD", "/", [], 200),
        ("HEAD", "/", [("sec-fetch-site", "cross-site")], 403),
    ],
)
def test_another_page_can_open_this_one_but_not_use_it(
    method: str, path: str, headers: list[tuple[str, str]], expected: int
) -> None:
    assert status(method, path, HOST, *headers) == expected


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/file=http://evil.example/x"),
        ("GET", "/gradio_api/file=http://evil.example/x"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/file=/etc/dateline.html"),
        ("GET", f"/gradio_api/file=/tmp/../etc/{HASH}/dateline.html"),
        ("GET", f"/gradio_api/file=http://evil.example/{HASH}/dateline.html"),
        ("GET", f"/gradio_api/file=//evil.example/{HASH}/dateline.html"),
        ("GET", f"/gradio_api/file=/tmp/{HASH}/dateline.html/passwd"),
        ("GET", f"/gradio_api/file=/tmp/{HASH}/seeds.txt"),
        ("POST", f"/gradio_api/file=/tmp/{HASH}/dateline.html"),
        ("GET", "/proxy=https://evil.example"),
        ("GET", "/gradio_api/proxy=https://evil.example"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/run/predict"),
        ("POST", "/gradio_api/call/ask"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/vibe-edit"),
        ("GET", "/monitoring"),
        ("GET", "/docs"),
        ("GET", "/page/../secret"),
        ("GET", "/assets/../../app.py"),
        ("GET", "/static/fonts/..\\..\\app.py"),
        ("GET", "/assets/.hidden"),
        ("GET", "/openapi.json"),
        ("POST", "/api/ask"),
        ("GET", "//evil.example"),
        ("POST", "/"),
        ("GET", JOIN),
        ("OPTIONS", JOIN),
        ("PUT", "/gradio_api/upload"),
        ("DELETE", "/"),
    ],
)
def test_what_the_page_does_not_need_is_not_there(method: str, path: str) -> None:
    assert status(method, path, HOST) == 404


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize(
    ("path", "limit"), [(JOIN, MAX_BODY_BYTES), ("/gradio_api/upload", MAX_UPLOAD_BYTES)]
)
def test_bodies_are_capped_while_they_stream(path: str, limit: int, announced: bool) -> None:
    chunk = 1_000_000
    chunks = [b"x" * chunk] * (limit // chunk)
    for body, expected in ((tuple(chunks), 200), ((*chunks, b"x"), 413)):
        length = [("content-length", str(sum(map(len, body))))] if announced else []
        assert status("POST", path, HOST, *length, body=body) == expected


def test_an_announced_body_over_the_cap_never_gets_in() -> None:
    async def closed(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("the application was called")

    length = ("content-length", str(MAX_BODY_BYTES + 1))
    app = Guard(closed, port=7860)
    assert status("POST", JOIN, HOST, length, body=[b"x", b"y"], app=app) == 413


def test_of_an_endless_body_only_some_is_discarded() -> None:
    chunks = [b"x" * MAX_BODY_BYTES] * 20
    assert status("POST", JOIN, HOST, body=chunks) == 413
    assert len(chunks) == 14


def test_an_application_that_swallows_the_cap_does_not_hide_it() -> None:
    async def careless(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await receive()
        except Exception:
            await send({"type": "http.response.start", "status": 400, "headers": []})
            await send({"type": "http.response.body", "body": b"bad body"})

    app = Guard(careless, port=7860)
    sent = call("POST", JOIN, HOST, body=[b"x" * (MAX_BODY_BYTES + 1)], app=app)
    assert [message.get("status") for message in sent] == [413, None]


def test_an_error_inside_is_not_taken_for_a_large_body() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("a fault of its own")

    with pytest.raises(ValueError, match="a fault of its own"):
        call("GET", "/", HOST, app=Guard(broken, port=7860))


def test_what_is_worked_for_is_limited_and_files_are_not() -> None:
    rate = RateLimit(burst=3, per_second=0, clock=lambda: 0.0)
    app = Guard(inside, port=7860, rate=rate)
    assert [status("POST", JOIN, HOST, app=app) for _ in range(4)] == [200, 200, 200, 429]
    assert status("GET", "/gradio_api/queue/data", HOST, app=app) == 429
    assert status("GET", "/config", HOST, app=app) == 429
    assert status("POST", JOIN, HOST, app=app, client="192.0.2.1") == 200
    assert [status("GET", "/", HOST, app=app) for _ in range(4)] == [200] * 4


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_network_of_ipv6_is_one_client(first: str, second: str, shared: bool) -> None:
    app = Guard(inside, port=7860, rate=RateLimit(burst=1, per_second=0, clock=lambda: 0.0))
    statuses = [status("POST", JOIN, HOST, app=app, client=client) for client in (first, second)]
    assert statuses == [200, 429 if shared else 200]


def test_there_are_no_websockets() -> None:
    sent = call("GET", "/gradio_api/queue/join", HOST, kind="websocket")
    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_every_reply_has_the_safe_headers_once(path: str) -> None:
    headers = [
        (name.decode(), value.decode()) for name, value in call("GET", path, HOST)[0]["headers"]
    ]
    names = [name for name, _ in headers]
    assert len(set(names)) == len(names)
    assert not any(name.startswith("access-control-") for name in names)
    safe = dict(headers)
    assert safe["x-frame-options"] == "DENY"
    assert safe["x-content-type-options"] == "nosniff"
    assert safe["referrer-policy"] == "no-referrer"
    policy = safe["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "//" not in POLICY
