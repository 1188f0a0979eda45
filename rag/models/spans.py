"""Decodes start and end logits into answer spans: whole words, without loose punctuation.

A span's score is its start logit plus its end logit, as in BERT (Devlin et al. 2019, section 4.2),
without a softmax over the passage, so that scores compare across passages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from rag.models.runtime import Float32
from rag.text.sentences import word_spans
from rag.types import Span

Ints = NDArray[np.int64]

_APOSTROPHES = "'’"
_HYPHENS = "‐‑-"
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_POSSESSIVE = rf"[{_APOSTROPHES}][sS](?=\Z|[{_HYPHENS}])"
_PIECE = re.compile(
    rf"{_POSSESSIVE}|[{_UNSPACED}][^\w{_APOSTROPHES}{_HYPHENS}]*"
    rf"|(?:(?!{_POSSESSIVE})[^{_UNSPACED}{_HYPHENS}])+"
)

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
_INNER_APOSTROPHE = re.compile(rf"(?<=\w)[{_APOSTROPHES}](?=\w)")
_SIGN = re.compile(r"(?<!\w)[.-](?=\d)")
_LOOSE = frozenset(".,;:!?…-‐‑–—•·*_،؛؟۔。、，；：！？")
_STRAIGHT = frozenset("\"'`")
_CLOSERS = dict(zip("([{“‘«„‹「『（", ")]}”’»“›」』）", strict=True))
_OPENERS = dict(zip(")]}”’»›」』）“", "([{“‘«‹「『（„", strict=True))


class Edges:
    """The pieces of the words of ``text``, which a span holds whole, and how a span is trimmed.

    ``starts`` and ``ends`` are the pieces' offsets, in order and disjoint; ``leads`` says which
    piece may come first in a span, as all but a possessive ``’s`` may; ``paragraphs`` is the number
    of the paragraph that each piece stands in.
    """

    def __init__(self, text: str) -> None:
        pieces = [
            piece.span()
            for start, end in word_spans(text)
            for piece in _PIECE.finditer(text, start, end)
        ]
        offsets = np.array(pieces, dtype=np.int64).reshape(-1, 2)
        self.starts, self.ends = offsets[:, 0], offsets[:, 1]
        self.leads = np.array([text[start] not in _APOSTROPHES for start, _ in pieces], np.bool_)
        breaks = np.array([found.start() for found in _PARAGRAPH.finditer(text)], dtype=np.int64)
        self.paragraphs = np.searchsorted(breaks, self.starts)
        self._text = text
        self._marks = _INNER_APOSTROPHE.sub(" ", text)

    def widen_starts(self, offsets: Ints) -> Ints:
        """Each offset, or the start of the piece that it lies inside."""
        return self._widened(offsets, self.starts)

    def widen_ends(self, offsets: Ints) -> Ints:
        """Each offset, or the end of the piece that it lies inside."""
        return self._widened(offsets, self.ends)

    def _widened(self, offsets: Ints, edges: Ints) -> Ints:
        if not len(edges):
            return offsets
        piece = np.searchsorted(self.starts, offsets, side="left") - 1
        inside = (piece >= 0) & (offsets < self.ends[piece])
        return np.where(inside, edges[piece], offsets)

    def first_pieces(self, starts: Ints) -> Ints:
        """The number of the first piece that begins at or after each offset."""
        return np.searchsorted(self.starts, starts, side="left")

    def last_pieces(self, ends: Ints) -> Ints:
        """The number of the last piece that ends at or before each offset, or −1."""
        return np.searchsorted(self.ends, ends, side="right") - 1

    def trim(self, start: int, end: int, first: int, last: int) -> tuple[int, int]:
        """``[start, end)`` without what hangs loose around its pieces ``first`` to ``last``.

        Loose are whitespace, punctuation that is no sign of a number, and quotation marks and
        brackets whose partner is not in the span: ``Cairo,`` becomes ``Cairo``, while ``(AP)``,
        ``U.S.``, ``$5`` and ``-5`` stay.
        """
        low, high = int(self.starts[first]), int(self.ends[last])
        while end > high and self._hangs_loose(end - 1, start, end, _OPENERS):
            end -= 1
        while start < low and self._hangs_loose(start, start, end, _CLOSERS):
            start += 1
        return start, end

    def _hangs_loose(self, place: int, start: int, end: int, partners: dict[str, str]) -> bool:
        """Whether the character at ``place``, an edge of ``[start, end)``, can be left out."""
        mark = self._text[place]
        if mark in _STRAIGHT:
            return self._marks.count(mark, start, end) % 2 == 1
        if mark in partners:
            present = self._marks.count(partners[mark], start, end)
            return present < self._marks.count(mark, start, end)
        if mark in _LOOSE:
            return place > start or not _SIGN.match(self._text, place)
        return mark in _CLOSERS or mark in _OPENERS or mark.isspace() or not mark.isprintable()


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


LIKELY = 0.5


def marked_spans(marks: Float32, starts: Ints, ends: Ints, edges: Edges) -> list[Span]:
    """The runs of tokens that are likelier marked than not, in order: whole words, trimmed.

    ``marks``, shape ``[n]``, are probabilities; a span's score is the mean of its tokens'.
    """
    low, high = edges.widen_starts(starts), edges.widen_ends(ends)
    likely = np.concatenate(([False], marks > LIKELY, [False]))
    changes = np.flatnonzero(likely[1:] != likely[:-1]).reshape(-1, 2)
    spans: list[Span] = []
    for begin, stop in changes:
        first = int(edges.first_pieces(low[begin : begin + 1])[0])
        last = int(edges.last_pieces(high[stop - 1 : stop])[0])
        if last < first or not edges.leads[first]:
            continue
        start, end = edges.trim(int(low[begin]), int(high[stop - 1]), first, last)
        if not spans or start >= spans[-1].end:
            spans.append(Span(start, end, float(marks[begin:stop].mean())))
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
