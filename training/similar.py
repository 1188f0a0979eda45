"""Finds passages that look as if they answered a question, by the words they share with it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer


class SimilarTexts:
    """An index over ``texts`` by the cosine of TF-IDF vectors of words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._vectoriser = TfidfVectorizer(
            sublinear_tf=True, stop_words="english", dtype=np.float32
        )
        self._matrix = self._vectoriser.fit_transform(texts).T.tocsr()

    def nearest(self, question: str, count: int) -> list[int]:
        """The numbers of up to ``count`` texts that share words with ``question``, best first."""
        scores = (self._vectoriser.transform([question]) @ self._matrix).tocoo()
        order = np.lexsort((scores.col, -scores.data))[:count]
        return [int(i) for i in scores.col[order]]

    def scores(self, question: str) -> NDArray[np.float32]:
        """The similarity of every text, from 0 to 1."""
        found = (self._vectoriser.transform([question]) @ self._matrix).toarray()[0]
        return np.asarray(found, dtype=np.float32)
