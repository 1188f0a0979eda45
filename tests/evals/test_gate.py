"""The gate: red on what is worse, green on what is not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals.gate import failures, fallen_in_noise, part_of, read_baseline, write_baseline
from evals.run import Run
from rag.errors import ConfigError
from tests.evals.small import ARTICLES, QUESTIONS, Failing, Words, run_small, shifted, small_set


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    path = tmp_path / "baseline.json"
    write_baseline([run_small()], path)
    return path


def judged(run: Run, baseline: Path) -> list[str]:
    return failures([run], read_baseline(baseline))


def test_green_on_the_same_engine(baseline: Path) -> None:
    assert judged(run_small(), baseline) == []


def test_red_on_a_broken_retriever_and_green_again(baseline: Path) -> None:
    found = judged(run_small(Words(worst=True)), baseline)
    assert any("(correct_answerable) fell from 100.0 % to 0.0 % over 24" in one for one in found)
    assert any("(article_ndcg@10) fell" in one for one in found)
    assert all(one.startswith("small: ") and "\n" not in one for one in found)
    assert judged(run_small(), baseline) == []


def test_red_on_answering_what_has_no_answer(baseline: Path) -> None:
    found = judged(run_small(Words(least=0.0)), baseline)
    fallen = {line.split("(")[1].split(")")[0] for line in found}
    assert fallen == {"correct", "correct_unanswerable"}


def test_a_part_of_a_set_is_held_against_the_same_questions(baseline: Path) -> None:
    """The whole has 30 questions, 24 of which have an answer."""
    whole = small_set()
    part = whole.every(3)
    before = {"small": part_of(read_baseline(baseline)["small"], whole, part)}
    assert failures([run_small(asked_set=part)], before) == []
    found = failures([run_small(Words(worst=True), part)], before)
    assert any("(correct_answerable) fell from 100.0 % to 0.0 % over 8" in one for one in found)


def test_a_part_of_other_questions_is_not_compared(baseline: Path) -> None:
    whole = small_set(questions=QUESTIONS[1:])
    part = whole.every(3)
    before = {"small": part_of(read_baseline(baseline)["small"], whole, part)}
    [line] = failures([run_small(asked_set=part)], before)
    assert line.startswith("small: the questions are not those of the baseline")


def test_one_question_more_or_less_is_noise(baseline: Path) -> None:
    run = run_small(Failing())
    assert sum(o.scores["correct"] for o in run.outcomes) == len(QUESTIONS) - 1
    assert judged(run, baseline) == []


def test_better_is_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_baseline([run_small(Words(worst=True))], path)
    assert judged(run_small(), path) == []


def test_red_on_one_broken_quotation(baseline: Path) -> None:
    run = replace(run_small(), broken=("q-3",))
    assert judged(run, baseline) == ["small: a quotation of question q-3 is not in its article"]


@pytest.mark.parametrize(
    ("run", "what"),
    [
        (run_small(asked_set=small_set(questions=QUESTIONS[1:])), "questions"),
        (
            run_small(
                asked_set=small_set(
                    ARTICLES | {"market": replace(ARTICLES["market"], sha256="another")}
                )
            ),
            "articles",
        ),
    ],
)
def test_red_on_other_questions_or_articles(run: Run, what: str, baseline: Path) -> None:
    assert judged(run, baseline) == [
        f"small: the {what} are not those of the baseline; run python -m evals gate --update"
    ]


def test_red_on_a_set_that_the_baseline_lacks(baseline: Path) -> None:
    (line,) = judged(replace(run_small(), name="new"), baseline)
    assert line.startswith("new: the baseline does not have this set")


def test_the_same_runs_give_the_same_bytes(baseline: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    write_baseline([run_small()], again)
    assert again.read_bytes() == baseline.read_bytes()


def test_a_baseline_names_what_it_was_made_of(baseline: Path) -> None:
    made, run = json.loads(baseline.read_text())["sets"]["small"], run_small()
    assert made["corpus"] == run.corpus
    assert made["questions"] == run.questions
    assert made["index"] == run.index.fingerprint
    assert len(made["scores"]) == len(QUESTIONS)


def test_other_sets_of_a_baseline_stay_as_they_are(baseline: Path) -> None:
    before = read_baseline(baseline)
    write_baseline([replace(run_small(Words(worst=True)), name="new")], baseline, others=before)
    after = read_baseline(baseline)
    assert list(after) == ["small", "new"]
    assert after["small"] == before["small"]


def test_broken_quotations_never_become_the_baseline(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="was not written"):
        write_baseline([run_small(shifted())], tmp_path / "baseline.json")
    assert not (tmp_path / "baseline.json").exists()


@pytest.mark.parametrize("text", ["", "{}", '{"format": 0, "sets": {}}', "[1]"])
def test_a_baseline_that_cannot_be_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"cannot be read .* gate --update"):
        read_baseline(path)


def test_no_baseline(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no baseline"):
        read_baseline(tmp_path / "none.json")


def test_what_fell_inside_the_noise_is_said_and_stops_nothing(baseline: Path) -> None:
    before = read_baseline(baseline)
    run = run_small(Failing())
    assert failures([run], before) == []
    told = fallen_in_noise([run], before)
    assert any("(correct)" in line and "inside the noise" in line for line in told)
    assert fallen_in_noise([run_small()], before) == []


@pytest.mark.parametrize("cut", ["question", "metric"])
def test_a_baseline_that_lacks_something_is_no_measure(baseline: Path, cut: str) -> None:
    [record] = read_baseline(baseline).values()
    scores = {name: dict(one) for name, one in record.scores.items()}
    if cut == "question":
        del scores[next(iter(scores))]
    else:
        for one in scores.values():
            one.pop("correct")
    [line] = failures([run_small()], {"small": replace(record, scores=scores)})
    what = {"question": "questions that are scored", "metric": "metrics"}[cut]
    assert f"the {what} are not those of the baseline" in line
