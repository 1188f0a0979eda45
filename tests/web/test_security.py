"""Who may open the page, from where, how much and how often."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ConfigError
from rag.web.security import (
    MAX_API_BYTES,
    MAX_BODY_BYTES,
    MAX_UPLOAD_BYTES,
    POLICY,
    VARIABLE,
    Access,
    Guard,
    Password,
    RateLimit,
    Receive,
    Scope,
    Send,
    read_password,
)
from tests.web.guarding import HOST, JOIN, call, inside, status

PASSWORD = "correct horse battery"
BASIC = "Basic eDpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="  # of "x:correct horse battery"


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "password"
    file.write_text(text, "utf-8")
    file.chmod(mode)
    return file


def test_it_comes_from_the_environment_and_is_taken_away_there() -> None:
    environ = {VARIABLE: PASSWORD, "HOME": "/"}
    password = read_password(None, environ)
    assert password is not None
    assert password.is_in(BASIC)
    assert environ == {"HOME": "/"}


@pytest.mark.parametrize("text", [PASSWORD, f"{PASSWORD}\n", f"{PASSWORD}\r\n"])
def test_it_comes_from_a_file_first(tmp_path: Path, text: str) -> None:
    environ = {VARIABLE: "another password"}
    password = read_password(written(tmp_path, text), environ)
    assert password is not None
    assert password.is_in(BASIC)
    assert not environ


def test_without_either_there_is_none() -> None:
    assert read_password(None, {}) is None


@pytest.mark.parametrize("secret", ["", "short", "x" * 11])
def test_a_short_one_is_refused(secret: str) -> None:
    with pytest.raises(ConfigError, match=f"has {len(secret)} characters; choose one of at least"):
        read_password(None, {VARIABLE: secret})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ConfigError, match=r"Others may read the password.*chmod 600"):
        read_password(written(tmp_path, PASSWORD, mode), {})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere cannot be read"):
        read_password(tmp_path / "nowhere", {})


def test_letters_beyond_ascii_are_sent_as_utf8() -> None:
    assert Password("über die brücke").is_in("Basic eDrDvGJlciBkaWUgYnLDvGNrZQ==")


@pytest.mark.parametrize(
    ("host", "names", "sentence"),
    [
        ("0.0.0.0", (), "does not open on 0.0.0.0: it has no password yet"),
        ("::", (), "does not open on ::"),
        ("192.168.1.5", (), "does not open on 192.168.1.5"),
        ("127.0.0.1", ("news.example.org",), "does not open to news.example.org"),
    ],
)
def test_beyond_this_machine_it_opens_only_with_one(
    host: str, names: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        Access(names=names).check(host)
    Access(names=names, password=Password(PASSWORD)).check(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_it_needs_none(host: str) -> None:
    Access(api=True).check(host)


@pytest.mark.parametrize("name", ["http://news.example.org", "a b", "", "*", "a/b", "a:b", "-a"])
def test_a_name_is_a_name(name: str) -> None:
    with pytest.raises(ConfigError, match="is no name of a machine"):
        Access(names=(name,))


def test_a_burst_then_a_steady_rate() -> None:
    now = [0.0]
    rate = RateLimit(burst=2, per_second=1, clock=lambda: now[0])
    assert [rate.allows("a") for _ in range(3)] == [True, True, False]
    now[0] = 1.0
    assert [rate.allows("a") for _ in range(2)] == [True, False]
    now[0] = 100.0
    assert [rate.allows("a") for _ in range(3)] == [True, True, False]


def test_clients_do_not_share() -> None:
    rate = RateLimit(burst=1, per_second=0, clock=lambda: 0.0)
    assert [rate.allows(client) for client in "aabb"] == [True, False, True, False]


def test_the_client_unused_for_longest_is_forgotten() -> None:
    rate = RateLimit(burst=1, per_second=0, clients=2, clock=lambda: 0.0)
    assert [rate.allows(client) for client in "abcba"] == [True, True, True, False, True]


def test_looking_whether_it_is_spent_takes_nothing() -> None:
    now = [0.0]
    rate = RateLimit(burst=1, per_second=1, clock=lambda: now[0])
    assert [rate.is_spent("a") for _ in range(3)] == [False] * 3
    assert rate.allows("a")
    assert rate.is_spent("a")
    now[0] = 1.0
    assert not rate.is_spent("a")


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


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/ask"), ("GET", "/openapi.json"), ("GET", "/gradio_api/info")],
)
def test_the_api_is_there_when_it_was_opened_and_guarded_like_the_rest(
    method: str, path: str
) -> None:
    def got(*headers: tuple[str, str], limit: int = 100, body: bytes = b"") -> int:
        rate = RateLimit(burst=limit, per_second=0, clock=lambda: 0.0)
        app = Guard(inside, port=7860, access=Access(api=True), rate=rate)
        return status(method, path, *headers, app=app, body=[body])

    assert got(HOST) == 200
    assert got(("host", "evil.example")) == 421
    assert got(HOST, ("origin", "http://evil.example")) == 403
    assert got(HOST, ("sec-fetch-site", "cross-site")) == 403
    assert got(HOST, limit=0) == 429
    assert got(HOST, body=b"x" * (MAX_BODY_BYTES + 1)) == 413


def test_a_call_of_the_api_is_small() -> None:
    app = Guard(inside, port=7860, access=Access(api=True))
    for size, expected in ((MAX_API_BYTES, 200), (MAX_API_BYTES + 1, 413)):
        assert status("POST", "/api/ask", HOST, body=[b"x" * size], app=app) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://evil.example/x",
        "/gradio_api/proxy=https://evil.example",
        "/docs",
        "/api/../config",
        "/gradio_api/openapi.json",
    ],
)
def test_what_nobody_needs_is_not_there_with_the_api_either(path: str) -> None:
    app = Guard(inside, port=7860, access=Access(api=True))
    assert status("GET", path, HOST, app=app) == 404
    assert status("POST", path, HOST, app=app) == 404


SECRET = "correct horse battery"


def basic(secret: str, user: str = "anybody") -> tuple[str, str]:
    return ("authorization", "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode())


def protected(**more: Any) -> Guard:
    return Guard(inside, port=7860, access=Access(api=True, password=Password(SECRET), **more))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/page/page.css"),
        ("GET", "/assets/index-abc.js"),
        ("GET", "/config"),
        ("GET", "/gradio_api/queue/data"),
        ("GET", "/openapi.json"),
        ("POST", "/gradio_api/upload"),
        ("POST", JOIN),
        ("POST", "/api/ask"),
    ],
)
def test_nothing_is_there_without_the_password(method: str, path: str) -> None:
    assert status(method, path, HOST, app=protected()) == 401
    assert status(method, path, HOST, basic("wrong horse battery"), app=protected()) == 401
    assert status(method, path, HOST, basic(SECRET), app=protected()) == 200
    assert status(method, path, HOST, basic(SECRET, user=""), app=protected()) == 200


@pytest.mark.parametrize(
    "headers",
    [
        [("authorization", f"Bearer {SECRET}")],
        [("authorization", "Basic")],
        [("authorization", "Basic !!!")],
        [("authorization", "Basic " + base64.b64encode(SECRET.encode()).decode())],
        [basic("")],
        [basic(SECRET[:-1])],
        [basic(SECRET + "x")],
        [basic(SECRET), basic("wrong horse battery")],
    ],
)
def test_what_is_not_the_password_stays_outside(headers: list[tuple[str, str]]) -> None:
    refusal = call("GET", "/", HOST, *headers, app=protected())[0]
    assert refusal["status"] == 401
    assert dict(refusal["headers"])[b"www-authenticate"].startswith(b"Basic realm=")


def test_a_password_does_not_let_another_page_in() -> None:
    foreign = ("origin", "http://evil.example")
    assert status("POST", JOIN, HOST, basic(SECRET), foreign, app=protected()) == 403


def test_guessing_the_password_is_limited_for_each_client() -> None:
    failures = RateLimit(burst=3, per_second=0, clock=lambda: 0.0)
    access = Access(password=Password(SECRET))
    app = Guard(inside, port=7860, access=access, failures=failures)
    wrong, right = basic("wrong horse battery"), basic(SECRET)
    assert [status("GET", "/", HOST, app=app) for _ in range(9)] == [401] * 9
    assert [status("GET", "/", HOST, right, app=app) for _ in range(9)] == [200] * 9
    assert [status("GET", "/", HOST, wrong, app=app) for _ in range(4)] == [401, 401, 401, 429]
    assert status("GET", "/", HOST, right, app=app) == 429
    assert status("GET", "/", HOST, right, app=app, client="192.0.2.1") == 200


@pytest.mark.parametrize(
    ("host", "server", "expected"),
    [
        ("news.example.org", "127.0.0.1", 200),
        ("NEWS.example.org:7860", "127.0.0.1", 200),
        ("news.example.org:7861", "127.0.0.1", 421),
        ("other.example.org:8443", "127.0.0.1", 200),
        ("other.example.org", "127.0.0.1", 421),
        ("192.0.2.7:7860", "192.0.2.7", 200),
        ("192.0.2.7:7860", "192.0.2.8", 421),
        ("192.0.2.7", "192.0.2.7", 421),
        ("[2001:db8::7]:7860", "2001:db8::7", 200),
        ("evil.example", "192.0.2.7", 421),
    ],
)
def test_with_a_password_it_answers_to_more_names(host: str, server: str, expected: int) -> None:
    app = protected(names=("News.Example.org", "other.example.org:8443"))
    assert status("GET", "/", ("host", host), basic(SECRET), app=app, server=server) == expected
    bare = Guard(inside, port=7860)
    assert status("GET", "/", ("host", host), app=bare, server=server) == 421


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        ("news.example.org", "https://news.example.org", 200),
        ("news.example.org", "http://news.example.org", 200),
        ("news.example.org", "https://evil.example", 403),
        ("127.0.0.1:7860", "https://127.0.0.1:7860", 403),
        ("127.0.0.1:7860", "https://news.example.org", 403),
    ],
)
def test_only_a_name_of_a_proxy_may_have_tls(host: str, origin: str, expected: int) -> None:
    app = protected(names=("news.example.org",))
    headers = [("host", host), basic(SECRET), ("origin", origin)]
    assert status("POST", JOIN, *headers, app=app) == expected


@pytest.mark.parametrize("server", ["192.0.2.7", "::ffff:192.0.2.7"])
def test_an_address_of_this_machine_is_its_own_also_on_a_socket_for_both_kinds(server: str) -> None:
    for host, expected in (("192.0.2.7:7860", 200), ("192.0.2.8:7860", 421)):
        got = status(
            "GET", "/", ("host", host), basic(SECRET), app=protected(), server=server, client="::1"
        )
        assert got == expected


def test_a_browser_leaves_out_the_port_of_http() -> None:
    app = Guard(inside, port=80, access=Access(password=Password(SECRET)))
    for port, expected in ((80, 200), (7860, 421)):
        got = call(
            "GET", "/", ("host", "192.0.2.7"), basic(SECRET), app=app, server="192.0.2.7", port=port
        )
        assert got[0]["status"] == expected


def test_behind_a_proxy_who_guesses_locks_nobody_else_out() -> None:
    app = protected(names=("news.example.org",))
    host = ("host", "news.example.org")

    def got(visitor: str, secret: str, client: str = "127.0.0.1") -> int:
        told = ("x-forwarded-for", visitor)
        return status("GET", "/", host, told, basic(secret), app=app, client=client)

    for _ in range(10):
        assert got("evil, 198.51.100.1", "wrong horse battery") == 401
    assert got("203.0.113.9, 198.51.100.1", "wrong horse battery") == 429
    assert got("203.0.113.9", SECRET) == 200
    for _ in range(10):
        assert got(f"198.51.100.{_}", "wrong horse battery", client="192.0.2.9") == 401
    assert got("203.0.113.9", SECRET, client="192.0.2.9") == 429
