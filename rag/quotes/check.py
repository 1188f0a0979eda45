"""Checks whether a pasted text is a quotation: where it stands exactly, or what is most like it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from rag.errors import QuestionError
from rag.index.base import TextSearch
from rag.text.alignment import (
    Pair,
    align,
    distance,
    fold_typography,
    typographic_differences,
    without_quotation_marks,
)
from rag.types import Article, Occurrence, Passage

MAX_TEXT = 5_000
MAX_PLACES = 100
# Of 396 sentences of an encyclopedia none is as like as this to any of 20,000 newswire stories; of
# sentences of these with three words in ten changed 98 % are still found.
MIN_LIKENESS = 0.5
_MIN_EQUAL_WORDS = 3
# Twice as many as there are in so much text of any language: a bound on the time of aligning.
_MAX_WORDS = 2_000
_PASSAGES, _STRETCHES = 20, 5
_PUNCTUATION = re.escape('.,;:!?()[]{}"“”„‟«»″…-‐‑‒–—―−')
# Not ``word_spans``: a changed mark is a difference too, so that marks are tokens.
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)+|[^\s{_PUNCTUATION}]+|[{_PUNCTUATION}]")

State = Literal["exact", "near", "not_found"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DiffRun:
    """Words that both texts have, or only the article (missing), or only the pasted one (added).

    ``text`` is a slice of the article, empty for ``added``; ``pasted`` is a slice of the pasted
    text, empty for ``missing``. Where both are ``equal``, typography may still differ.
    """

    kind: Literal["equal", "missing", "added"]
    text: str
    pasted: str

    @property
    def display(self) -> str:
        """The words to show: the pasted ones if there are any, with the wider of both spacings."""
        words = (self.pasted or self.text).rstrip()
        return words + max(_space_behind(self.pasted), _space_behind(self.text), key=len)


def _space_behind(text: str) -> str:
    return text[len(text.rstrip()) :]


@dataclass(frozen=True, slots=True)
class NearestText:
    """The stretch of an article that is most like the pasted text.

    The ``text`` of all ``runs`` is ``place.text``, their ``pasted`` the pasted text. ``but_for``
    names what keeps both apart where that is typography alone. ``likeness`` is 1 minus the changed
    words per pasted word.
    """

    place: Occurrence
    runs: tuple[DiffRun, ...]
    likeness: float
    but_for: tuple[str, ...] = ()

    @property
    def typography(self) -> str:
        """The names of ``but_for`` in words: ``spaces, quotation marks and hyphens``."""
        return " and ".join(filter(None, (", ".join(self.but_for[:-1]), *self.but_for[-1:])))


@dataclass(frozen=True, slots=True)
class CheckedQuotation:
    """Where ``text`` stands: the pasted text without whitespace and quotation marks around it.

    ``places`` are all at which it stands to the letter, or, with ``more``, the first
    ``MAX_PLACES``.
    """

    text: str
    places: tuple[Occurrence, ...] = ()
    more: bool = False
    near: NearestText | None = None

    @property
    def state(self) -> State:
        if self.places:
            return "exact"
        return "near" if self.near is not None else "not_found"


def check_quotation(text: str, texts: TextSearch) -> CheckedQuotation:
    """Whether ``text`` is a quotation from the articles.

    Raises QuestionError for a text that is empty, longer than ``MAX_TEXT`` characters, or made of
    more single signs than any language has.
    """
    wanted = without_quotation_marks(text)
    if not wanted:
        raise QuestionError("There is nothing to look for; paste a sentence or a few words.")
    if len(wanted) > MAX_TEXT:
        raise QuestionError(
            f"The text has {len(wanted):,} characters; paste at most {MAX_TEXT:,} at a time."
        )
    places = texts.find_text(wanted, limit=MAX_PLACES + 1)
    if places:
        return CheckedQuotation(wanted, tuple(places[:MAX_PLACES]), more=len(places) > MAX_PLACES)
    return CheckedQuotation(wanted, near=_nearest(wanted, texts))


def _nearest(wanted: str, texts: TextSearch) -> NearestText | None:
    """The stretch of text with the fewest changed words, around the passages that BM25 finds."""
    words = _words(wanted, _tokens(wanted))
    if len(words) > _MAX_WORDS:
        raise QuestionError(
            f"The text stands nowhere to the letter, and what is near cannot be looked for: it has "
            f"{len(words):,} words and signs; paste at most {_MAX_WORDS:,} at a time."
        )
    vocabulary = set(words)
    windows = sorted(
        _stretches(wanted, len(words), texts),
        key=lambda window: -len(vocabulary.intersection(window.words)),
    )
    measured = [(distance(words, window.words)[0], window) for window in windows[:_STRETCHES]]
    if not measured:
        return None
    least, window = min(measured, key=lambda one: one[0])
    return _aligned(wanted, words, window) if 1 - least / len(words) >= MIN_LIKENESS else None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of an article, as words: ``tokens`` are their spans."""

    article: Article
    tokens: tuple[Span, ...]
    words: tuple[str, ...]


