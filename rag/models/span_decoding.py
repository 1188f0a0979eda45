"""Start and end logits of a passage's tokens in, its best spans in characters out.

A span's score is its start logit plus its end logit, as in BERT (Devlin et al. 2019, section 4.2),
without a softmax over the passage, so that scores compare across passages.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from rag.models.runtime import Float32
from rag.models.span_edges import Edges, Ints
from rag.types import Span

MAX_SPANS = 5
MAX_SPAN_TOKENS = 30


def best_spans(logits: Float32, starts: Ints, ends: Ints, edges: Edges) -> list[Span]:
    """The best spans of one window that do not overlap, best first, at most ``MAX_SPANS``.

    ``logits`` has the shape ``[2, n]``, starts before ends; ``starts`` and ``ends`` are where the
    n tokens begin and end in the text of ``edges``, and so are the offsets of the spans. A span
    has at most ``MAX_SPAN_TOKENS`` tokens of one paragraph and is then widened to whole words and
    trimmed. Among equal scores the earlier, shorter span is better.
    """
    starts, ends = edges.widen_starts(starts), edges.widen_ends(ends)
    first = edges.first_pieces(starts)
    leads = np.append(edges.leads, False)[first]
    # Row i, column k of a band belongs to the span from token i to token i + k.
    until, last = _band(ends, 0), _band(edges.last_pieces(ends), -1)
    scores = logits[0][:, None] + _band(logits[1], -np.inf)
    paragraph = np.append(edges.paragraphs, -1)
    torn = paragraph[last] != paragraph[first][:, None]
    scores[~leads[:, None] | (last < first[:, None]) | torn] = -np.inf
    spans: list[Span] = []
    while len(spans) < MAX_SPANS and scores.max(initial=-np.inf) > -np.inf:
        i, k = divmod(int(scores.argmax()), MAX_SPAN_TOKENS)
        start, end = edges.trim(int(starts[i]), int(until[i, k]), int(first[i]), int(last[i, k]))
        spans.append(Span(start, end, float(scores[i, k])))
        scores[(starts[:, None] < end) & (until > start)] = -np.inf
    return spans


def _band(values: NDArray[Any], padding: float) -> NDArray[Any]:
    """Row i holds ``values[i : i + MAX_SPAN_TOKENS]``, filled up with ``padding``."""
    padded = np.full(len(values) + MAX_SPAN_TOKENS, padding, dtype=values.dtype)
    padded[: len(values)] = values
    return sliding_window_view(padded, MAX_SPAN_TOKENS)[: len(values)]


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """The best of the spans of several windows that do not overlap, at most ``MAX_SPANS``."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.score, span.start, span.end)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return kept[:MAX_SPANS]
