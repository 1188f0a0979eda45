"""Articles and a number of copies in; as many articles more, alike and yet different, out.

Growth is measured on more text than the collection has. A copy is an article with its names,
numbers and days replaced, each by one of the same kind, the same throughout the copy; all other
words stay. Copy 0 is the original. The same article and number give the same copy, always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from evals.types import Document

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
NOISE = 0.25
_SYLLABLES = tuple(
    "an ar bel bor cas dar del dor el fen gal gor hal il jan kel kor lan lim mar mel mor nar nel "
    "or pal per ran ros sal sar tal tor ul van vel vor wen yar zel".split()
)
# A number; or a capitalised word inside a sentence: after a small letter or a comma.
_EDITED = re.compile(r"\d+|(?<=[a-z,] )[A-Z][a-z]{2,}")


def copies(originals: Iterable[Document], copy: int) -> Iterator[Document]:
    """The copies number ``copy`` of all articles, in their order."""
    return (edited(document, copy) for document in originals)


def edited(document: Document, copy: int) -> Document:
    """The copy of one article. Its day is as many months of 30 days later."""
    if not copy:
        return document
    return replace(
        document,
        id=f"{document.id}~{copy}",
        text=edited_text(document.text, copy),
        title=f"{edited_text(document.title, copy)}, {_name('', copy)}",
        date=_later(document.date, 30 * copy),
    )


def edited_text(text: str, copy: int) -> str:
    """The text with the names, numbers and days of copy number ``copy``."""
    return _EDITED.sub(lambda found: _other(found[0], copy), text) if copy else text


def _other(word: str, copy: int) -> str:
    if word.isdigit():
        return _number(word, copy)
    for calendar in (DAYS, MONTHS):
        if word in calendar:
            return calendar[(calendar.index(word) + copy) % len(calendar)]
    return _name(word, copy)


def _number(digits: str, copy: int) -> str:
    """Another number of as many digits; one that starts with 0 still does."""
    first = "0" if digits[0] == "0" else str(1 + _hash(f"{digits}:0", copy) % 9)
    rest = (str(_hash(f"{digits}:{place}", copy) % 10) for place in range(1, len(digits)))
    return first + "".join(rest)


def _name(word: str, copy: int) -> str:
    value, size = _hash(word, copy), len(_SYLLABLES)
    return "".join(_SYLLABLES[value // size**place % size] for place in range(3)).capitalize()


def _hash(text: str, copy: int) -> int:
    return int.from_bytes(blake2b(f"{copy}\0{text}".encode(), digest_size=8).digest(), "big")


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat() if day else ""


def turned(vector: NDArray[np.float32], *, copy: int, row: int) -> NDArray[np.float32]:
    """The vector of passage ``row`` of the originals for its copy: float32 [dim] of length 1.

    A little noise is added, about ``NOISE`` long, so that the cosine to the original is about .97.
    Embedding a million texts would take hours; what embedding costs is measured on fewer.
    """
    if not copy:
        return vector
    noise = np.random.default_rng((copy, row)).standard_normal(len(vector), dtype=np.float32)
    moved = vector + noise * np.float32(NOISE / len(vector) ** 0.5)
    return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)