def _stretches(wanted: str, words: int, texts: TextSearch) -> Iterator[_Stretch]:
    """The text around each passage that the quotation could reach over, none twice.

    That is one and a half times its length, in characters and in words.
    """
    reach = 3 * len(wanted) // 2
    seen: list[tuple[str, int, int]] = []
    for passage in texts.passages_like(wanted, k=_PASSAGES):
        article, start, end = passage.article, passage.start, passage.end
        if any(a == article.id and s <= start and end <= e for a, s, e in seen):
            continue
        first, last = max(0, start - reach), min(len(article.text), end + reach)
        seen.append((article.id, first, last))
        tokens = _tokens_around(passage, _tokens(article.text, first, last), 3 * words // 2)
        yield _Stretch(article, tokens, _words(article.text, tokens))


def _tokens_around(passage: Passage, tokens: Sequence[Span], reach: int) -> tuple[Span, ...]:
    """The tokens of the passage, and ``reach`` more before and after it."""
    first = bisect_left(tokens, (passage.start, 0))
    last = bisect_left(tokens, (passage.end, 0))
    return tuple(tokens[max(0, first - reach) : last + reach])


def _tokens(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The spans of words and punctuation marks."""
    return [
        match.span() for match in _TOKEN.finditer(text, start, len(text) if end is None else end)
    ]


def _words(text: str, tokens: Iterable[Span]) -> tuple[str, ...]:
    return tuple(fold_typography(text[start:end]) for start, end in tokens)


def _aligned(wanted: str, words: Sequence[str], window: _Stretch) -> NearestText | None:
    found = align(words, window.words)
    equal = sum(i is not None and j is not None for i, j in found.pairs)
    likeness = 1 - found.distance / len(words)
    if found.distance and equal < _MIN_EQUAL_WORDS:
        return None
    numbers = [j for _, j in found.pairs if j is not None]
    place = Occurrence(window.article, window.tokens[numbers[0]][0], window.tokens[numbers[-1]][1])
    return NearestText(
        place,
        tuple(_diff_runs(found.pairs, wanted, place, window)),
        likeness,
        () if found.distance else typographic_differences(wanted, place.text),
    )


def _diff_runs(
    pairs: Sequence[Pair], wanted: str, place: Occurrence, window: _Stretch
) -> Iterator[DiffRun]:
    """The alignment as slices of both texts; the space after a word belongs to the word."""
    pasted_words = _slices(wanted, _tokens(wanted), len(wanted))
    numbers = [j for _, j in pairs if j is not None]
    article_words = _slices(
        window.article.text, window.tokens[numbers[0] : numbers[-1] + 1], place.end
    )
    for equal, group in groupby(pairs, key=lambda pair: None not in pair):
        members = list(group)
        text = "".join(article_words[j - numbers[0]] for _, j in members if j is not None)
        pasted = "".join(pasted_words[i] for i, _ in members if i is not None)
        if equal:
            yield DiffRun("equal", text, pasted)
            continue
        if text:
            yield DiffRun("missing", text, "")
        if pasted:
            yield DiffRun("added", "", pasted)


def _slices(text: str, tokens: Sequence[Span], end: int) -> list[str]:
    starts = [start for start, _ in tokens]
    return [text[start:stop] for start, stop in zip(starts, [*starts[1:], end], strict=True)]
