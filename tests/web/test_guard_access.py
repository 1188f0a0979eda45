"""The guard where the chat was opened further: to programs, and with a password to others."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from rag.web.security import MAX_API_BYTES, MAX_BODY_BYTES, Access, Guard, Password, RateLimit
from tests.web.guarding import HOST, JOIN, call, inside, status


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
