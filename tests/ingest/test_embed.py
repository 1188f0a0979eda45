"""Embedding a shard: a pure function of the texts, whoever calls it and however they are cut."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.embed import embed
from rag.models.embedder import Embedder, open_embedder
from tests.ingest.building import Hashing, story

TEXTS = [
    "",
    "Oil prices rose.",
    "2024-05-01 Summit\nThe ministers met in Cairo on Friday.",
    "قال الوزير إن المحادثات انتهت",
    "Oil prices rose.",
    story(1)[:200],
]


@pytest.fixture(scope="module", params=["by hand", "compiled"])
def embedder(request: pytest.FixtureRequest, models: Path) -> Embedder:
    return Hashing() if request.param == "by hand" else open_embedder(None, models, threads=2)


def test_a_vector_of_length_1_for_each_text_in_order(embedder: Embedder) -> None:
    vectors = embed(TEXTS, embedder)
    assert (vectors.dtype, vectors.shape) == (np.float32, (len(TEXTS), embedder.dim))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert embed([text], embedder).tobytes() == vector.tobytes()


def test_the_same_texts_give_the_same_bytes(embedder: Embedder) -> None:
    assert embed(TEXTS, embedder).tobytes() == embed(TEXTS, embedder).tobytes()
    assert embed(TEXTS[::-1], embedder).tobytes() == embed(TEXTS, embedder)[::-1].tobytes()


@given(cuts=st.sets(st.integers(0, len(TEXTS))))
@settings(max_examples=10, deadline=None)
def test_it_does_not_matter_where_shards_begin(embedder: Embedder, cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), len(TEXTS)]
    shards = [TEXTS[start:end] for start, end in pairwise(edges)]
    joined = np.concatenate([embed(shard, embedder) for shard in shards])
    assert joined.tobytes() == embed(TEXTS, embedder).tobytes()


def test_an_empty_shard_has_no_vectors(embedder: Embedder) -> None:
    assert embed([], embedder).shape == (0, embedder.dim)


def test_a_text_that_would_be_cut_is_refused() -> None:
    with pytest.raises(AssertionError, match="65 tokens would be cut at 64"):
        embed(["short", "word " * 65], Hashing())
