"""Single words in; how near they are in meaning out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.models.embedder import Embedder

Likeness = Callable[[Sequence[str], Sequence[str]], list[list[float]]]


def word_likeness(embedder: Embedder) -> Likeness:
    """A function that gives, for each of its first words, the cosines with all of its second."""

    def likeness(words: Sequence[str], others: Sequence[str]) -> list[list[float]]:
        if not words or not others:
            return [[] for _ in words]
        distinct = sorted({*words, *others})
        vectors = dict(zip(distinct, embedder.encode_passages(distinct), strict=True))
        return [[float(vectors[word] @ vectors[other]) for other in others] for word in words]

    return likeness
