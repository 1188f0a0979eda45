"""A version's articles and the ids that are switched off go in; what is searched comes out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rag.index.store import Store
from rag.types import IndexInfo

Mask = NDArray[np.bool_]


class Selection:
    """``off``: the rows of the articles that are switched off, int64 [m], ascending.

    ``passages``: bool [passages], those of the others; ``None`` while nothing is off.
    """

    def __init__(self, store: Store, off: Collection[str]) -> None:
        self._store = store
        self.off = store.rows_of(off)
        self._articles = np.ones(store.articles, dtype=np.bool_)
        self._articles[self.off] = False
        none_off = not len(self.off)
        self.passages: Mask | None = None if none_off else self._articles[store.spans[:, 0]]

    def within(self, inside: Mask | None) -> Mask | None:
        """Those of the passages ``inside`` (``None``: all) that are not switched off."""
        if inside is None or self.passages is None:
            return self.passages if inside is None else inside
        return inside & self.passages

    def informed(self, whole: IndexInfo) -> IndexInfo:
        """``whole`` without what is switched off; the fingerprint then tells which articles are."""
        if self.passages is None:
            return whole
        oldest, newest = self._store.days(self._articles)
        rows = self.off.astype("<i8").tobytes()
        return replace(
            whole,
            fingerprint=hashlib.sha256(whole.fingerprint.encode() + rows).hexdigest(),
            newest_article=newest,
            oldest_article=oldest,
            articles=whole.articles - len(self.off),
            passages=int(self.passages.sum()),
        )
