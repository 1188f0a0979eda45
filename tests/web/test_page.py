from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest

import app
from rag.errors import ConfigError
from rag.web import shell
from tests.web.conftest import Site


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
    page = shell.page()
    assert '<script type="module" src="/assets/index-' in page
    assert "http" not in page
    assert "<script>" not in page


def test_a_gradio_with_other_files_is_told(tmp_path: Path) -> None:
    template = tmp_path / "index.html"
    template.write_text("<html></html>")
    with pytest.raises(ConfigError, match=r"install gradio>=6\.31,<7 again"):
        shell.page(template)


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
