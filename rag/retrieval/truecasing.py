"""Truecasing: recognises names typed in lower case by how the articles write them."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.index.base import Store
from rag.text.analyzer import analyse

PASSAGES = 8
CACHED = 4096


class KnownNames:
    """Tells whether a phrase is a name, by looking at how the articles write it.

    The first ``PASSAGES`` passages with its rarest word are searched. It is a name when at least
    half of its occurrences inside a sentence are capitalised.
    """

    def __init__(self, index: Store) -> None:
        self._index = index
        self._is_name = lru_cache(maxsize=CACHED)(self._look)

    def __call__(self, phrase: str) -> bool:
        """``phrase`` is in lower case, its words separated by single spaces."""
        return self._is_name(phrase)

    def _look(self, phrase: str) -> bool:
        terms = analyse(phrase)
        if not terms:
            return False
        rarest = max(sorted(set(terms)), key=self._index.rarity)
        written = [
            match.group()
            for passage in self._index.passages_with([rarest], limit=PASSAGES)
            for match in _inside_sentence(phrase).finditer(passage.text)
        ]
        capitalised = sum(all(word[:1].isupper() for word in _long_words(text)) for text in written)
        return bool(written) and 2 * capitalised >= len(written)


def _inside_sentence(phrase: str) -> re.Pattern[str]:
    """The phrase where it does not begin a sentence or a quotation."""
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    return re.compile(rf"(?<=[\w,;:)] ){words}\b", re.IGNORECASE)


def _long_words(text: str) -> list[str]:
    words = text.split()
    return [word for word in words if len(word) > 3] or words
