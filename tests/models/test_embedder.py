"""The embedder against sentence-transformers, and its token counts against the tokenizer."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from rag.errors import ModelError
from rag.models import embedder
from rag.models.compile import load_sentence_transformer
from rag.models.embedder import (
    CompiledEmbedder,
    Embedder,
    SentenceTransformerEmbedder,
    TokenLengths,
    open_embedder,
    reopen_embedder,
)
from rag.models.runtime import (
    CARD_FILE,
    default_model,
    model_folder,
    weights_fingerprint,
)

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
COUNTED = st.lists(st.sampled_from(WORDS) | st.sampled_from(GAPS) | st.text(max_size=6)).map(
    "".join
)


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


@given(st.lists(COUNTED, max_size=3))
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


TEXTS = [
    "Prime Minister Shehbaz Sharif met President Pezeshkian in Cairo.",
    "Rain is expected.",
    "",
    "emoji 🎺, combining é, عربي and 中文",
    "word " * 600,
]


@pytest.fixture(scope="module")
def original() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(model_folder(None))


def test_rows_are_unit_vectors_in_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.encode_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, row in zip(TEXTS, vectors, strict=True):
        np.testing.assert_array_equal(embedder.encode_passages([text])[0], row)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.encode_passages([]).shape == (0, embedder.dim)
    assert embedder.count([]) == []


def test_the_compiled_model_is_near_the_original(
    embedder: Embedder, original: SentenceTransformerEmbedder
) -> None:
    cosines = (embedder.encode_passages(TEXTS) * original.encode_passages(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.985
    assert embedder.encode_queries(TEXTS[:1]) @ original.encode_queries(TEXTS[:1]).T > 0.99


def test_counts_are_those_of_the_models_tokenizer(
    embedder: Embedder, original: SentenceTransformerEmbedder
) -> None:
    assert embedder.count(TEXTS) == original.count(TEXTS)
    assert embedder.max_tokens == original.max_tokens == 254


def test_a_damaged_compiled_model_is_made_again(models: Path, tmp_path: Path) -> None:
    source = next(models.glob(f"*/{CARD_FILE}")).parent
    copy = tmp_path / source.name
    shutil.copytree(source, copy)
    weights = bytearray((copy / "model.bin").read_bytes())
    weights[1000] ^= 1
    (copy / "model.bin").write_bytes(weights)
    with pytest.raises(ModelError, match=r"model\.bin of the compiled model .* is damaged"):
        CompiledEmbedder(copy, threads=1)
    said: list[str] = []
    open_embedder(None, tmp_path, threads=1, say=said.append)
    assert said[0] == "the compiled embedding model is damaged and is made again"
    CompiledEmbedder(copy, threads=1)


def test_without_a_place_for_the_compiled_model_the_original_serves(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    said: list[str] = []
    embedder = open_embedder(None, blocked / "models", threads=1, say=said.append)
    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert "several times slower" in said[-1]


def test_any_local_model_with_its_prompts(tmp_path: Path) -> None:
    model = load_sentence_transformer(default_model())
    model.prompts = {"query": "query: ", "document": "passage: "}
    model.max_seq_length = 64
    model.save(str(tmp_path / "model"))
    embedder = open_embedder(tmp_path / "model", tmp_path / "models", threads=1)
    assert isinstance(embedder, CompiledEmbedder)
    expected = model.encode(["query: rain", "passage: rain"], prompt="", normalize_embeddings=True)
    assert embedder.encode_queries(["rain"])[0] @ expected[0] > 0.99
    assert embedder.encode_passages(["rain"])[0] @ expected[1] > 0.99
    assert embedder.max_tokens == 64 - 2 - 2
    with pytest.raises(ModelError, match="was built with the model"):
        reopen_embedder("0" * 64, tmp_path / "model", tmp_path / "models", threads=1)


def test_folders_that_are_no_models_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a model folder"):
        model_folder(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"no \.safetensors weights"):
        model_folder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="cannot load"):
        open_embedder(tmp_path, tmp_path / "models", threads=1)


def test_the_fingerprint_names_contents_and_not_places(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
    assert weights_fingerprint(tmp_path / "a") == weights_fingerprint(tmp_path / "b")
    (tmp_path / "b" / "config.json").write_text("{ }")
    assert weights_fingerprint(tmp_path / "a") != weights_fingerprint(tmp_path / "b")


def test_threads_that_embed_at_once_get_their_own_rows(embedder: Embedder) -> None:
    texts = [f"Sentence number {number}." for number in range(40)]
    alone = embedder.encode_passages(texts)
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda text: embedder.encode_passages([text])[0], texts))
    np.testing.assert_array_equal(np.array(rows), alone)
