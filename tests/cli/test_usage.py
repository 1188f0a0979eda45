"""How commands end: errors in one sentence, exit codes, help, and the chat's options."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import app
from rag.cli import main, run
from rag.config import AskConfig, BuildConfig
from rag.web.security import Access
from tests.cli.conftest import Cli


def test_without_an_index_the_command_to_build_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["ask", "x"], ["search", "x"], ["info"], ["check"]):
        assert main([*command, "--index", str(tmp_path / "none")]) == 1
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert "dateline build" in error


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["ask"],
        ["ask", "x", "--batch", "-"],
        ["ask", "x", "--after", "2024-02-30"],
        ["ask", "--batch", "-", "--after", "2024-02-01"],
        ["ask", "--batch", "-", "--history", "Who met?"],
        ["ask", "--batch", "-", "--undated"],
        ["ask", "x", "--kind", "essay"],
        ["search", "x", "--top-k", "many"],
    ],
)
def test_wrong_usage_ends_with_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


@pytest.mark.parametrize("option", ["--top-k=0", "--min-confidence=2"])
def test_values_out_of_range_are_named(cli: Cli, option: str) -> None:
    _, err = cli("ask", "x", option, code=1)
    assert "choose a value from" in err


@pytest.mark.parametrize(
    "command", ["", "build", "ask", "search", "verify", "check", "info", "serve"]
)
def test_help_is_there_for_every_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "usage: dateline" in out
    assert max(map(len, out.splitlines())) <= 100


def test_an_interrupted_command_says_what_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(options: Namespace) -> int:
        raise KeyboardInterrupt

    assert run(interrupted, Namespace()) == 130
    assert capsys.readouterr().err == "Interrupted; what was embedded is kept.\n"


@pytest.mark.parametrize("buffered", [True, False])
def test_a_reader_who_stops_reading_is_no_error(seed_index: BuildConfig, buffered: bool) -> None:
    command = [sys.executable, "-m", "rag", "info", "--index", str(seed_index.index)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "" if buffered else "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as asked:
        assert asked.stdout is not None
        asked.stdout.close()
        assert asked.stderr is not None
        assert asked.stderr.read() == b""
    assert asked.returncode == 0


def serve_by_command(arguments: list[str]) -> int:
    return main(["serve", *arguments])


Entry = Callable[[list[str]], int]


@pytest.mark.parametrize("entry", [app.main, serve_by_command])
def test_the_chat_is_told_the_same_by_both_entries(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Any] = []

    def serve(*configs: Any, **where: Any) -> None:
        served.extend((*configs, where))

    monkeypatch.setattr("rag.web.server.serve", serve)
    places = ["--articles", "a", "--index", "i", "--models", "m"]
    assert entry([*places, "--reader", "sentence", "--port", "0", "--no-browser"]) == 0
    assert served == [
        AskConfig(Path("a"), Path("i"), models=Path("m"), reader="sentence"),
        BuildConfig(Path("a"), Path("i"), models=Path("m")),
        {"host": "127.0.0.1", "port": 0, "browser": False, "access": Access()},
    ]


@pytest.mark.parametrize("entry", [app.main, serve_by_command])
@pytest.mark.parametrize("arguments", [["--port", "many"], ["--model", "m"], ["fly"]])
def test_a_chat_that_is_told_wrong_ends_with_two(
    entry: Entry, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        entry(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
