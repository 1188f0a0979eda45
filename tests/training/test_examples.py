"""Examples: token places of answers, windows, rounds that can be resumed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tokenizers import Tokenizer

from rag.models.runtime import default_model
from training.examples import Rounds
from training.rows import Row
from training.settings import Recipe, read_recipe

TEXT = "Ada Lovelace wrote the first program in 1843. Charles Babbage built the engine in London."
LONG = "The harbour was quiet that day and nothing at all was heard of it. " * 30 + TEXT


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(default_model() / "tokenizer.json"))


def recipe(**unanswerable: float) -> Recipe:
    read = read_recipe()
    return replace(read, unanswerable=replace(read.unanswerable, **unanswerable))


def row(context: str, question: str, answer: str) -> Row:
    start = context.index(answer)
    return Row("squad_v1_part_a", "T", context, question, ((start, start + len(answer)),))


def rounds(tokenizer: Tokenizer, rows: list[Row], settings: Recipe) -> Rounds:
    return Rounds({"squad_v1_part_a": rows}, tokenizer, settings)


@pytest.mark.parametrize("context", [TEXT, LONG])
@pytest.mark.parametrize("answer", ["Ada Lovelace", "1843", "London"])
def test_the_answer_is_where_it_is_said_to_be(
    tokenizer: Tokenizer, context: str, answer: str
) -> None:
    settings = recipe(near_miss=0.0, other_passage=0.0)
    made = rounds(tokenizer, [row(context, "Who was it?", answer)], settings)
    examples = [example for batch in made.batches(0) for example in batch]
    [held] = [example for example in examples if example.answers]
    [(start, end)] = held.answers
    assert tokenizer.decode(list(held.ids[start : end + 1])) == answer.lower()
    assert all(len(e.ids) <= settings.network.max_tokens for e in examples)
    assert tokenizer.decode(list(held.ids[1 : held.context - 1])) == "who was it?"


def test_other_passages_and_near_misses_have_no_answer(tokenizer: Tokenizer) -> None:
    rows = [row(TEXT, f"When was program {i} written in London?", "1843") for i in range(20)]
    rows.append(Row("squad_v1_part_a", "T", "In London a program was on.", "What?", ()))
    made = rounds(tokenizer, rows, recipe(near_miss=1.0, other_passage=1.0))
    examples = [example for batch in made.batches(0) for example in batch]
    groups: dict[int, list[bool]] = {}
    for example in examples:
        groups.setdefault(example.group, []).append(bool(example.answers))
    assert {tuple(sorted(group)) for group in groups.values()} == {(False,), (False, True)}


def test_a_round_is_the_same_again_and_another_one_differs(tokenizer: Tokenizer) -> None:
    rows = [row(TEXT, f"When was program {i} written?", "1843") for i in range(40)]
    one, other = (rounds(tokenizer, rows, recipe()) for _ in range(2))
    assert one.batches(3) == other.batches(3) == one.batches(3)
    assert one.batches(3) != one.batches(4)
