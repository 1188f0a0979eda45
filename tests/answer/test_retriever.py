"""The retriever over a searcher whose scores are set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from rag.config import AskConfig
from rag.index.base import Candidates
from rag.models.runtime import Float32
from rag.retrieval.retriever import Retriever
from rag.types import Passage, Query, Window
from tests.answer.making import article, passage


class OneDirection:
    """An embedder for which every text points the same way."""

    fingerprint, dim, max_tokens = "one", 1, 100

    def encode_queries(self, texts: Sequence[str]) -> Float32:
        return np.ones((len(texts), 1), dtype=np.float32)

    encode_passages = encode_queries

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


class Scored:
    """Passages with the dense scores that a test gives them; it notes the window it was asked."""

    def __init__(self, passages: Sequence[Passage], dense: Sequence[float]) -> None:
        self._passages, self._dense = passages, np.array(dense, dtype=np.float32)
        self.window: Window | None = None

    def candidates(
        self, vector: Float32, terms: Sequence[str], *, window: Window | None, k: int
    ) -> Candidates:
        self.window = window
        zeros = np.zeros_like(self._dense)
        return Candidates(np.arange(len(self._dense)), self._dense, zeros, zeros)

    def passage(self, row: int) -> Passage:
        return self._passages[row]

    def __len__(self) -> int:
        return len(self._passages)


def retrieve(searcher: Scored, *, window: Window | None = None, **settings: int) -> list[str]:
    retriever = Retriever(searcher, OneDirection(), AskConfig(**settings))
    hits = retriever.retrieve(Query("q", "q", window))
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    return [hit.passage.text for hit in hits]


def test_best_first_and_equal_scores_in_the_order_of_the_index() -> None:
    passages = [passage(text, article_id=text) for text in ("low", "high", "tie1", "tie2")]
    assert retrieve(Scored(passages, [0.1, 0.9, 0.5, 0.5])) == ["high", "tie1", "tie2", "low"]


def test_no_article_takes_more_than_its_share() -> None:
    long = article("one two three")
    passages = [Passage(long, 0, 3, 0), Passage(long, 4, 7, 1), Passage(long, 8, 13, 2)]
    other = passage("other", article_id="b")
    searcher = Scored([*passages, other], [0.9, 0.8, 0.7, 0.1])
    assert retrieve(searcher, passages_per_article=2, top_k=3) == ["one", "two", "other"]


def test_places_that_are_left_over_go_to_further_passages() -> None:
    long = article("one two three")
    passages = [Passage(long, 0, 3, 0), Passage(long, 4, 7, 1), Passage(long, 8, 13, 2)]
    other = passage("other", article_id="b")
    searcher = Scored([*passages, other], [0.9, 0.8, 0.7, 0.1])
    assert retrieve(searcher, passages_per_article=1) == ["one", "other", "two", "three"]


def test_copies_share_one_slot_and_are_listed() -> None:
    story = "The bridge over the river collapsed on Monday after two days of rain."
    passages = [passage(story, article_id=name) for name in ("first", "copy", "again")]
    other = passage("Nobody was hurt in the storm.", article_id="other")
    searcher = Scored([*passages, other], [0.9, 0.8, 0.7, 0.1])
    hits = Retriever(searcher, OneDirection(), AskConfig(top_k=2)).retrieve(Query("q", "q"))
    assert [hit.passage.article.id for hit in hits] == ["first", "other"]
    assert [copy.article.id for copy in hits[0].copies] == ["copy", "again"]


def test_the_window_reaches_the_searcher() -> None:
    searcher = Scored([passage("x")], [0.5])
    window = Window(after=date(2024, 1, 1))
    retrieve(searcher, window=window)
    assert searcher.window is window


def test_top_k_bounds_the_hits_and_nothing_is_searched_for_nothing() -> None:
    searcher = Scored([passage(str(i), article_id=str(i)) for i in range(9)], [0.5] * 9)
    assert len(retrieve(searcher, top_k=3)) == 3
    retriever = Retriever(searcher, OneDirection(), AskConfig())
    assert retriever.retrieve(Query("?", "")) == []
    assert Retriever(Scored([], []), OneDirection(), AskConfig()).retrieve(Query("q", "q")) == []
