"""Two runs question by question, and follow-ups with the same questions in full."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals.compare import Record, compare, compare_in_full, read_record, run_json
from evals.report.terminal import comparison_table
from evals.run import Run
from evals.sets import EvalSet
from evals.summary import summarise
from evals.types import Question
from rag.errors import ConfigError
from tests.evals.small import QUESTIONS, Words, asked, run_small, small_set


def record(correct: list[float], **others: str) -> Record:
    scores = {f"q-{i}": {"correct": value} for i, value in enumerate(correct)}
    named = {"name": "set", "corpus": "c", "questions": "q", "index": "i"} | others
    return Record(**named, settings={}, scores=scores, asked={})


@pytest.mark.parametrize(
    ("before", "after", "change", "verdict", "gained", "lost"),
    [
        ([1, 0, 1, 0], [1, 0, 1, 0], 0.0, "inside the noise", (), ()),
        ([1, 0, 1, 0], [1, 1, 1, 0], 0.25, "inside the noise", ("q-1",), ()),
        ([0] * 12, [1] * 10 + [0] * 2, 10 / 12, "better", tuple(f"q-{i}" for i in range(10)), ()),
        ([1] * 12, [0] * 10 + [1] * 2, -10 / 12, "worse", (), tuple(f"q-{i}" for i in range(10))),
        ([1, 0] * 10, [0, 1] * 10, 0.0, "inside the noise",
         tuple(f"q-{i}" for i in range(1, 20, 2)), tuple(f"q-{i}" for i in range(0, 20, 2))),
    ],
)  # fmt: skip
def test_what_changed(
    before: list[float],
    after: list[float],
    change: float,
    verdict: str,
    gained: tuple[str, ...],
    lost: tuple[str, ...],
) -> None:
    compared = compare(record(before), record(after))
    (found,) = compared.differences
    assert found.found.difference == pytest.approx(change)
    assert found.verdict == verdict
    assert compared.gained == gained
    assert compared.lost == lost


def test_a_metric_is_compared_over_the_questions_that_both_have_it_for() -> None:
    before, after = record([1, 1, 0]), record([1, 0, 0])
    before.scores["q-0"]["iou"] = 0.5  # type: ignore[index]
    after.scores["q-0"]["iou"] = 0.7  # type: ignore[index]
    after.scores["q-1"]["iou"] = 0.1  # type: ignore[index]
    found = {one.metric: one for one in compare(before, after).differences}
    assert found["iou"].found.count == 1
    assert found["iou"].found.difference == pytest.approx(0.2)


@pytest.mark.parametrize("other", [{"questions": "others"}, {"corpus": "others"}])
def test_other_questions_or_articles_are_refused(other: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="cannot be compared; run both over the same set"):
        compare(record([1]), record([1], **other))


def test_a_run_is_compared_from_its_file(tmp_path: Path) -> None:
    paths = tmp_path / "good.json", tmp_path / "bad.json"
    for path, run in zip(paths, (run_small(), run_small(Words(worst=True))), strict=True):
        path.write_text(json.dumps(run_json(run, summarise(run.outcomes, resamples=20))))
    good, bad = map(read_record, paths)
    assert good == Record.of(run_small())
    compared = compare(good, bad)
    assert {one.metric: one.verdict for one in compared.differences}["correct"] == "worse"
    text = comparison_table(compared, bad.asked)
    assert "Became wrong: 24" in text
    assert "q-0   When did the harbour of Lund freeze?" in text.replace("q-0  ", "q-0   ")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}', "\x00"])
def test_another_file_is_no_run(text: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"run\.json' is not the JSON of a run"):
        read_record(path)


ALONE, FOLLOWING = QUESTIONS[0], asked(1, "And the barges?", "harbour", "two barges")
FOLLOWED = replace(
    FOLLOWING,
    history=(ALONE.question,),
    in_full="How many barges were lost there by Captain Ida Holm?",
)


def test_a_follow_up_is_asked_after_its_history_and_in_full_without_it() -> None:
    parts: list[tuple[Question, ...]] = []

    def run(part: EvalSet) -> Run:
        parts.append(part.questions)
        return run_small(Words(), part)

    compared = compare_in_full(small_set(questions=(ALONE, FOLLOWED)), run)
    ((before,), (after,)) = parts
    assert before == FOLLOWED
    assert (after.question, after.history) == (FOLLOWED.in_full, ())
    assert (after.id, after.answers) == (FOLLOWED.id, FOLLOWED.answers)
    right = {one.metric: (one.before, one.after) for one in compared.differences}["correct"]
    assert right == (0.0, 1.0)
    assert compared.gained == (FOLLOWED.id,)


def test_a_set_without_follow_ups_in_full_is_refused() -> None:
    with pytest.raises(ConfigError, match="'small' has no follow-up with a text in 'in_full'"):
        compare_in_full(small_set(questions=(ALONE,)), lambda part: run_small(Words(), part))
