"""The retriever: a Query in, the ranked Hits that may answer it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from rag.answer.duplicates import Original
from rag.answer.fusion import Fusion, weighted_min_max
from rag.config import AskConfig
from rag.index.base import Searcher
from rag.models.embedder import Embedder
from rag.text.analyzer import analyse
from rag.types import Hit, Passage, Query


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
    original: Original
    copies: list[Passage] = field(default_factory=list)

    def add_copy(self, passage: Passage) -> None:
        """Note a copy, unless one of the same article is there."""
        if all(copy.article.id != passage.article.id for copy in self.copies):
            self.copies.append(passage)


class Retriever:
    """Hybrid retrieval over one index: dense and BM25, inside the query's window.

    ``fusion`` joins the scores; without ``collapse``, copies of a story each take a place.
    """

    def __init__(
        self,
        index: Searcher,
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
        for i in np.lexsort((found.rows, -scores)):
            yield _Scored(
                self._index.passage(int(found.rows[i])),
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
                slots.append(_Slot(scored, Original(scored.passage)))
                taken[article_id] += 1
            else:
                over.append(scored)
        # Where few articles compete, an article's further passages take the places left over.
        rest = over[: top_k - len(slots)]
        return slots + [_Slot(scored, Original(scored.passage)) for scored in rest]

    def _original_of(self, passage: Passage, slots: Sequence[_Slot]) -> _Slot | None:
        if not self._collapses:
            return None
        return next((slot for slot in slots if slot.original.is_copied_by(passage)), None)
