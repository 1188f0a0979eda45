"""Examples: token places of labels, the prefix, windows, blocks that can be drawn again."""

from __future__ import annotations

import random
from dataclasses import replace
from types import MappingProxyType

import pytest
from tokenizers import Tokenizer

from training.examples import Blocks, Encoder, Example
from training.loss import collate
from training.recipe import Recipe, read_recipe
from training.sources import Asked, Label, Passage

TEXT = "Ada Lovelace wrote the first program in 1843. Charles Babbage built the engine in London."
LONG = "The harbour was quiet that day and nothing at all was heard of it. " * 30 + TEXT


def passage(text: str, answer: str, *, dated: bool = True) -> Passage:
    start = text.index(answer)
    span = ((start, start + len(answer)),)
    prefix = {"date": "1843-05-06", "title": "Ada Lovelace in London"} if dated else {}
    return Passage(text, Label.SPAN, span, span, span, **prefix)


def decoded(tokenizer: Tokenizer, example: Example, spans: tuple[tuple[int, int], ...]) -> str:
    [(start, end)] = spans
    return str(tokenizer.decode(list(example.ids[start : end + 1])))


@pytest.mark.parametrize("text", [TEXT, LONG])
@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("answer", ["Ada Lovelace", "1843", "London"])
def test_labels_are_where_they_are_said_to_be(
    tokenizer: Tokenizer, text: str, dated: bool, answer: str
) -> None:
    windows = Encoder(tokenizer, 128).windows("Who was it?", passage(text, answer, dated=dated))
    held = [window for window in windows if window.spans]
    assert held
    for window in held:
        for spans in (window.spans, window.items, window.evidence):
            assert spans is not None
            assert decoded(tokenizer, window, spans) == answer.lower()
        assert window.label == Label.SPAN
    assert {w.label for w in windows if not w.spans} <= {Label.NONE}
    assert all(len(window.ids) <= 128 for window in windows)
    assert tokenizer.decode(list(windows[0].ids[1 : windows[0].second - 1])) == "who was it?"


def test_the_prefix_can_never_be_marked(tokenizer: Tokenizer) -> None:
    [example] = Encoder(tokenizer, 128).windows("Who was it?", passage(TEXT, "London"))
    shown = tokenizer.decode(list(example.ids[example.second : example.first]))
    assert shown == "1843 - 05 - 06 · ada lovelace in london ·"
    allowed = collate([example]).allowed[0].tolist()
    assert allowed[0]
    assert not any(allowed[1 : example.first])
    assert all(allowed[example.first : len(example.ids) - 1])
    assert not any(allowed[len(example.ids) - 1 :])


def test_a_long_title_is_cut(tokenizer: Tokenizer) -> None:
    assert len(Encoder(tokenizer, 128).prefix("2020-01-01", "word " * 99)) == 24


class Fixed:
    """A source of so many questions on one passage."""

    def __init__(self, name: str, count: int) -> None:
        self._name, self._count = name, count

    def __len__(self) -> int:
        return self._count

    def ask(self, number: int, chance: random.Random) -> Asked:
        return Asked(f"{self._name} {number}?", (passage(TEXT, "1843"), passage(TEXT, "London")))


def recipe() -> Recipe:
    weights = {"one": {"a": 1.0, "b": 0.5}, "two": {"c": 1.0}}
    return replace(
        read_recipe(),
        batch=8,
        questions=MappingProxyType({"one": 30, "two": 10}),
        weights=MappingProxyType({name: MappingProxyType(w) for name, w in weights.items()}),
    )


def blocks(tokenizer: Tokenizer) -> Blocks:
    sources = {"a": Fixed("a", 50), "b": Fixed("b", 40), "c": Fixed("c", 7)}
    return Blocks(sources, Encoder(tokenizer, 128), recipe())


def test_a_block_is_the_same_again_and_another_one_differs(tokenizer: Tokenizer) -> None:
    one, other = blocks(tokenizer), blocks(tokenizer)
    assert one.batches(3) == other.batches(3) == one.batches(3)
    assert one.batches(3) != one.batches(4)


def test_groups_stay_whole_and_every_question_comes_once_a_cycle(tokenizer: Tokenizer) -> None:
    made = blocks(tokenizer)
    for batch in made.batches(0):
        groups = [example.group for example in batch]
        assert all(groups.count(group) == 2 for group in groups)
    drawn = [made._families["two"].draw(7 * i, 7) for i in range(3)]
    assert all(sorted(one) == [("c", i) for i in range(7)] for one in drawn)
    long = made._families["one"].draw(0, 300)
    assert made._families["one"].draw(120, 60) == long[120:180]
