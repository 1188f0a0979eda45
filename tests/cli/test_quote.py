"""``dateline quote`` and ``rag ask --export``: what they print, write and end with."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from rag.cli import main
from rag.quotes.selector import Selector
from tests.cli.conftest import CAIRO, FIRST, Cli

SAID = "He urged for the operationalization of recently inaugurated border markets"


def test_a_quotation_is_found_with_its_place(cli: Cli) -> None:
    out, err = cli("quote", f"“{SAID}”")
    assert out.splitlines()[:3] == [
        "Exact, in 1 place:",
        "",
        "  He urged for the operationalization of recently inaugurated border markets",
    ]
    assert out.splitlines()[-1] == f"    {FIRST}.txt [596:670]"
    assert err == ""


def test_what_is_near_is_told_with_its_difference(cli: Cli) -> None:
    out, _ = cli("quote", SAID.replace("recently", "all newly"))
    assert out.splitlines()[:5] == [
        "Not to the letter; the nearest words are:",
        "",
        "  He urged for the operationalization of [-recently-] {+all newly+}",
        "  inaugurated border markets",
        "",
    ]
    assert f"{FIRST}.txt [596:670]" in out
    out, _ = cli("quote", "Iran's Acting  Foreign Minister")
    assert out.startswith("Exact but for spaces and quotation marks:\n")


def test_what_nobody_wrote_is_not_found(cli: Cli) -> None:
    out, _ = cli("quote", "Sourdough needs a starter.")
    assert out == "Not found: no article says this, nor anything like it word for word.\n"


def test_part_of_a_word_and_the_number_of_places_are_told(cli: Cli) -> None:
    out, _ = cli("quote", "inister")
    assert out.startswith("Exact, in ")
    assert "  It begins or ends inside a word.\n" in out
    assert out.endswith("These are the first 10; --json lists all.\n")


def test_the_json_can_be_linked_to(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    values = cli.json("quote", SAID)
    [place] = values["places"]
    assert (values["state"], place["article_id"], place["start"]) == ("exact", FIRST, 596)
    assert Selector.decode(place["link"].removeprefix("?quote=")).exact == SAID
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SAID}\n"))
    assert cli.json("quote", "-") == values


@pytest.mark.parametrize(("text", "said"), [(" “” ", "nothing to look for"), ("a" * 5001, "5,001")])
def test_what_cannot_be_looked_for_is_explained(cli: Cli, text: str, said: str) -> None:
    out, err = cli("quote", text, code=1)
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_an_answer_is_exported(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "answer.html"
    out, _ = cli("ask", CAIRO, "--export", str(file))
    assert "20 December 2024" in out
    assert file.read_text("utf-8").count("<blockquote>") == 1


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_batch_is_exported_and_verified(cli: Cli, tmp_path: Path, form: str) -> None:
    batch, file = tmp_path / "questions.jsonl", tmp_path / f"talk.{form}"
    questions = [CAIRO, "How do I bake bread?"]
    batch.write_text("".join(json.dumps({"question": q}) + "\n" for q in questions), "utf-8")
    printed, _ = cli("ask", "--batch", str(batch), "--top-k", "2", "--export", str(file))
    assert len(printed.splitlines()) == 2
    verdicts, _ = cli("verify", str(file))
    assert verdicts.endswith("quotations: 4 match.\n")
    assert [line.split(" ")[0] for line in verdicts.splitlines()[:-1]] == ["match"] * 4


def test_a_file_that_cannot_be_written_is_named(cli: Cli, tmp_path: Path) -> None:
    _, err = cli("ask", CAIRO, "--export", str(tmp_path / "none" / "answer.md"), code=1)
    assert "answer.md' (No such file or directory)" in err


def test_an_unknown_format_is_wrong_usage(cli: Cli, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        cli("ask", CAIRO, "--export", str(tmp_path / "answer.pdf"))
    assert ended.value.code == 2


def test_help_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["quote", "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "usage: dateline quote" in out
    assert max(map(len, out.splitlines())) <= 100
