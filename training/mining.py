"""Similar passages: questions and the contexts of their set in, look-alike contexts out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from training.rows import Row, fingerprint

BLOCK = 512


def similar_contexts(rows: Sequence[Row], count: int) -> list[list[str]]:
    """For each row, up to ``count`` other contexts that are most like its question.

    A context that holds one of the row's answers as text is left out: it may well answer it.
    Similarity is the cosine of TF-IDF vectors of words.
    """
    contexts = list(dict.fromkeys(row.context for row in rows))
    if len(contexts) < 2:
        return [[] for _ in rows]
    letters = ["".join(filter(str.isalnum, text.casefold())) for text in contexts]
    vectoriser = TfidfVectorizer(sublinear_tf=True, stop_words="english", dtype=np.float32)
    matrix = vectoriser.fit_transform(contexts).T.tocsr()
    found: list[list[str]] = []
    for first in range(0, len(rows), BLOCK):
        block = rows[first : first + BLOCK]
        asked = vectoriser.transform([f"{row.question}" for row in block])
        scores: NDArray[np.float32] = (asked @ matrix).toarray()
        nearest = np.argsort(-scores, axis=1, kind="stable")[:, : 3 * count]
        found += [
            _without_answer(row, [i for i in order if line[i] > 0], contexts, letters)[:count]
            for row, order, line in zip(block, nearest.tolist(), scores, strict=True)
        ]
    return found


def _without_answer(
    row: Row, order: Sequence[int], contexts: Sequence[str], letters: Sequence[str]
) -> list[str]:
    answers = ["".join(filter(str.isalnum, row.context[s:e].casefold())) for s, e in row.answers]
    same = fingerprint(row.context)
    return [
        contexts[i]
        for i in order
        if fingerprint(contexts[i]) != same and not any(a and a in letters[i] for a in answers)
    ]
