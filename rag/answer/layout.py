"""Citations in; which of them stand in one sentence, and that sentence in pieces, out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rag.types import Citation


def by_sentence(citations: Sequence[Citation]) -> list[list[Citation]]:
    """Neighbours with the same sentence, and the same sources besides, together."""
    return [list(group) for _, group in groupby(citations, _place)]


def _place(citation: Citation) -> tuple[str, int, int, tuple[Citation, ...]]:
    return (
        citation.article.id,
        citation.sentence_start,
        citation.sentence_end,
        citation.also,
    )


def pieces(citations: Sequence[Citation]) -> list[tuple[str, bool]]:
    """The sentence that the citations share, as slices, each with whether it is quoted.

    The slices together are the sentence; quotations that overlap are one.
    """
    first = citations[0]
    text, at = first.article.text, first.sentence_start
    parts: list[tuple[str, bool]] = []
    for citation in sorted(citations, key=lambda one: (one.start, one.end)):
        parts.append((text[at : citation.start], False))
        start = max(at, citation.start)
        parts.append((text[start : citation.end], True))
        at = max(at, citation.end)
    parts.append((text[at : first.sentence_end], False))
    return [part for part in parts if part[0]]
