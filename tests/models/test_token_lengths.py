"""Lengths by remembered words: what the tokenizer itself counts, for any text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from rag.models import embedder
from rag.models.embedder import TokenLengths
from rag.models.runtime import default_model

WORDS = (
    "Pezeshkian",
    "D-8",
    "U.S.",
    "[SEP]",
    "[MASK]x",
    "naïve",
    "é",
    "中文",
    "🎺",
    "عربي",
    "a" * 200,
)
GAPS = " \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u00ad\u200b\u200d\u2028\u2029\u202f\u3000\u0301\ufeff\x00"
TEXTS = st.lists(st.sampled_from(WORDS) | st.sampled_from(GAPS) | st.text(max_size=6)).map("".join)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return read_tokenizer()


def read_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(default_model() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def counted(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    return [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts]


@pytest.fixture(scope="module")
def lengths(tokenizer: Tokenizer) -> TokenLengths:
    return TokenLengths(tokenizer)


@given(st.lists(TEXTS, max_size=3))
def test_any_text_is_as_long_as_the_tokenizer_says(
    tokenizer: Tokenizer, lengths: TokenLengths, texts: list[str]
) -> None:
    assert lengths.count(texts) == counted(tokenizer, texts)


def test_every_character_may_stand_between_two_words(tokenizer: Tokenizer) -> None:
    texts = [f"one{chr(code)}two" for code in range(0x3100) if not 0xD800 <= code < 0xE000]
    assert TokenLengths(tokenizer).count(texts) == counted(tokenizer, texts)


def test_words_that_are_forgotten_are_counted_again(
    tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedder, "_REMEMBERED", 8)
    lengths = TokenLengths(tokenizer)
    texts = ["Pezeshkian met Sharif in Cairo.", "Sharif met Pezeshkian."]
    for text in texts * 2:
        assert lengths.count([text]) == counted(tokenizer, [text])
        assert sum(map(len, lengths._known)) <= len(text)


def test_a_tokenizer_that_joins_words_is_asked_for_whole_texts() -> None:
    vocabulary = {"in Cairo": 0, "in": 1, "Cairo": 2, "?": 3}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("; ", "removed")
    assert TokenLengths(tokenizer).count(["in Cairo"]) == [1]
    tokenizer = read_tokenizer()
    tokenizer.add_tokens(["in Cairo"])
    assert TokenLengths(tokenizer).count(["in Cairo"]) == [1]
