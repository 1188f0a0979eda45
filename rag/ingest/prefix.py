"""Prefixes: an article in, the line of date and title that its passages are embedded under, out.

Only the embedded text carries it; what is quoted never does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.types import Article

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
