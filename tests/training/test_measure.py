"""Figures that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from training.examples import Encoder
from training.measure import PassageReading, Scorer, is_right, row_figures
from training.rows import Row
from training.sources import Passage

TEXT = "Ada wrote it. Bob read it in the big house."


@pytest.mark.parametrize(
    ("said", "right"),
    [("Anisul Mridha", True), ("Minister Anisul Mridha of Dhaka", True), ("Mridha", False),
     ("the minister of trade in Dhaka Anisul Mridha", False), ("", False)],
)  # fmt: skip
def test_a_right_answer_has_few_words_around_it(said: str, right: bool) -> None:
    assert is_right(said, ["Anisul Mridha"]) is right


def test_figures_of_rows() -> None:
    rows = [
        Row("s", "", TEXT, "Who wrote it?", ((0, 3),)),
        Row("s", "", TEXT, "Where was it read?", ((29, 42),)),
        Row("s", "", TEXT, "Who sold it?", ()),
        Row("s", "", TEXT, "Who bought it?", ()),
    ]
    found = row_figures(rows, ["Ada", "house", "Bob", "Bob"], [4.0, 3.0, -1.0, 3.5])
    assert found["squad_em"] == 0.5
    assert found["squad_f1"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["squad_v2"] == 0.75
    assert found["squad_auroc"] == 0.75


def test_the_likeliest_sentence() -> None:
    evidence = np.array([0.9, 0.1, 0.2, 0.6, 0.6], dtype=np.float32)
    offsets = ((0, 3), (4, 9), (10, 12), (14, 17), (18, 22))
    reading = PassageReading("", 0.0, 0.0, evidence, evidence, evidence, offsets)
    start, end = reading.best_sentence(TEXT)
    assert TEXT[start:end] == "Bob read it in the big house."


class Pointing(torch.nn.Module):
    """Marks every token with the id ``word`` as the start and end of the answer."""

    def __init__(self, word: int) -> None:
        super().__init__()
        self.word = word

    def forward(self, ids: torch.Tensor, types: object, attention: object) -> tuple[object, object]:
        tokens = (ids == self.word).float()[..., None].repeat(1, 1, 4) * 5
        return tokens, torch.zeros(len(ids), 4)


def test_the_best_span_of_all_windows_is_read_and_the_prefix_never(tokenizer: Tokenizer) -> None:
    word = tokenizer.token_to_id("london")
    long = "Nothing was heard of it. " * 60 + "It was in London. " + "Nothing more. " * 60
    scorer = Scorer(Pointing(word), Encoder(tokenizer, 96), prefixed=True)  # type: ignore[arg-type]
    asked = [("Where?", Passage(text, None, title="London")) for text in (long, "Not there.")]
    there, nowhere = scorer.read(asked)
    assert (there.text, there.score, there.null) == ("London", 10.0, 0.0)
    assert nowhere.score == 0.0
