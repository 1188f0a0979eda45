"""Text in, spans of its sentences and words out; the text itself is never altered.

A blank line always ends a sentence. A single line break does where the line was not merely wrapped
to the width of its paragraph. Inside a paragraph ``rag.sentence_ends`` decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.abbreviations import LINKING
from rag.sentence_ends import split_paragraph

Offsets = tuple[int, int]

_LONGEST_WRAPPED_LINE = 120
_NEWLINE = r"(?:\r\n|[\n\r\x0b\x85\u2028])"
_BLANK_LINE = re.compile(rf"(?:{_NEWLINE}[^\S\n\r\x0b\x85\u2028]*+{_NEWLINE}|[\f\u2029])\s*+")
_LINE_BREAK = re.compile(rf"{_NEWLINE}\s*+")
_LINE_END = re.compile(r"[.!?…。！？؟۔।][\"'”’»›)\]}]{0,4}\Z")
_BULLET = re.compile(r"[•▪◦‣*]\s")

# Marks that belong to the letter before them, and the joiners inside Persian and Indic words.
_COMBINING = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963"
    "\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d"
    "\u20d0-\u20ff"
)
_WORD = re.compile(
    rf"(?<!\w)[^\W\d_](?:\.[^\W\d_])+(?![\w{_COMBINING}])\.?(?:-[\w{_COMBINING}]+)*"
    rf"|\w[\w{_COMBINING}]*+"
    rf"(?:['’‐‑-]\w[\w{_COMBINING}]*+|(?<=\d)[.,]\d\w*+|\.[a-z]\w*+)*+"
)


def word_spans(text: str, start: int = 0, end: int | None = None) -> list[Offsets]:
    """Spans of the words of ``text[start:end]``, in order.

    A word is letters and digits with inner apostrophes, hyphens and points (``Iran’s``, ``D-8``,
    ``5.93``, ``1,250``, ``dawn.com``); an acronym keeps its last point (``U.S.``).
    """
    piece = text[start:end]
    return [(start + match.start(), start + match.end()) for match in _WORD.finditer(piece)]


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[Offsets]:
    """Spans of the sentences of ``text[start:end]``, in order, disjoint and trimmed.

    Together they cover every character that is not whitespace. Only that part is looked at, so it
    is split as it would be alone. The time taken grows linearly with its length.
    """
    piece = text[start:end]
    return [
        (start + offset + first, start + offset + last)
        for offset, stop in _paragraphs(piece)
        for first, last in split_paragraph(piece[offset:stop])
    ]


def _paragraphs(text: str) -> Iterator[Offsets]:
    start = 0
    for gap in _BLANK_LINE.finditer(text):
        yield from _unwrap(text, start, gap.start())
        start = gap.end()
    yield from _unwrap(text, start, len(text))


def _unwrap(text: str, start: int, end: int) -> Iterator[Offsets]:
    """Cut where a line break is more than a wrapped line."""
    breaks = [match.span() for match in _LINE_BREAK.finditer(text, start, end)]
    starts = [start, *(after for _, after in breaks)]
    ends = [*(before for before, _ in breaks), end]
    lines = [text[first:last].strip() for first, last in zip(starts, ends, strict=True)]
    width = max(map(len, lines))
    for number, (before, after) in enumerate(breaks):
        if _ends_paragraph(lines[number], lines[number + 1], width):
            yield start, before
            start = after
    yield start, end


def _ends_paragraph(line: str, following: str, width: int) -> bool:
    """Whether the writer broke the line although the next word fits into the paragraph's width.

    Then a line that ends like a sentence, or a heading above a new beginning, stands alone.
    """
    if not line or not following or _BULLET.match(following):
        return True
    fits = len(line) + 1 + len(following.split(maxsplit=1)[0]) <= width
    if not fits and width <= _LONGEST_WRAPPED_LINE:
        return False
    if _LINE_END.search(line[-8:]):
        return True
    last_word = line[-24:].split()[-1].lower()
    return not (following[0].islower() or line[-1] in ",;–—-" or last_word in LINKING)
