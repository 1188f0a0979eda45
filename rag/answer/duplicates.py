"""Near-duplicate stories: two passages in, whether one is a copy of the other out."""

from __future__ import annotations

import re

from rag.types import Passage

SHINGLE_WORDS = 5
MIN_CONTAINMENT = 0.6
_WORD = re.compile(r"\w+")
# What a correction or an update changes: figures and names.
_FACT = re.compile(r"\d+(?:[.,]\d+)*|\b[^\W\d_a-zß-öø-ÿ]\w*")

Shingles = frozenset[tuple[str, ...]]


def shingles(text: str) -> Shingles:
    """The runs of ``SHINGLE_WORDS`` words in ``text``, or its only run if it is shorter."""
    words = _WORD.findall(text.lower())
    last = max(len(words) - SHINGLE_WORDS, 0)
    return frozenset(tuple(words[i : i + SHINGLE_WORDS]) for i in range(last + 1))


def containment(part: Shingles, whole: Shingles) -> float:
    """The share of ``part`` that stands in ``whole`` too (Broder 1997), in [0, 1]."""
    return len(part & whole) / len(part) if part else 0.0


class Original:
    """A passage that others may be copies of, with as much text again on either side.

    Two papers cut the same agency story at different places, so that a copy may straddle two
    passages of the original.
    """

    def __init__(self, passage: Passage) -> None:
        reach = passage.end - passage.start
        article = passage.article
        around = article.text[max(article.body, passage.start - reach) : passage.end + reach]
        self.article_id = article.id
        self._shingles = shingles(around)
        self._facts = set(_FACT.findall(around))

    def is_copied_by(self, passage: Passage) -> bool:
        """Whether ``passage``, of another article, says the same in nearly the same words.

        A story that gives another figure or name is an update or a correction, not a copy.
        """
        if passage.article.id == self.article_id:
            return False
        if not self._facts.issuperset(_FACT.findall(passage.text)):
            return False
        return containment(shingles(passage.text), self._shingles) >= MIN_CONTAINMENT
