"""``python -m evals`` from end to end over three small articles, and what it refuses."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from evals import commands
from evals.__main__ import main
from evals.compare import VARIANTS, ablate
from evals.engine import Settings
from tests.evals.ferry import ARTICLES, QUESTIONS, evals, row, run_mine


@pytest.fixture(scope="module")
def printed() -> io.StringIO:
    """What the run of ``written`` prints."""
    return io.StringIO()


@pytest.fixture(scope="module")
def written(ferry: Path, models: Path, printed: io.StringIO) -> dict[str, Any]:
    with redirect_stdout(printed):
        return run_mine(ferry, models, "out")


@pytest.mark.slow
def test_run_prints_a_table_and_writes_a_report(
    ferry: Path, written: dict[str, Any], printed: io.StringIO
) -> None:
    shown = printed.getvalue()
    assert "mine: 5 questions on 3 articles, 3 passages; quotations broken: 0" in shown
    assert "right, of all questions" in shown
    assert "5 questions on 3 articles" in (ferry / "out" / "report.html").read_text()


@pytest.mark.slow
def test_what_is_written(written: dict[str, Any]) -> None:
    outcomes = {outcome["question"]["id"]: outcome for outcome in written["outcomes"]}
    assert list(outcomes) == [name for name, *_ in QUESTIONS]
    assert written["broken_quotations"] == []
    assert written["summary"]["splits"]["all"]["questions"] == 5
    assert outcomes["mine-1"]["retrieved"][0] == "ferry"
    assert all(outcome["error"] == "" for outcome in outcomes.values())


@pytest.mark.slow
def test_as_of_is_asked_for(written: dict[str, Any]) -> None:
    outcome = written["outcomes"][3]
    assert outcome["answer"]["window"]["before"] == "2024-02-02"
    assert outcome["retrieved"] == ["ferry"]


@pytest.mark.slow
def test_a_second_run_uses_the_same_index_and_says_the_same(
    ferry: Path, models: Path, written: dict[str, Any]
) -> None:
    again = run_mine(ferry, models, "again")
    assert [o["scores"] for o in again["outcomes"]] == [o["scores"] for o in written["outcomes"]]
    assert {o["answer"]["index"]["version"] for o in again["outcomes"]} == {"000001"}
    for part in (*again["summary"]["splits"].values(), *written["summary"]["splits"].values()):
        del part["latency_ms"]
    assert again["summary"] == written["summary"]


@pytest.mark.slow
def test_a_part_of_a_set_is_asked_and_not_compared_with_all_of_it(
    ferry: Path, models: Path, written: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = str(ferry / "out" / "mine.json")
    assert len(run_mine(ferry, models, "part", "--limit", "2")["outcomes"]) == 2
    capsys.readouterr()
    assert main(["compare", whole, whole]) == 0
    assert "inside the noise" in capsys.readouterr().out
    assert main(["compare", whole, str(ferry / "part" / "mine.json")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("so they cannot be compared; run both over the same set.")


ROWS = (
    ("r-1", "Where did Ida Holm sail?", "Ida Holm sailed to Sund. It was cold.", "to Sund"),
    ("r-2", "Who sailed in spring?", "Nobody sailed in winter. Eva Lind did later.", "Eva Lind"),
    ("r-3", "Who sailed in summer?", "Ida Holm sailed to Sund. It was cold.", ""),
)
OF_SQUAD = {
    *("em", "f1", "em_if_answered", "f1_if_answered", "squad2_em", "squad2_f1", "squad2_f1_best"),
    "answerable_coverage_at_80",
}


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["--reader-only", "--split=all"])
def test_questions_on_contexts_read_alone_and_searched(
    mode: str, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {
            "id": name,
            "title": "",
            "context": context,
            "question": question,
            "answers": [{"text": answer, "answer_start": context.index(answer)}] if answer else [],
            "is_impossible": not answer,
        }
        for name, question, context, answer in ROWS
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    told = tmp_path / "out.json"
    arguments = (str(path), mode, "--report", str(tmp_path), "--json", str(told))
    assert evals(tmp_path, models, "run", *arguments) == 0
    written = json.loads(told.read_text())
    assert [outcome["error"] for outcome in written["outcomes"]] == ["", "", ""]
    metrics = written["summary"]["splits"][written["summary"]["headline"]]["metrics"]
    assert set(metrics) >= OF_SQUAD
    assert {metrics[name]["n"] for name in ("f1", "answerable_coverage_at_80")} == {2}
    assert metrics["squad2_f1_best"]["n"] == 3
    shown = capsys.readouterr().out
    assert "SQuAD 2.0 F1, best threshold" in shown
    searched = mode != "--reader-only"
    assert ("right article in ten" in shown) == searched
    for outcome, (_, _, context, _) in zip(written["outcomes"], ROWS, strict=True):
        cited = [*outcome["answer"]["citations"], *outcome["answer"]["nearest"]]
        assert searched or len(outcome["passages"]) == 1
        assert searched or all(quoted["sentence"] in context for quoted in cited)


def gate(ferry: Path, models: Path, *arguments: str) -> int:
    where = ("--articles", str(ferry / "articles"), "--baseline", str(ferry / "baseline.json"))
    return evals(ferry, models, "gate", str(ferry / "many.jsonl"), *where, *arguments)


@pytest.mark.slow
def test_the_gate_is_green_on_the_same_setting_and_red_on_a_worse_one(
    ferry: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An engine that answers all that it can, then one that is never sure enough to answer."""
    rows = [
        row(f"{one[0]}-{n}", f"{one[1]} ({n})", *one[2:])
        for one in QUESTIONS[:3]
        for n in (1, 2, 3)
    ]
    (ferry / "many.jsonl").write_text("\n".join(rows))
    answer_all, answer_nothing = ("--set", "min_confidence=0"), ("--set", "min_confidence=1")
    assert gate(ferry, models) == 1
    assert "There is no baseline" in capsys.readouterr().err
    assert gate(ferry, models, *answer_all, "--update") == 0
    green = (ferry / "baseline.json").read_bytes()
    assert gate(ferry, models, *answer_all, "--every", "2") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Nothing is worse than")
    assert gate(ferry, models, *answer_nothing) == 1
    assert "(citation_right) fell from" in capsys.readouterr().err
    assert (ferry / "baseline.json").read_bytes() == green


