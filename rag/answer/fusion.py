"""Fusing: scores of different kinds for the same passages in, one comparable score out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

# This and the weight of meaning against words were tuned on one half of the queries of the TIME
# collection, those with an even number: nDCG@10 by whole articles, from 0.3 to 0.8 and 0.0 to 0.8.
ARTICLE_SHARE = 0.7

Float = NDArray[np.float32]
# Dense scores, BM25 of the passages and BM25 of their articles in; one score for each out.
Fusion = Callable[[Float, Float, Float], Float]


def min_max(scores: Float) -> Float:
    """Scores scaled to [0, 1]; all 0 when they do not differ. Shape ``[n]`` in and out."""
    if scores.size == 0:
        return scores
    low, high = scores.min(), scores.max()
    if high <= low:
        return np.zeros_like(scores)
    return np.asarray((scores - low) / (high - low), dtype=np.float32)


def weighted_min_max(dense: Float, lexical: Float, article: Float, *, dense_weight: float) -> Float:
    """One score in [0, 1] per candidate, higher is better. Every array has shape ``[n]``.

    ``lexical`` is the BM25 score of the passage and ``article`` that of its whole article, which
    knows what a passage of it is about even where the passage does not say so. A convex
    combination of min–max scaled scores: Bruch, Gai and Ingber, "An Analysis of Fusion Functions
    for Hybrid Retrieval", ACM TOIS 2023.
    """
    words = (1 - ARTICLE_SHARE) * min_max(lexical) + ARTICLE_SHARE * min_max(article)
    return np.asarray(dense_weight * min_max(dense) + (1 - dense_weight) * words, np.float32)


def reciprocal_rank_fusion(dense: Float, lexical: Float, article: Float) -> Float:
    """The same by ranks alone, words of passage and article together against meaning.

    Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet", SIGIR 2009, with
    their constant of 60. Kept to compare with: on news it falls behind ``weighted_min_max``.
    """
    words = min_max(lexical) + min_max(article)
    return np.asarray(1 / (60 + _ranks(dense)) + 1 / (60 + _ranks(words)), np.float32)


def _ranks(scores: Float) -> NDArray[np.int64]:
    """The rank of each score, from 1; equal ones in order."""
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks
