"""Fusing: scores of different kinds for the same passages in, one comparable score out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def min_max(scores: Float) -> Float:
    """Scores scaled to [0, 1]; all 0 when they do not differ. Shape ``[n]`` in and out."""
    if scores.size == 0:
        return scores
    low, high = scores.min(), scores.max()
    if high <= low:
        return np.zeros_like(scores)
    return np.asarray((scores - low) / (high - low), dtype=np.float32)


def fuse(dense: Float, lexical: Float, article: Float, *, dense_weight: float) -> Float:
    """One score in [0, 1] per candidate, higher is better. Every array has shape ``[n]``.

    ``lexical`` is the BM25 score of the passage and ``article`` that of its whole article; they
    count alike. A convex combination of min–max scaled scores: Bruch, Gai and Ingber, "An Analysis
    of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023.
    """
    words = (min_max(lexical) + min_max(article)) / 2
    return np.asarray(dense_weight * min_max(dense) + (1 - dense_weight) * words, np.float32)
