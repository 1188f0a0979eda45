"""SQuAD as published, and flat rows with a context each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.adapters import read_question_set
from evals.questions import QuestionSetError
from evals.types import Gold
from tests.evals.public_sets import (
    BRIDGE,
    FLAT,
    SQUAD,
    STRIKE,
    documents,
    write_json,
    write_rows,
)


def test_squad_as_published(tmp_path: Path) -> None:
    found = read_question_set(write_json(tmp_path / "dev-v2.0.json", SQUAD))
    first, second = found.questions
    (document,) = documents(found)
    assert (found.name, document.title, document.text) == ("dev-v2", "Coopers' Bridge", BRIDGE)
    assert first.answers == (
        Gold("Thursday", document.id, 29, 37),
        Gold("on Thursday", document.id, 26, 37),
    )
    assert first.articles == (document.id,)
    assert first.context == second.context == BRIDGE
    assert (first.unanswerable, second.unanswerable) == (False, True)
    assert (second.answers, second.articles) == ((), ())
    assert not first.kind_known


def test_squad_1_has_no_impossible_questions(tmp_path: Path) -> None:
    value = json.loads(json.dumps(SQUAD))
    questions = value["data"][0]["paragraphs"][0]["qas"]
    del questions[1], questions[0]["is_impossible"]
    found = read_question_set(write_json(tmp_path / "train.json", value))
    assert [question.unanswerable for question in found.questions] == [False]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_flat_rows(name: str, tmp_path: Path) -> None:
    found = read_question_set(write_rows(tmp_path / name, FLAT))
    assert [question.id for question in found.questions] == ["f1", "f2", "f3"]
    assert [document.text for document in documents(found)] == [BRIDGE, STRIKE]
    assert found.questions[0].context is found.questions[1].context
    assert [question.unanswerable for question in found.questions] == [False, True, False]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"answers": [{"text": "Ten", "answer_start": 39}]}, "'Ten' does not stand at 39"),
        ({"answers": [{"text": "Nine", "answer_start": None}]}, "'Nine' does not stand at None"),
        ({"answers": [{"text": ".", "answer_start": -1}]}, "'.' does not stand at -1"),
        ({"answers": []}, "has no answers and is not marked impossible"),
        ({"answers": None}, "'answers' is not a list of objects"),
        ({"question": None}, "'question' is None, not a text"),
        ({"id": "f2"}, "the id 'f2' occurs twice"),
    ],
)
def test_a_bad_row_is_named(change: dict[str, Any], reason: str, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl", [FLAT[1], {**FLAT[0], **change}])
    with pytest.raises(QuestionSetError) as caught:
        read_question_set(path)
    assert "rows.jsonl:2: " in str(caught.value)
    assert reason in str(caught.value)


def test_a_bad_question_of_squad_is_named_by_its_place(tmp_path: Path) -> None:
    value = json.loads(json.dumps(SQUAD))
    value["data"][0]["paragraphs"][0]["qas"][0]["answers"][0]["answer_start"] = 3
    with pytest.raises(QuestionSetError, match=r"data\[0\]\.paragraphs\[0\]\.qas\[0\]: 'Thursday'"):
        read_question_set(write_json(tmp_path / "dev.json", value))
