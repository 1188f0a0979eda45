"""A small collection, built and searched as the real one is, with vectors made from the words."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.index.articles import Span
from rag.index.durability import Disk
from rag.index.local import LocalStore
from rag.index.writer import IndexWriter
from rag.text.analyzer import analyse
from rag.types import Article

DIM = 8
SETTINGS = {"max_tokens": 200, "model": None}
_WORDS = ["oil", "wheat", "cairo", "summit", "minister", "talks", "prices", "rose", "bank", "court"]


class QuickDisk(Disk):
    """Does not wait for the disk; what is read back is the same unless the power fails."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_folder(self, path: Path) -> None:
        pass


def vector(text: str, dim: int = DIM) -> NDArray[np.float32]:
    """A unit vector that depends on the text alone."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    values = np.random.default_rng(seed).standard_normal(dim)
    return (values / np.linalg.norm(values)).astype(np.float32)


def article(number: int, text: str | None = None, published: date | None = None) -> Article:
    """Article ``number``: three sentences of its own, every fifth one undated."""
    words = np.random.default_rng(number).choice(_WORDS, size=12)
    text = text or ". ".join(" ".join(words[at : at + 4]) for at in (0, 4, 8)) + f". No. {number}"
    if published is None and number % 5:
        published = date(2024, 1, 1) + timedelta(days=number)
    return Article(
        id=f"a{number}",
        text=text,
        body=0,
        published=published,
        title=f"Title {number} – “é”",
        title_derived=False,
        url="",
        path=f"a{number}.txt",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def articles(count: int) -> list[Article]:
    return [article(number) for number in range(count)]


def spans(one: Article) -> list[Span]:
    """Its sentences."""
    ends = [at + 1 for at, letter in enumerate(one.text) if letter == "."] + [len(one.text)]
    starts = [0, *ends[:-1]]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def texts(collection: Sequence[Article]) -> list[str]:
    return [one.text[start:end] for one in collection for start, end in spans(one)]


def build(
    folder: Path,
    collection: Sequence[Article],
    *,
    previous: LocalStore | None = None,
    exact_limit: int = 1000,
    disk: Disk | None = None,
    files: Sequence[dict[str, Any]] = (),
) -> str:
    """Builds as the builder does, taking spans and terms of known articles from ``previous``."""
    with IndexWriter(
        folder,
        settings=SETTINGS,
        model_fingerprint="m0del",
        dim=DIM,
        exact_limit=exact_limit,
        disk=disk or QuickDisk(),
    ) as writer:
        for one in collection:
            known = previous.reuse(one) if previous else None
            if known:
                writer.add(one, known.spans, known.terms)
            else:
                own = spans(one)
                writer.add(one, own, [Counter(analyse(one.text[s:e])) for s, e in own])
        vectors = [vector(text) for text in texts(collection)]
        stacked = np.array(vectors, dtype=np.float32).reshape(-1, DIM)
        return writer.publish(stacked, files)


def leftovers(folder: Path) -> list[str]:
    """Everything in the index folder that is no part of a version that may be there."""
    kept = {"CURRENT", ".lock", "versions", "cache"}
    odd = [path.name for path in folder.iterdir() if path.name not in kept]
    inner = [path.name for sub in ("versions", "cache") for path in (folder / sub).glob("*")]
    return odd + [name for name in inner if name.startswith(".tmp") or not name[0].isalnum()]
