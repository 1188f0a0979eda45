"""Detokenising, and where places in the old text went."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.detokenise import detokenise


@pytest.mark.parametrize(
    ("tokenised", "plain"),
    [
        ("`` Our House '' is a song", '" Our House " is a song'),
        ("they did n't say", "they didn't say"),
        ("Kant -LRB- 1724 -RRB-", "Kant ( 1724 )"),
        ("mid - century", "mid-century"),
        ("war -- and peace", "war – and peace"),
        ("nothing to do", "nothing to do"),
    ],
)
def test_marks_are_restored(tokenised: str, plain: str) -> None:
    assert detokenise(tokenised).text == plain


@given(st.lists(st.sampled_from(["``", "''", "-LRB-", "word", "did", "n't", "--", "-", "é🙂"])))
def test_words_keep_their_places(words: list[str]) -> None:
    text = " ".join(words)
    clean = detokenise(text)
    start = 0
    for word in words:
        if word in {"word", "é🙂"}:
            assert clean.text[clean.place(start) :].startswith(word)
        start += len(word) + 1
