"""``dateline ask``: quotations, windows, follow-ups, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.cli import main
from rag.config import BuildConfig
from tests.cli.conftest import CAIRO, FIRST, SECOND, Cli, literal

CITATION_KEYS = {
    "article_id", "title", "published", "url", "file", "sha256", "start", "end", "quote",
    "sentence", "sentence_start", "sentence_end", "score", "speaker", "dates", "also", "copies",
}  # fmt: skip


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
    assert out.startswith("The collection does not clearly answer")
    assert "Nearest passages, not an answer:" in out


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
        "Understood: who, what or where, preferably from 1 December 2024 to 31 December 2024 "
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
    assert cli.json("ask", question)["preferred"]["said"] == "2019"
    undated = cli.json("ask", question, "--undated", "--kind", "passage", "--min-confidence", "0")
    assert (undated["preferred"], undated["kind"]) == (None, "passage")
    assert undated["interpreted"] == question


@pytest.mark.parametrize("question", ["", "   ", "?!", "\x00\x07"])
def test_an_empty_question_is_no_error(cli: Cli, question: str) -> None:
    assert cli.json("ask", question)["reason"] == "empty_question"


def test_a_question_of_a_megabyte_is_one_sentence(cli: Cli) -> None:
    out, err = cli("ask", "why " * 250_000, code=1)
    assert out == ""
    assert err.count("\n") == 1
    assert "1,000,000 characters" in err


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
    assert "a.txt has changed or gone since it was indexed" in out
