"""Results that are kept on disk, and the quality of systems beside Dateline's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evals.bench.corpora import BenchCorpus, Plan
from evals.bench.results import (
    AskResult,
    BuildResult,
    Results,
    SystemResult,
    held_out,
    qualities,
)
from evals.types import Gold, Question

# What is kept

BUILT = BuildResult((2.0, 4.0, 3.0), (1.0, 1.5, 1.0), 5_000_000, 200.0)
ASKED = AskResult((1.5,), (10.0, 20.0), (30.0, 40.0), 100.0, {"1": ("a", "b")}, {"1": ""})
RESULT = SystemResult("dateline", "time", {"threads": 2}, "r1", "c1", "2024-05-01", BUILT, ASKED)


def test_results_come_back_as_they_were(tmp_path: Path) -> None:
    results, nothing = Results(tmp_path), SystemResult("dateline", "time", {"threads": 2}, "r1")
    assert results.read(nothing) == nothing
    results.write(RESULT)
    assert results.read(nothing) == RESULT
    failed = replace(nothing, failed="It fell.")
    results.write(failed)
    assert results.read(nothing) == failed


def test_of_another_setting_nothing_is_used_and_of_another_reader_only_the_build(
    tmp_path: Path,
) -> None:
    results = Results(tmp_path)
    results.write(RESULT)
    elsewhere = SystemResult("dateline", "time", {"threads": 1}, "r1")
    assert results.read(elsewhere) == elsewhere
    unread = SystemResult("dateline", "time", {"threads": 2}, "")
    assert results.read(unread) == replace(RESULT, reader="", asked=None)
    unbuilt = replace(RESULT, built=None, asked=None, failed="It fell.")
    results.write(unbuilt)
    assert results.read(unread) == replace(unbuilt, reader="")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"setting": 1}'])
def test_a_damaged_result_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "time").mkdir()
    (tmp_path / "time" / "dateline.json").write_text(text)
    nothing = SystemResult("dateline", "time", {})
    assert Results(tmp_path).read(nothing) == nothing


# Quality

QUESTIONS = (
    Question("1", "?", grades={"a": 1}),
    Question("2", "?", grades={"b": 1}),
    Question("3", "?", grades={"c": 1, "d": 1}),
)


def judged_corpus(kind: str = "judged") -> BenchCorpus:
    return BenchCorpus(Plan("time", kind, path=Path()), Path(), 4, 4, "", QUESTIONS)  # type: ignore[arg-type]


def test_quality_of_a_ranking_by_hand() -> None:
    own = AskResult(found={"1": ("a",), "2": ("x", "b"), "3": ("c", "x")})
    found = {one.metric: one for one in qualities(judged_corpus(), QUESTIONS, {"dateline": own})}
    assert found["Recall@10"].mean.value == pytest.approx((1 + 1 + 1 / 2) / 3)
    assert found["MRR@10"].mean.value == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert [one.beside for one in found.values()] == ["", "", ""]
    assert [question.id for question in held_out(QUESTIONS)] == ["1", "3"]


def test_quality_of_answers_by_hand_and_beside_dateline() -> None:

    questions = tuple(
        Question(str(i), "?", answers=(Gold("two barges"),) if i % 2 else ()) for i in range(40)
    )
    right = AskResult(answers={q.id: "Two barges" if q.answers else "" for q in questions})
    wrong = AskResult(answers={q.id: "barges" for q in questions})
    corpus = replace(judged_corpus("reading"), questions=questions)
    found = qualities(corpus, questions, {"dateline": right, "plain": wrong})
    values = {(one.metric, one.system): (one.mean.value, one.beside) for one in found}
    assert values == {
        ("EM", "dateline"): (1.0, ""),
        ("EM", "plain"): (0.0, "worse"),
        ("F1", "dateline"): (1.0, ""),
        ("F1", "plain"): (pytest.approx(1 / 3), "worse"),
    }
