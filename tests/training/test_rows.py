"""Training rows: what is left out, and that nothing that is reported on gets in."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from training.rows import fingerprints, held_out, read_file, read_rows

QUESTIONS = Path(__file__).parents[2] / "evals" / "questions"


def row(context: str, question: str, answer: str, title: str = "T") -> dict[str, Any]:
    answers = [{"text": answer, "answer_start": context.index(answer)}] if answer else []
    return {
        "id": question,
        "title": title,
        "context": context,
        "question": question,
        "answers": answers,
        "is_impossible": not answer,
    }


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(one) + "\n" for one in rows)
    return path


def test_doubles_and_what_is_reported_on_are_left_out(tmp_path: Path) -> None:
    one = row("Ada wrote it in 1843.", "Who wrote it?", "Ada")
    other = row("Bob read it.", "Who read it?", "Bob")
    dev = row("Cleo  kept IT!", "Who sold it?", "Cleo")
    (tmp_path / "train").mkdir()
    write(tmp_path / "train" / "a.jsonl.gz", [one, one, other])
    write(
        tmp_path / "train" / "b.jsonl.gz",
        [
            other,
            row("Cleo kept it.", "Who kept it?", "Cleo"),
            row("X sold it.", "Who sold it", "X"),
        ],
    )
    forbidden = fingerprints([write(tmp_path / "dev.jsonl.gz", [dev])])
    sets = read_rows(tmp_path / "train", forbidden)
    assert {name: [r.question for r in rows] for name, rows in sets.items()} == {
        "a": ["Who wrote it?", "Who read it?"]
    }


def test_a_context_that_is_held_out_is_in_no_other_set(tmp_path: Path) -> None:
    rows = [row(f"Text {i} of {i}.", f"What is {i}?", str(i), f"Title {i}") for i in range(80)]
    train = tmp_path / "train"
    train.mkdir()
    path = write(train / "squad_v1_part_a.jsonl.gz", rows)
    write(train / "squad_v1_part_b.jsonl.gz", [one | {"title": ""} for one in rows])
    kept = {one.context for one in held_out(path)}
    assert 0 < len(kept) < 40
    sets = read_rows(train, frozenset())
    trained = {one.context for found in sets.values() for one in found}
    assert trained == {one["context"] for one in rows} - kept


def test_places_hold_after_cleaning(tmp_path: Path) -> None:
    text = "`` It did n't rain , '' said Ada -LRB- 1843 -RRB- ."
    path = write(tmp_path / "qamr.jsonl.gz", [row(text, "Who said it ?", "Ada -LRB- 1843 -RRB-")])
    [clean] = read_file(path)
    [(start, end)] = clean.answers
    assert clean.context[start:end] == "Ada ( 1843 )"


@pytest.mark.skipif("DATELINE_DATA" not in os.environ, reason="needs the public data")
def test_no_training_row_is_reported_on() -> None:
    data = Path(os.environ["DATELINE_DATA"])
    reported = fingerprints(
        [
            *sorted((data / "reader" / "dev").glob("*.jsonl.gz")),
            *sorted((data / "ir" / "time").glob("*.jsonl.gz")),
            *sorted(QUESTIONS.glob("*.jsonl")),
        ]
    )
    sets = read_rows(data / "reader" / "train", reported)
    from training.rows import fingerprint

    for rows in sets.values():
        for one in rows:
            assert not reported & {fingerprint(one.context), fingerprint(one.question)}
