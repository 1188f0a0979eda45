"""The sentence around a span."""

from __future__ import annotations

from rag.text.sentences import sentence_spans
from rag.types import Passage


def sentence_around(passage: Passage, start: int, end: int) -> tuple[int, int]:
    """The sentences of the passage that ``[start, end)`` touches, from the first to the last."""
    spans = [
        (first, last)
        for first, last in sentence_spans(passage.article.text, passage.start, passage.end)
        if first < end and start < last
    ]
    return (min(start, spans[0][0]), max(end, spans[-1][1])) if spans else (start, end)
