"""Fusion: scores by hand."""

from __future__ import annotations

import numpy as np

from rag.retrieval.retriever import (
    ARTICLE_SHARE,
    min_max,
    reciprocal_rank_fusion,
    weighted_min_max,
)


def scores(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, dtype=np.float32)


def test_min_max_spans_zero_to_one() -> None:
    np.testing.assert_allclose(min_max(scores(2, 4, 3)), [0, 1, 0.5])


def test_equal_scores_say_nothing() -> None:
    np.testing.assert_array_equal(min_max(scores(7, 7)), [0, 0])
    assert min_max(scores()).size == 0


def test_min_max_weighs_meaning_against_words_of_passage_and_article() -> None:
    fused = weighted_min_max(scores(0, 1), scores(5, 0), scores(0, 8), dense_weight=0.25)
    words = 0.75 * ARTICLE_SHARE
    np.testing.assert_allclose(fused, [0.75 - words, 0.25 + words], rtol=1e-6)


def test_reciprocal_ranks_by_hand() -> None:
    fused = reciprocal_rank_fusion(scores(0.9, 0.1), scores(0, 3), scores(0, 0))
    np.testing.assert_allclose(fused, [1 / 61 + 1 / 62, 1 / 62 + 1 / 61], rtol=1e-6)
