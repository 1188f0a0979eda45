"""The command line over an index of the two seed articles: what it prints, and how it ends."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.cli import main
from rag.config import BuildConfig

CAIRO = "Where did Sharif and Pezeshkian meet?"
FIRST, SECOND = "000_67432f77a0b5fa99", "003_9aa3f54420ab385a"
CITATION_KEYS = {
    "article_id", "title", "published", "url", "file", "sha256", "start", "end", "quote",
    "sentence", "sentence_start", "sentence_end", "score", "speaker", "dates", "also", "copies",
}  # fmt: skip


class Cli:
    """Runs commands on the seed index and captures what they print."""

    def __init__(self, config: BuildConfig, capsys: pytest.CaptureFixture[str]) -> None:
        self._places = ["--articles", str(config.articles), "--index", str(config.index)]
        self._models = ["--models", str(config.models)]
        self._capsys = capsys

    def __call__(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        reader = ["--reader", "sentence"] if arguments[0] == "ask" else []
        assert main([*arguments, *reader, *self._places, *self._models]) == code
        captured = self._capsys.readouterr()
        return captured.out, captured.err

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json")[0])


@pytest.fixture
def cli(seed_index: BuildConfig, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(seed_index, capsys)


def literal(config: BuildConfig, citations: Sequence[dict[str, Any]]) -> bool:
    """Whether each quotation stands in its file, by offsets alone."""
    for cited in citations:
        text = (config.articles / cited["file"]).read_bytes().decode()
        if text[cited["start"] : cited["end"]] != cited["quote"]:
            return False
        if text[cited["sentence_start"] : cited["sentence_end"]] != cited["sentence"]:
            return False
    return bool(citations)


def test_ask_quotes_the_article(cli: Cli, seed_index: BuildConfig) -> None:
    out, err = cli("ask", CAIRO)
    assert "11th D-8 Summit in Cairo." in out
    assert "20 December 2024" in out
    assert f"{FIRST}.txt [" in out
    assert "\x1b" not in out
    assert err == ""


def test_ask_json_has_the_shape_of_the_contract(cli: Cli, seed_index: BuildConfig) -> None:
    answer = cli.json("ask", CAIRO)
    assert {
        "id", "question", "interpreted", "carried", "kind", "window", "answer", "confidence",
        "abstained", "reason", "advice", "disagreement", "citations", "nearest", "changed_files",
        "index", "timings_ms",
    } <= answer.keys()  # fmt: skip
    assert answer["citations"][0].keys() >= CITATION_KEYS
    assert answer["citations"][0]["article_id"] == FIRST
    assert answer["answer"] == answer["citations"][0]["quote"]
    assert (answer["abstained"], answer["reason"]) == (False, None)
    assert literal(seed_index, answer["citations"])
    assert answer["index"]["newest_article"] == "2024-12-20"


def test_the_same_question_gives_the_same_bytes(cli: Cli) -> None:
    assert cli("ask", CAIRO, "--json") == cli("ask", CAIRO, "--json")
    assert cli.json("ask", CAIRO)["timings_ms"] == {}
    assert cli.json("ask", CAIRO, "--timings")["timings_ms"].keys() == {"retrieve", "read"}


def test_a_far_off_question_is_refused_with_what_is_nearest(
    cli: Cli, seed_index: BuildConfig
) -> None:
    answer = cli.json("ask", "How do I bake sourdough bread?")
    assert (answer["answer"], answer["citations"]) == (None, [])
    assert answer["reason"] == "low_confidence"
    assert literal(seed_index, answer["nearest"])
    out, _ = cli("ask", "How do I bake sourdough bread?")
    assert out.startswith("No article says so")
    assert "Nearest, but not an answer:" in out


@pytest.mark.parametrize(
    ("options", "article"),
    [
        (["--before", "2024-12-20"], SECOND),
        (["--after", "2024-12-20"], FIRST),
        (["--as-of", "2024-12-19"], SECOND),
        (["--as-of", "2024-06-09"], SECOND),
        (["--after", "2024-06-10"], FIRST),
    ],
)
def test_a_window_filters_exactly(cli: Cli, options: list[str], article: str) -> None:
    answer = cli.json(
        "ask", "What did Pakistan and Iran discuss?", "--min-confidence", "0", *options
    )
    assert [cited["article_id"] for cited in answer["citations"]] == [article]
    hits = cli("search", "Pakistan and Iran", "--json", *options)[0].splitlines()
    assert {json.loads(line)["article_id"] for line in hits} == {article}


def test_a_window_without_articles_says_so(cli: Cli) -> None:
    answer = cli.json("ask", CAIRO, "--before", "2020-01-01")
    assert (answer["reason"], answer["nearest"]) == ("outside_window", [])
    _, err = cli("ask", CAIRO, "--after", "2024-02-01", "--before", "2024-01-01", code=1)
    assert "No day is both" in err


def test_what_was_understood_is_told_before_the_answer(cli: Cli) -> None:
    out, _ = cli("ask", "Where did Sharif and Pezeshkian meet in December 2024?")
    assert out.splitlines()[:2] == [
        "Understood: who, what or where, from 1 December 2024 to 31 December 2024 "
        "(“December 2024”)",
        "",
    ]
    assert cli("ask", CAIRO)[0].startswith("  Prime Minister")


def test_a_follow_up_is_completed_from_the_history(cli: Cli) -> None:
    asked = ["ask", "Where did they meet?", "--history", "Who are Sharif and Pezeshkian?"]
    asked += ["--min-confidence", "0"]
    answer = cli.json(*asked)
    assert answer["carried"] == ["Sharif", "Pezeshkian"]
    assert "Cairo" in answer["answer"]
    both = cli.json(*asked, "--history", "Who is Ali Bagheri?")
    assert both["carried"] == ["Ali Bagheri"]


def test_kind_and_dates_can_be_corrected(cli: Cli) -> None:
    question = "Where did Sharif and Pezeshkian meet in 2019?"
    assert cli.json("ask", question)["window"]["said"] == "2019"
    undated = cli.json("ask", question, "--undated", "--kind", "passage", "--min-confidence", "0")
    assert (undated["window"], undated["kind"]) == (None, "passage")
    assert undated["interpreted"] == question


@pytest.mark.parametrize("question", ["", "   ", "?!", "\x00\x07"])
def test_an_empty_question_is_no_error(cli: Cli, question: str) -> None:
    assert cli.json("ask", question)["reason"] == "empty_question"


def test_a_question_of_a_megabyte_is_one_sentence(cli: Cli) -> None:
    out, err = cli("ask", "why " * 250_000, code=1)
    assert out == ""
    assert err.count("\n") == 1
    assert "1,000,000 characters" in err


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
        json.dumps({"id": "ten", "question": CAIRO, "kind": "passage", "undated": True}),
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    out, _ = cli("ask", "--batch", str(path), "--top-k", "2", code=1)
    answers = [json.loads(line) for line in out.splitlines()]
    assert [a["id"] for a in answers] == [
        "one", "two", None, None, "three", "four", "five", "6", "seven", "eight", "nine", "ten"
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
    ]
    assert errors[-3:] == [
        "Line 10: 'history' is not a list of texts; mend it.",
        "Line 11: 'kind' is none of span, list, yesno, when, timeline, latest, summary, passage; "
        "choose one.",
        "Line 12: 'undated' is neither true nor false; mend it.",
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


def test_an_answer_says_when_its_file_has_changed(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    file = articles / "a.txt"
    file.write_text(" date 2024-01-02 The harbour of Veldt was closed by ice.", "utf-8")
    places = ["--articles", str(articles), "--index", str(tmp_path / "i"), "--models", str(models)]
    ask = ["ask", "What closed the harbour of Veldt?", "--min-confidence", "0", *places]
    ask += ["--reader", "sentence"]
    assert main(["build", *places]) == 0
    assert main(ask) == 0
    assert "has changed" not in capsys.readouterr().out
    file.write_text(" date 2024-01-02 The harbour of Veldt was closed by fog.", "utf-8")
    assert main(ask) == 0
    out = capsys.readouterr().out
    assert "closed by ice" in out
    assert "a.txt has changed or gone since the index was built" in out


def test_info_and_check(cli: Cli) -> None:
    info = cli.json("info")
    assert (info["articles"], info["newest_article"]) == (2, "2024-12-20")
    assert cli("check")[0] == "Every file of the index is as it was written.\n"


def test_without_an_index_the_command_to_build_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["ask", "x"], ["search", "x"], ["info"], ["check"]):
        assert main([*command, "--index", str(tmp_path / "none")]) == 1
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert "python -m rag build" in error


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
    assert "usage: python -m rag" in out
    assert max(map(len, out.splitlines())) <= 100
