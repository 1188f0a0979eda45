from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ConfigError
from rag.web.security import VARIABLE, Access, Password, read_password

SECRET = "correct horse battery"
BASIC = "Basic eDpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="  # of "x:correct horse battery"


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "password"
    file.write_text(text, "utf-8")
    file.chmod(mode)
    return file


def test_it_comes_from_the_environment_and_is_taken_away_there() -> None:
    environ = {VARIABLE: SECRET, "HOME": "/"}
    password = read_password(None, environ)
    assert password is not None
    assert password.is_in(BASIC)
    assert environ == {"HOME": "/"}


@pytest.mark.parametrize("text", [SECRET, f"{SECRET}\n", f"{SECRET}\r\n"])
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
        read_password(written(tmp_path, SECRET, mode), {})


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
    Access(names=names, password=Password(SECRET)).check(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_it_needs_none(host: str) -> None:
    Access(api=True).check(host)


@pytest.mark.parametrize("name", ["http://news.example.org", "a b", "", "*", "a/b", "a:b", "-a"])
def test_a_name_is_a_name(name: str) -> None:
    with pytest.raises(ConfigError, match="is no name of a machine"):
        Access(names=(name,))
