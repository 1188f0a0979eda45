"""Ranks passages for a query by fused dense and BM25 scores, near-duplicates in one slot."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

import numpy as np
from numpy.typing import NDArray

from rag.config import AskConfig
from rag.index.base import Store
from rag.models.embedder import Embedder
from rag.text.analyzer import analyse
from rag.types import Hit, Passage, Query, Window

# This and the weight of dense against BM25 scores were tuned on one half of the queries of the TIME
# collection, those with an even number: nDCG@10 by whole articles, from 0.3 to 0.8 and 0.0 to 0.8.
ARTICLE_SHARE = 0.7

# What an article of the preferred days gains, and for how many days behind them one that reports on
# them later gains as much. Of 132 questions over the dev stories whose window had
# been firm, and left out half of the articles that answer, .89 now find theirs among ten: flat from
# .2 to .3; over the gazette's dev half from .05 to .15.
LIFT = 0.15
REPORTED_LATER = timedelta(days=3)

Float = NDArray[np.float32]
# Makes one score per candidate of its dense score, its BM25 score and that of its whole article.
Fusion = Callable[[Float, Float, Float], Float]


def min_max(scores: Float) -> Float:
    """Scores of shape ``[n]`` scaled to [0, 1]; all 0 when they are equal."""
    if scores.size == 0:
        return scores
    low, high = scores.min(), scores.max()
    if high <= low:
        return np.zeros_like(scores)
    return np.asarray((scores - low) / (high - low), dtype=np.float32)


def weighted_min_max(dense: Float, lexical: Float, article: Float, *, dense_weight: float) -> Float:
    """One score in [0, 1] per candidate, higher is better. Every array has shape ``[n]``.

    ``lexical`` is the BM25 score of the passage and ``article`` that of its whole article, which
    says what the passage is about even where the passage itself does not. A convex
    combination of min–max scaled scores: Bruch, Gai and Ingber, "An Analysis of Fusion Functions
    for Hybrid Retrieval", ACM TOIS 2023.
    """
    words = (1 - ARTICLE_SHARE) * min_max(lexical) + ARTICLE_SHARE * min_max(article)
    return np.asarray(dense_weight * min_max(dense) + (1 - dense_weight) * words, np.float32)


def reciprocal_rank_fusion(dense: Float, lexical: Float, article: Float) -> Float:
    """The same from ranks alone: the BM25 rank of passage and article together, and the dense rank.

    Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet", SIGIR 2009, with
    their constant of 60. For comparison only: on news it is worse than ``weighted_min_max``.
    """
    words = min_max(lexical) + min_max(article)
    return np.asarray(1 / (60 + _ranks(dense)) + 1 / (60 + _ranks(words)), np.float32)


def _ranks(scores: Float) -> NDArray[np.int64]:
    """The rank of each score, from 1; equal ones in order."""
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks


def _in_or_after(window: Window, passages: Sequence[Passage]) -> Float:
    """1 for each passage of an article in the window or published soon after it, else 0."""
    before = window.before
    if before is not None and before < date.max - REPORTED_LATER:
        before += REPORTED_LATER
    wide = replace(window, before=before)
    inside = [wide.contains(passage.article.published) for passage in passages]
    return np.array(inside, dtype=np.float32)


SHINGLE_WORDS = 5
MIN_CONTAINMENT = 0.6
_WORD = re.compile(r"\w+")
# What a correction, a denial or an update changes: figures, capitalised words and negations.
_FACT = re.compile(
    r"\d+(?:[.,]\d+)*|\b[^\W\d_a-zß-öø-ÿ]\w*"
    r"|\b(?:not|no|never|nobody|none|nothing|neither|nor|without|den(?:y|ied|ies|ying)|false|\w+n[’']t)\b"
)

Shingles = frozenset[tuple[str, ...]]


def shingles(text: str) -> Shingles:
    """The runs of ``SHINGLE_WORDS`` words in ``text``, or its only run if it is shorter."""
    words = _WORD.findall(text.lower())
    last = max(len(words) - SHINGLE_WORDS, 0)
    return frozenset(tuple(words[i : i + SHINGLE_WORDS]) for i in range(last + 1))


def containment(part: Shingles, whole: Shingles) -> float:
    """The share of ``part`` that stands in ``whole`` too (Broder 1997), in [0, 1]."""
    return len(part & whole) / len(part) if part else 0.0


class OriginalPassage:
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
        """Whether ``passage`` is from another article and has nearly the same words.

        A story that gives another figure or name, or denies what the other says, is an update or a
        correction, not a copy.
        """
        if passage.article.id == self.article_id:
            return False
        if not self._facts.issuperset(_FACT.findall(passage.text)):
            return False
        return containment(shingles(passage.text), self._shingles) >= MIN_CONTAINMENT


@dataclass(frozen=True, slots=True)
class _Scored:
    passage: Passage
    score: float
    lexical: float
    dense: float


@dataclass(slots=True)
class _Slot:
    """A place in the ranking: the best passage of a story, and its copies elsewhere."""

    best: _Scored
    original: OriginalPassage
    copies: list[Passage] = field(default_factory=list)

    def add_copy(self, passage: Passage) -> None:
        """Note a copy, unless one of the same article is there."""
        if all(copy.article.id != passage.article.id for copy in self.copies):
            self.copies.append(passage)


class Retriever:
    """Hybrid retrieval over one index: dense and BM25, inside the query's window.

    Articles of the days that it prefers are lifted.

    ``fusion`` joins the scores; without ``collapse``, copies of a story each take a place.
    """

    def __init__(
        self,
        index: Store,
        embedder: Embedder,
        config: AskConfig,
        *,
        fusion: Fusion | None = None,
        collapse: bool = True,
    ) -> None:
        self._index = index
        self.embedder = embedder
        self._config = config
        self._fusion = fusion or partial(weighted_min_max, dense_weight=config.dense_weight)
        self._collapses = collapse

    def retrieve(self, query: Query, *, top_k: int | None = None) -> list[Hit]:
        """The best passages for ``query``, best first: at most ``top_k`` stories' worth.

        At most ``passages_per_article`` hits come from one article while others compete, and a
        story that several articles copy takes one slot, with the copies listed. Equal scores keep
        the index's order.
        """
        if not query.text:
            return []
        slots = self._collapse(self._ranked(query), top_k or self._config.top_k)
        return [
            Hit(
                slot.best.passage,
                slot.best.score,
                rank,
                slot.best.lexical,
                slot.best.dense,
                tuple(slot.copies),
            )
            for rank, slot in enumerate(slots, start=1)
        ]

    def _ranked(self, query: Query) -> Iterable[_Scored]:
        """The candidates, best first; passages are read from the index one by one."""
        found = self._index.candidates(
            self.embedder.encode_queries([query.text])[0],
            analyse(query.text),
            window=query.window,
            k=self._config.candidates,
        )
        scores = self._fusion(found.dense, found.lexical, found.article_lexical)
        passages = [self._index.passage(int(row)) for row in found.rows]
        if query.preferred is not None:
            scores = scores + LIFT * _in_or_after(query.preferred, passages)
        for i in np.lexsort((found.rows, -scores)):
            yield _Scored(
                passages[i],
                float(scores[i]),
                float(found.lexical[i]),
                float(found.dense[i]),
            )

    def _collapse(self, ranked: Iterable[_Scored], top_k: int) -> Sequence[_Slot]:
        slots: list[_Slot] = []
        taken: Counter[str] = Counter()
        over: list[_Scored] = []
        for scored in ranked:
            if len(slots) == top_k:
                break
            article_id = scored.passage.article.id
            slot = self._original_of(scored.passage, slots)
            if slot is not None:
                slot.add_copy(scored.passage)
            elif taken[article_id] < self._config.passages_per_article:
                slots.append(_Slot(scored, OriginalPassage(scored.passage)))
                taken[article_id] += 1
            else:
                over.append(scored)
        # Where few articles compete, an article's further passages take the places left over.
        rest = over[: top_k - len(slots)]
        return slots + [_Slot(scored, OriginalPassage(scored.passage)) for scored in rest]

    def _original_of(self, passage: Passage, slots: Sequence[_Slot]) -> _Slot | None:
        if not self._collapses:
            return None
        return next((slot for slot in slots if slot.original.is_copied_by(passage)), None)
