"""The retriever: fusion, near-duplicates in one slot, and the ranking of passages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from rag.config import AskConfig
from rag.index.base import Candidates
from rag.models.runtime import Float32
from rag.retrieval.retriever import (
    ARTICLE_SHARE,
    OriginalPassage,
    Retriever,
    containment,
    min_max,
    reciprocal_rank_fusion,
    shingles,
    weighted_min_max,
)
from rag.types import Passage, Query, Window
from tests.answer.making import article, passage


def scores(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, dtype=np.float32)


def test_min_max_spans_zero_to_one() -> None:
    np.testing.assert_allclose(min_max(scores(2, 4, 3)), [0, 1, 0.5])


def test_equal_scores_say_nothing() -> None:
    np.testing.assert_array_equal(min_max(scores(7, 7)), [0, 0])
    assert min_max(scores()).size == 0


def test_min_max_weighs_meaning_against_words_of_passage_and_article() -> None:
    fused = weighted_min_max(scores(0, 1), scores(5, 0), scores(0, 8), dense_weight=0.25)
    words = 0.75 * ARTICLE_SHARE
    np.testing.assert_allclose(fused, [0.75 - words, 0.25 + words], rtol=1e-6)


def test_reciprocal_ranks_by_hand() -> None:
    fused = reciprocal_rank_fusion(scores(0.9, 0.1), scores(0, 3), scores(0, 0))
    np.testing.assert_allclose(fused, [1 / 61 + 1 / 62, 1 / 62 + 1 / 61], rtol=1e-6)


STORY = (
    "The old bridge over the Tarn collapsed on Monday morning after two days of heavy rain, "
    "and 12 people were taken to hospital, the mayor of Veldt said. Engineers had warned in May "
    "that the northern pier was unsafe. The bridge was built in 1931 and carried the only road "
    "between the two halves of the town."
)


def test_a_copy_with_small_edits_is_a_copy() -> None:
    copy = STORY.replace("heavy rain", "very heavy rain").replace("the mayor of", "the mayor in")
    assert OriginalPassage(passage(STORY)).is_copied_by(passage(copy, article_id="b"))


def test_another_figure_makes_an_update() -> None:
    update = STORY.replace("12 people", "15 people")
    assert not OriginalPassage(passage(STORY)).is_copied_by(passage(update, article_id="b"))


def test_another_name_makes_a_correction() -> None:
    correction = STORY.replace("mayor of Veldt", "mayor of Lindmouth")
    assert not OriginalPassage(passage(STORY)).is_copied_by(passage(correction, article_id="b"))


def test_another_story_is_no_copy() -> None:
    other = "Voters in Veldt go to the polls on Sunday to choose a new council."
    assert not OriginalPassage(passage(STORY)).is_copied_by(passage(other, article_id="b"))


def test_an_article_is_no_copy_of_itself() -> None:
    assert not OriginalPassage(passage(STORY)).is_copied_by(passage(STORY))


def test_a_copy_may_be_cut_elsewhere() -> None:
    whole = article(f"{STORY} {STORY.replace('the ', 'a ')}")
    middle = STORY.index("Engineers")
    original = OriginalPassage(Passage(whole, 0, len(STORY), 0))
    straddling = whole.text[middle : whole.text.rindex(" Engineers")]
    assert original.is_copied_by(passage(straddling, article_id="b"))


def test_containment_by_hand() -> None:
    part, whole = shingles("one two three four five six"), shingles("two three four five six")
    assert len(part) == 2
    assert containment(part, whole) == 0.5
    assert containment(frozenset(), whole) == 0.0


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


def test_a_denial_in_the_same_words_is_no_copy() -> None:
    story = passage("The shipping magnate was arrested at the airport of the town on Wednesday.")
    denial = passage(
        "The shipping magnate was never arrested at the airport of the town on Wednesday.",
        article_id="b",
    )
    again = passage(story.text, article_id="c")
    assert OriginalPassage(story).is_copied_by(again)
    assert not OriginalPassage(story).is_copied_by(denial)
