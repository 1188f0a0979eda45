"""``python -m evals feedback``: a file of its own, scored like any other, or one sentence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.questions import load_articles, load_questions
from rag import AskConfig, Pipeline
from rag.config import BuildConfig
from rag.feedback import NAME, append, feedback_on, find_span
from rag.index.local import LocalStore, LocalTextSearch
from tests.conftest import SEEDS
from tests.judging import NOW, TODAY


@pytest.fixture(scope="module")
def index(seed_index: BuildConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds with feedback beside it: right, wrong with a span, wrong, damaged."""
    folder = tmp_path_factory.mktemp("judged") / "index"
    shutil.copytree(seed_index.index, folder)
    config = AskConfig(seed_index.articles, folder, models=seed_index.models)
    with Pipeline.open(config=config) as pipeline, LocalStore.open(folder) as opened:
        texts = LocalTextSearch(opened)
        for question, verdict, words in (
            ("Where did Sharif and Pezeshkian meet?", "right", ""),
            ("Did Sharif meet Pezeshkian in Cairo?", "right", ""),
            ("When did Sharif and Pezeshkian meet?", "right", ""),
            ("How do I bake sourdough bread?", "right", ""),
            ("What did Sharif extend?", "wrong_answer", "an invitation to President Pezeshkian"),
            ("Who is trying to come between Iran and Pakistan?", "wrong", ""),
        ):
            answer = pipeline.ask(question, today=TODAY)
            chosen = find_span(words, answer, texts) if words else None
            feedback = feedback_on(answer, verdict, chosen=chosen, today=TODAY, given_at=NOW)  # type: ignore[arg-type]
            append(folder, feedback)
    with (folder / NAME).open("ab") as file:
        file.write(b'{"format": 1,')
    return folder


@pytest.mark.slow
def test_the_command_writes_a_set_that_is_asked_and_scored(
    index: Path, seed_index: BuildConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.jsonl"
    assert main(["feedback", "--to", str(path), "--index", str(index)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith(f"5 of 7 line(s) of feedback written to {path}; ask them:\n")
    assert told.err.splitlines()[0].startswith("line 6 is left out: the answer is not right")
    assert told.err.splitlines()[1].startswith("line 7 is left out: it is damaged: ")

    questions = load_questions(path, load_articles(SEEDS))
    assert [question.kind for question in questions] == ["span", "yesno", "when", "passage", "span"]
    asked = ["run", str(path), "--articles", str(SEEDS), "--index", str(index)]
    places = ["--models", str(seed_index.models), "--report", str(tmp_path / "out")]
    assert main([*asked, *places]) == 0
    outcomes = json.loads((tmp_path / "out" / "mine.json").read_text())["outcomes"]
    # What was right is scored as right; the answer that was too short is not refused as wrong.
    assert [one["scores"]["correct"] for one in outcomes[:4]] == [1.0] * 4
    assert outcomes[4]["scores"]["citation_right"] == 1.0


def test_a_file_that_is_there_is_never_overwritten(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("mine")
    assert main(["feedback", "--to", str(path), "--index", str(index)]) == 1
    assert "is there already; name a new file" in capsys.readouterr().err
    assert path.read_text() == "mine"


def test_a_link_is_not_written_through(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, elsewhere = tmp_path / "mine.jsonl", tmp_path / "elsewhere"
    path.symlink_to(elsewhere)
    assert main(["feedback", "--to", str(path), "--index", str(index)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert not elsewhere.exists()


def test_what_cannot_be_written_is_told_in_one_sentence(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "none" / "mine.jsonl", tmp_path / "file" / "mine.jsonl"):
        assert main(["feedback", "--to", str(path), "--index", str(index)]) == 1
        assert "cannot be written (" in capsys.readouterr().err.splitlines()[-1]


def test_without_a_question_nothing_is_written(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, folder = tmp_path / "mine.jsonl", tmp_path / "index"
    shutil.copytree(index, folder)
    (folder / NAME).write_text("torn")
    assert main(["feedback", "--to", str(path), "--index", str(folder)]) == 1
    (folder / NAME).unlink()
    assert main(["feedback", "--to", str(path), "--index", str(folder)]) == 1
    err = capsys.readouterr().err
    assert "None of the 1 line(s) of feedback makes a question" in err
    assert "There is no feedback in" in err
    assert not path.exists()
