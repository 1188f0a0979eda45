"""``python -m evals`` that cannot be done as asked, and its help."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from evals.__main__ import main
from tests.evals.ferry import QUESTIONS, row


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
