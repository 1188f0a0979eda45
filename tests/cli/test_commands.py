"""``dateline search``, ``ask --batch``, ``verify``, ``info`` and ``check``: what they print."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from rag.cli import main
from rag.config import BuildConfig
from tests.cli.conftest import CAIRO, FIRST, SECOND, Cli


def test_search_lists_passages_best_first(cli: Cli, seed_index: BuildConfig) -> None:
    lines = cli("search", "visit of president Raisi", "--top-k", "3", "--json")[0].splitlines()
    hits = [json.loads(line) for line in lines]
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    assert [hit["score"] for hit in hits] == sorted((h["score"] for h in hits), reverse=True)
    assert hits[0]["article_id"] == SECOND
    assert hits[0].keys() >= {
        "rank", "article_id", "published", "start", "end", "text", "score", "dense", "lexical"
    }  # fmt: skip
    for hit in hits:
        text = (seed_index.articles / f"{hit['article_id']}.txt").read_bytes().decode()
        assert text[hit["start"] : hit["end"]] == hit["text"]


def test_a_batch_answers_line_by_line_in_order(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        json.dumps({"id": "one", "question": CAIRO, "history": ["Who met?"]}),
        "",
        json.dumps({"id": "two", "question": CAIRO, "as_of": "2024-07-01", "today": "2026-01-01"}),
        "{broken",
        json.dumps(["not an object"]),
        json.dumps({"id": "three"}),
        json.dumps({"id": "four", "question": CAIRO, "before": "yesterday"}),
        json.dumps({"id": "five", "question": CAIRO, "history": "not a list"}),
        json.dumps({"id": 6, "question": "?"}),
        json.dumps({"id": "seven", "question": CAIRO, "history": ["Who met?", 7]}),
        json.dumps({"id": "eight", "question": CAIRO, "kind": "essay"}),
        json.dumps({"id": "nine", "question": CAIRO, "undated": "yes"}),
        json.dumps({"id": "\ud83d", "question": CAIRO}),
        "[" * 100_000,
        json.dumps({"id": "ten", "question": CAIRO, "kind": "passage", "undated": True}),
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    out, _ = cli("ask", "--batch", str(path), "--top-k", "2", code=1)
    answers = [json.loads(line) for line in out.splitlines()]
    assert [a["id"] for a in answers] == [
        "one", "two", None, None, "three", "four", "five", "6", "seven", "eight",
        "nine", None, None, "ten"
    ]  # fmt: skip
    assert answers[0]["citations"][0]["article_id"] == FIRST
    assert answers[0]["retrieved"][0] == FIRST
    assert answers[1]["retrieved"] == [SECOND]
    errors = [a["error"] for a in answers if "error" in a]
    assert [e.split(" ")[1].strip(":") for e in errors] == [
        "4",
        "5",
        "6",
        "7",
        "8",
        "10",
        "11",
        "12",
        "13",
        "14",
    ]
    assert errors[-5:] == [
        "Line 10: 'history' is not a list of texts; correct it.",
        "Line 11: 'kind' is none of span, list, yesno, when, timeline, latest, summary, passage; "
        "choose one.",
        "Line 12: 'undated' is neither true nor false; correct it.",
        "Line 13 holds half of a character (a lone surrogate); correct that line.",
        "Line 14 is not JSON; correct that line.",
    ]
    assert answers[-1]["kind"] == "passage"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines[0]))
    piped, _ = cli("ask", "--batch", "-", "--top-k", "2")
    assert piped == out.splitlines(keepends=True)[0]


def test_verify_tells_match_moved_changed_and_missing(cli: Cli, tmp_path: Path) -> None:
    export = tmp_path / "answer.json"
    export.write_text(cli("ask", CAIRO, "--json")[0], "utf-8")
    out, _ = cli("verify", str(export))
    assert out.startswith("match")
    assert out.endswith("1 quotations: 1 match.\n")

    def state(folder: Path) -> tuple[str, int]:
        code = main(["verify", str(export), "--articles", str(folder), "--json"])
        return json.loads(cli._capsys.readouterr().out)["state"], code

    folder = tmp_path / "articles"
    folder.mkdir()
    quote = json.loads(export.read_text("utf-8"))["citations"][0]["quote"]
    file = folder / f"{FIRST}.txt"
    file.write_text(f"date 2024-12-20 Some words before. {quote}", "utf-8")
    assert state(folder) == ("moved", 0)
    file.write_text("date 2024-12-20 Nothing of it is left.", "utf-8")
    assert state(folder) == ("changed", 1)
    file.rename(folder / "other.txt")
    assert state(folder) == ("missing", 1)
    (folder / "renamed.txt").write_text(f"date 2024-12-20 {quote}", "utf-8")
    assert state(folder) == ("moved", 0)
    both = cli("ask", CAIRO, "--json")[0] + cli("ask", "bread", "--json")[0]
    export.write_text(both, "utf-8")
    out, _ = cli("verify", str(export))
    assert out.count(f"(answers {CAIRO[:40]})") == 1
    assert "(nearest to bread)" in out
    export.write_text("", "utf-8")
    assert main(["verify", str(export)]) == 1
    assert "it is empty" in cli._capsys.readouterr().err
    export.write_text("[1, 2", "utf-8")
    assert main(["verify", str(export)]) == 1
    assert "is not an exported answer" in cli._capsys.readouterr().err


def test_info_and_check(cli: Cli) -> None:
    info = cli.json("info")
    assert (info["articles"], info["newest_article"]) == (2, "2024-12-20")
    assert cli("check")[0] == "Every file of the index is as it was written.\n"


def test_an_article_that_is_off_is_not_found_until_it_is_on_again(cli: Cli) -> None:
    found = cli("search", "visit of president Raisi", "--json")[0]
    assert SECOND in found
    try:
        assert cli("off", SECOND)[0] == "Articles searched: 1; switched off: 1.\n"
        assert SECOND not in cli("search", "visit of president Raisi", "--json")[0]
        assert "nobody" in cli("off", "nobody", code=1)[1]
    finally:
        assert cli.json("on", SECOND) == {"searched": 2, "switched_off": 0}
    assert cli("search", "visit of president Raisi", "--json")[0] == found
