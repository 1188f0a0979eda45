"""The server: its page, its temporary folder, and how it ends."""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import pytest

import app
from rag.config import AskConfig, BuildConfig
from rag.errors import ConfigError
from rag.web.app import shell_html
from rag.web.security import Access, Password, access_options, given_access
from rag.web.server import scratch_folder, serve
from tests.web.running import Site

HOLDING = """
import sys, time
from rag.web.server import scratch_folder
with scratch_folder() as folder:
    (folder / "upload.txt").write_text("half")
    print(folder, flush=True)
    sys.stdin.read()
"""
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are, for this process and those that it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def start() -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_it_is_private_and_gone_afterwards(parent: Path) -> None:
    with scratch_folder() as folder:
        assert folder.parent == parent
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "upload.txt").write_text("half")
    assert list(parent.iterdir()) == []


def test_that_of_a_killed_process_is_swept_and_that_of_a_live_one_is_not(parent: Path) -> None:
    killed, left = start()
    live, used = start()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert (left / "upload.txt").exists()
    with scratch_folder():
        assert not left.exists()
        assert (used / "upload.txt").read_text() == "half"
    live.communicate("")
    assert live.returncode == 0
    assert list(parent.iterdir()) == []


def test_what_is_not_ours_stays(parent: Path) -> None:
    (parent / "dateline-notes").mkdir()
    (parent / "dateline-notes" / "kept.txt").write_text("kept")
    (parent / "dateline-file").write_text("kept")
    outside = parent / "outside"
    outside.mkdir()
    (outside / ".lock").write_text("")
    (parent / "dateline-link").symlink_to(outside)
    before = sorted(parent.rglob("*"))
    with scratch_folder():
        pass
    assert sorted(parent.rglob("*")) == before


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a folder of another user")
def test_that_of_another_user_stays(parent: Path) -> None:
    other = parent / "dateline-other"
    other.mkdir()
    (other / ".lock").write_text("")
    os.chown(other, 12345, 12345)
    with scratch_folder():
        pass
    assert other.exists()


SECRET = "correct horse battery"
SERVING = """
import sys
from pathlib import Path
from rag.config import AskConfig, BuildConfig
from rag.web.security import Access
from rag.web.server import serve
from rag.web.security import read_password
articles, index, models, password, host = sys.argv[1:]
places = {"articles": Path(articles), "index": Path(index), "models": Path(models)}
access = Access(("news.example.org",), read_password(Path(password), {}), api=True)
serve(AskConfig(**places), BuildConfig(**places), host=host, port=0, browser=False, access=access)
"""


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("0.0.0.0", "The chat does not open on 0.0.0.0: it has no password yet"),
        ("192.168.1.5", "The chat does not open on 192.168.1.5"),
        ("example.org", "The chat does not open on example.org"),
    ],
)
def test_it_does_not_open_beyond_this_machine(
    host: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.main(["--host", host, "--no-browser"]) == 1
    assert capsys.readouterr().err.startswith(sentence)


def test_a_taken_port_is_told_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert app.main(["--port", str(port), "--no-browser"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"Port {port} is taken")
    assert f"--port {port + 1}" in said
    assert said.count("\n") == 1


def test_the_shell_names_gradios_entry_and_no_other_host() -> None:
    page = shell_html()
    assert '<script type="module" src="/assets/index-' in page
    assert "http" not in page
    assert "<script>" not in page


def test_a_gradio_with_other_files_is_told(tmp_path: Path) -> None:
    template = tmp_path / "index.html"
    template.write_text("<html></html>")
    with pytest.raises(ConfigError, match=r"install gradio>=6\.31,<7 again"):
        shell_html(template)


def test_the_running_page_is_guarded_and_served_whole(site: Site) -> None:
    with httpx.Client(base_url=site.address, trust_env=False) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert "gradio-app" in page.text
        for path in ("/page/page.css", "/page/page.js", "/page/favicon.svg", "/theme.css"):
            assert client.get(path).status_code == 200, path
        assert client.get("/page/nothing.css").status_code == 404
        assert client.get("/config").json()["analytics_enabled"] is False
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
        foreign = {"Origin": "http://evil.example"}
        files = {"files": ("a.txt", b"text")}
        assert client.post("/gradio_api/upload", files=files, headers=foreign).status_code == 403
        big = b"x" * 3_000_000
        assert client.post("/gradio_api/queue/join", content=big).status_code == 413
        assert client.post("/gradio_api/queue/join", content=iter([big])).status_code == 413
        assert client.post("/gradio_api/upload", files=files).status_code == 200
    assert sorted(path.suffix for path in site.folder.iterdir()) == [".txt", ".txt"]


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("192.0.2.1", "192.0.2.1 is no address of this machine"),
        ("nowhere.invalid", "nowhere.invalid is no address of this machine"),
    ],
)
def test_an_address_of_another_machine_is_told(host: str, sentence: str) -> None:
    access = Access(password=Password(SECRET))
    with pytest.raises(ConfigError, match=sentence):
        serve(AskConfig(), BuildConfig(), host=host, port=0, browser=False, access=access)


def test_the_flags_say_who_may_come_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parser = argparse.ArgumentParser()
    access_options(parser)
    closed = given_access(parser.parse_args([]))
    assert (closed.api, closed.names, closed.password) == (False, (), None)
    monkeypatch.setenv("DATELINE_PASSWORD", SECRET)
    flags = ["--api", "--allow-host", "a.example", "--allow-host", "b.example:8443"]
    opened = given_access(parser.parse_args(flags))
    assert (opened.api, opened.names) == (True, ("a.example", "b.example:8443"))
    assert opened.password is not None
    assert "DATELINE_PASSWORD" not in os.environ


@pytest.mark.slow
def test_opened_to_others_it_asks_for_the_password_and_says_what_a_proxy_must_add(
    seed_index: BuildConfig, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    places = map(str, (seed_index.articles, seed_index.index, seed_index.models_folder, secret))
    process = subprocess.Popen(
        [sys.executable, "-c", SERVING, *places, "0.0.0.0"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(7)]
        port = re.search(r"http://127\.0\.0\.1:(\d+)", lines[0])
        assert port is not None, lines
        said = "".join(lines)
        for duty in ("password", "TLS", "Host header", "--allow-host", "X-Forwarded-Proto"):
            assert duty in said
        with httpx.Client(base_url=f"http://127.0.0.2:{port[1]}", trust_env=False) as client:
            assert client.get("/").status_code == 401
            client.auth = ("anybody", SECRET)
            assert client.get("/").status_code == 200
            assert client.get("/", headers={"host": "news.example.org"}).status_code == 200
            assert client.get("/", headers={"host": "evil.example"}).status_code == 421
            asked = client.post(
                "/api/ask", json={"question": "Where did Sharif and Pezeshkian meet?"}
            )
            assert "Cairo" in asked.json()["answer"]
            assert [path.name[:9] for path in temporary.iterdir()] == ["dateline-"]
            root = client.get(
                "/config",
                headers={"host": "news.example.org", "x-forwarded-proto": "https"},
            ).json()["root"]
            assert root == "https://news.example.org"
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    finally:
        process.kill()
        process.wait()
    assert list(temporary.iterdir()) == []
