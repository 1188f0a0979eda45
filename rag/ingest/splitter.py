"""An article in, its passages out: whole sentences packed up to every limit on tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from rag.errors import ConfigError
from rag.text.sentences import sentence_spans
from rag.types import Article, Passage

# Raised with every change to what ``split`` returns: an index of another is cut anew.
SPLITTING = 1

Offsets = tuple[int, int]

_VISIBLE = re.compile(r"\S+")
_JOINER = "\u200d"
_NEAR_CHARS = 32


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``max_tokens`` a passage, as ``count`` counts them: texts in, a number for each."""

    count: Callable[[Sequence[str]], Sequence[int]]
    max_tokens: int

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise ConfigError(f"max_tokens is {self.max_tokens}; choose at least 1.")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A span and its length under each limit."""

    span: Offsets
    counts: tuple[int, ...]


class Splitter:
    """Packs whole sentences greedily until one more would break a limit.

    Consecutive passages share ``overlap_sentences`` sentences, or fewer where the next new sentence
    would not fit beside them. A sentence over a limit is cut between words, a word over a limit
    between characters.
    """

    def __init__(self, counters: Sequence[Limit], overlap_sentences: int = 1) -> None:
        self._ruler = _Ruler(counters)
        self._overlap = overlap_sentences

    def split(self, article: Article) -> list[Passage]:
        """Passages that together hold every visible character of the body; none for a blank one.

        Each passage's own text, counted as a whole, is within every limit.

        Raises ConfigError if a limit is too small for a single character.
        """
        text = article.text
        pieces = self._fitting(text, sentence_spans(text, article.body))
        spans = _Packer(self._ruler, text, pieces).pack(self._overlap)
        return [Passage(article, start, end, ordinal) for ordinal, (start, end) in enumerate(spans)]

    def _fitting(self, text: str, sentences: Sequence[Offsets]) -> list[_Piece]:
        """The sentences; one that is over a limit as parts that fit."""
        pieces: list[_Piece] = []
        for piece in self._ruler.measure(text, sentences):
            if self._ruler.fits(piece):
                pieces.append(piece)
            else:
                words = self._words(text, piece.span)
                parts = _Packer(self._ruler, text, words).pack(overlap=0)
                pieces += self._ruler.measure(text, parts)
        return pieces

    def _words(self, text: str, sentence: Offsets) -> list[_Piece]:
        """The words of a sentence; one that is over a limit halved until its parts fit."""
        pending = [match.span() for match in _VISIBLE.finditer(text, *sentence)]
        words: list[_Piece] = []
        while pending:
            measured = self._ruler.measure(text, pending)
            words += filter(self._ruler.fits, measured)
            too_long = [word.span for word in measured if not self._ruler.fits(word)]
            pending = [half for span in too_long for half in _halves(text, *span)]
        return sorted(words, key=lambda word: word.span)


class _Ruler:
    """Measures spans of a text under every limit, many at a time."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = tuple(limits)

    def measure(self, text: str, spans: Sequence[Offsets]) -> list[_Piece]:
        if not spans:
            return []
        texts = [text[start:end] for start, end in spans]
        columns = [limit.count(texts) for limit in self._limits]
        rows = zip(*columns, strict=True) if columns else [()] * len(spans)
        return [_Piece(span, tuple(row)) for span, row in zip(spans, rows, strict=True)]

    def fits(self, piece: _Piece) -> bool:
        limits = zip(piece.counts, self._limits, strict=True)
        return all(count <= limit.max_tokens for count, limit in limits)

    @cached_property
    def empty(self) -> list[int]:
        """What each limit's counter gives to no text, such as the marks it puts around any."""
        return [limit.count([""])[0] for limit in self._limits]

    @cached_property
    def rooms(self) -> list[int]:
        """What each limit leaves for the text itself."""
        limits = zip(self._limits, self.empty, strict=True)
        return [limit.max_tokens - empty for limit, empty in limits]


class _Packer:
    """Runs of consecutive pieces that fit, planned with sums and checked as wholes.

    A piece's cost starts as its own length. Where a run turns out longer than the sum of its
    pieces and does not fit, the difference is spread over their costs and the plan is made anew.
    """

    def __init__(self, ruler: _Ruler, text: str, pieces: Sequence[_Piece]) -> None:
        self._ruler, self._text = ruler, text
        self._spans = [piece.span for piece in pieces]
        self._costs = [
            [piece.counts[number] - empty for piece in pieces]
            for number, empty in enumerate(ruler.empty)
        ]

    def pack(self, overlap: int) -> list[Offsets]:
        fitting: set[Offsets] = set()
        while True:
            runs = self._plan(overlap)
            doubtful = {self._span(run): run for run in runs if run[1] - run[0] > 1}
            unchecked = [span for span in doubtful if span not in fitting]
            if not unchecked:
                return [self._span(run) for run in runs]
            for whole in self._ruler.measure(self._text, unchecked):
                if self._ruler.fits(whole):
                    fitting.add(whole.span)
                else:
                    self._raise_costs(doubtful[whole.span], whole)

    def _span(self, run: Offsets) -> Offsets:
        first, stop = run
        return self._spans[first][0], self._spans[stop - 1][1]

    def _plan(self, overlap: int) -> list[Offsets]:
        """Greedy runs ``[first, stop)`` of pieces; every run but the first may repeat some."""
        totals = [list(accumulate(costs, initial=0)) for costs in self._costs]

        def fits(first: int, stop: int) -> bool:
            rooms = zip(totals, self._ruler.rooms, strict=True)
            return all(total[stop] - total[first] <= room for total, room in rooms)

        runs: list[Offsets] = []
        new = 0
        while new < len(self._spans):
            first, stop = max(0, new - overlap), new + 1
            while first < new and not fits(first, stop):
                first += 1
            while stop < len(self._spans) and fits(first, stop + 1):
                stop += 1
            runs.append((first, stop))
            new = stop
        return runs

    def _raise_costs(self, run: Offsets, whole: _Piece) -> None:
        first, stop = run
        for number, costs in enumerate(self._costs):
            length = whole.counts[number] - self._ruler.empty[number]
            if length <= self._ruler.rooms[number]:
                continue
            missing, pieces = length - sum(costs[first:stop]), stop - first
            for place in range(pieces):
                costs[first + place] += (place + 1) * missing // pieces - place * missing // pieces


def _halves(text: str, start: int, end: int) -> list[Offsets]:
    """Both halves of a word, cut near its middle where no character is torn, if there is such."""
    if end - start == 1:
        raise ConfigError(
            f"max_tokens has no room for the single character {text[start]!r}; choose a larger one."
        )
    middle = (start + end) // 2
    near = sorted(
        range(max(start + 1, middle - _NEAR_CHARS), min(end, middle + _NEAR_CHARS)),
        key=lambda place: abs(place - middle),
    )
    cut = next((place for place in near if not _tears(text, place)), middle)
    return [(start, cut), (cut, end)]


def _tears(text: str, place: int) -> bool:
    """Whether a cut at ``place`` parts a letter from its marks, or the parts of one picture."""
    before, after = text[place - 1], text[place]
    return (
        unicodedata.category(after).startswith("M")
        or _JOINER in (before, after)
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # skin tones
        or ("\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff")
    )