@pytest.mark.slow
def test_an_index_that_is_there_is_asked_if_it_is_of_the_same_articles(
    ferry: Path,
    models: Path,
    written: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = str(ferry / "work" / "mine" / "index")
    asked = run_mine(ferry, models, "there", "--limit", "1", "--index", there)
    assert asked["outcomes"][0]["retrieved"][0] == "ferry"
    assert asked["settings"]["build"]["max_tokens"] == 200
    capsys.readouterr()
    other = tmp_path / "articles"
    other.mkdir()
    for name, text in ARTICLES.items():
        (other / f"{name}.txt").write_text(text.replace("ferry", "boat"))
    mine = tmp_path / "mine.jsonl"
    mine.write_text(row("mine-1", "What did it pass?", "budget", "nine million crowns", {}))
    where = ("--articles", str(other), "--index", there, "--report", str(tmp_path))
    assert evals(ferry, models, "run", str(mine), *where) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "is not of the articles of 'mine' (2 are missing, foreign or changed, 'ferry'" in line
    assert "dateline build --articles" in line
    assert not (tmp_path / "report.html").exists()


# One with an index of its own, and one without a group of rules.
TWO_VARIANTS = (next(one for one in VARIANTS if one.build), VARIANTS[-1])


@pytest.mark.slow
@pytest.mark.parametrize(
    "variants",
    [TWO_VARIANTS, pytest.param(VARIANTS, marks=pytest.mark.full)],
    ids=["two", "all"],
)
def test_ablations(
    ferry: Path,
    models: Path,
    variants: tuple[Settings, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(commands, "run_ablations", partial(ablate, variants=variants))
    mine, articles = str(ferry / "mine.jsonl"), str(ferry / "articles")
    arguments = (mine, "--articles", articles, "--split", "all", "--limit", "1")
    assert evals(ferry, models, "ablate", *arguments) == 0
    shown = capsys.readouterr().out
    for name in ("default: min–max, 200 tokens, spans", *(variant.name for variant in variants)):
        assert name in shown
    assert (ferry / "work" / "mine" / "index-prefix-False" / "CURRENT").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "no-such-set"], "no-such-set"),
        (["run", "seeds", "--reader-only"], "'seeds' have no contexts to read"),
        (["compare", "none.json", "none.json"], "none.json"),
        (["run", "seeds", "seeds"], "Two sets are called 'seeds'"),
        (["run", "seeds", "--set", "topk=3"], "'topk=3' sets nothing"),
        (["gate", "--baseline", "none.json"], "There is no baseline 'none.json'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("python -m evals: ")
    assert says in line


def test_a_bad_question_is_named_by_its_line_and_nothing_is_asked(
    ferry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = row(*QUESTIONS[0]), row(*QUESTIONS[1]).replace("nine", "ten")
    path = tmp_path / "bad.jsonl"
    path.write_text(f"{good}\n{bad}\n")
    arguments = ["run", str(path), "--articles", str(ferry / "articles")]
    assert main([*arguments, "--work", str(tmp_path / "work")]) == 1
    assert "bad.jsonl:2: the span" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["run", "--limit", "0"],
        ["run", "--split", "x"],
        ["run", "--model", "m"],
        ["run", "--json", "both.json"],
        ["run", "--index", "index"],
        ["compare", "a"],
        ["gate", "--every", "3", "--update"],
        ["ablate"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom evals.__main__ import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'torch', 'faiss', 'numpy', 'gradio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
    assert "python -m evals gate" in done.stdout


BUNDLE = (
    {"q": "Why was the ferry to Sund cancelled?", "k": "span", "a": [["ferry", "because of ice"]]},
    {"q": "Who won the chess tournament?", "k": "span", "a": [], "near": ["budget", "Per Dahl"]},
    {
        "q": "And how often now?",
        "k": "span",
        "a": [["ferry-again", "twice a day"]],
        "h": ["Why was the ferry to Sund cancelled?"],
        "full": "How often does the ferry to Sund sail?",
    },
    {"q": "Who?", "k": "span", "a": [["lost", "nobody"]]},
)


@pytest.mark.slow
def test_bundles_are_asked_counted_and_compared(
    ferry: Path, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "news" / "g01-sund"
    bundle.mkdir(parents=True)
    for name, text in ARTICLES.items():
        (bundle / f"{name}.txt").write_text(text)
    (bundle / "questions.jsonl").write_text("\n".join(map(json.dumps, BUNDLE)))
    out = tmp_path / "out"
    arguments = ("--bundles", str(tmp_path / "news"), "--report", str(out))
    assert evals(tmp_path, models, "run", *arguments, "--in-full") == 0
    shown = capsys.readouterr()
    assert "left out: g01-sund/questions.jsonl:4: there is no article 'lost'" in shown.err
    assert "news: 3 questions on 3 articles" in shown.out
    assert "! 1 lines of the set are left out" in shown.out
    assert [line.split()[:2] for line in shown.out.splitlines() if line.startswith("  g ")] == [
        ["g", "3"]
    ]
    written = json.loads((out / "news.json").read_text())
    assert written["outcomes"][2]["question"]["question"] == BUNDLE[2]["full"]
    assert written["summary"]["breakdown"]["asked"]["follow-ups"]["questions"] == 1
    assert len(written["left_out"]) == 1
    misses = (out / "news-misses.tsv").read_text().splitlines()
    wrong = [one for one in written["outcomes"] if one["stage"] != "right"]
    assert [line.split("\t")[0] for line in misses] == [
        "id", *(one["question"]["id"] for one in wrong)
    ]  # fmt: skip
    assert "By writer" in (out / "report.html").read_text()
    record = str(out / "news.json")
    assert main(["compare", record, record]) == 0
    baseline = ("--baseline", str(tmp_path / "baseline.json"))
    assert evals(tmp_path, models, "gate", *arguments[:2], *baseline, "--update") == 0
    assert '"news": {' in (tmp_path / "baseline.json").read_text()
    assert evals(tmp_path, models, "followups", *arguments[:2]) == 0
    assert "news: before, as follow-ups; after, in full" in capsys.readouterr().out
