"""Every ``Searcher`` keeps the contract, measured against one that anyone can follow."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.index.base import Candidates, Searcher
from rag.index.local import LocalStore
from rag.text.analyzer import analyse
from rag.types import Passage, Window
from tests.index import small
from tests.index.test_bm25 import plain_bm25

# Two of the articles are the same story, so that there are ties.
COLLECTION = [*small.articles(25), small.article(25, text=small.article(3).text)]
PASSAGES = [
    Passage(article, start, end, ordinal)
    for article in COLLECTION
    for ordinal, (start, end) in enumerate(small.spans(article))
]


class PlainSearcher:
    """Looks at every passage, in Python."""

    def __init__(self) -> None:
        self.terms = [Counter(analyse(passage.text)) for passage in PASSAGES]

    def candidates(
        self,
        vector: NDArray[np.float32],
        terms: Sequence[str],
        *,
        window: Window | None,
        k: int,
    ) -> Candidates:
        dense = [float(small.vector(passage.text) @ vector) for passage in PASSAGES]
        lexical = plain_bm25(self.terms, list(terms), 1.2, 0.75)
        inside = [
            row
            for row, passage in enumerate(PASSAGES)
            if window is None or window.contains(passage.article.published)
        ]
        near = sorted(inside, key=lambda row: (-round(dense[row], 6), row))[:k]
        worded = [row for row in inside if lexical[row] > 0]
        worded = sorted(worded, key=lambda row: (-round(lexical[row], 6), row))[:k]
        rows = sorted({*near, *worded})
        by_article = self._by_article(terms)
        return Candidates(
            np.array(rows, dtype=np.int64),
            np.array([dense[row] for row in rows], dtype=np.float32),
            np.array([lexical[row] for row in rows], dtype=np.float32),
            np.array([by_article[PASSAGES[row].article.id] for row in rows], dtype=np.float32),
        )

    def _by_article(self, terms: Sequence[str]) -> dict[str, float]:
        whole = {article.id: Counter[str]() for article in COLLECTION}
        for passage, counts in zip(PASSAGES, self.terms, strict=True):
            whole[passage.article.id].update(counts)
        scores = plain_bm25(list(whole.values()), list(terms), 1.2, 0.75)
        return dict(zip(whole, scores, strict=True))

    def passage(self, row: int) -> Passage:
        if not 0 <= row < len(PASSAGES):
            raise IndexError(row)
        return PASSAGES[row]

    def __len__(self) -> int:
        return len(PASSAGES)


def built(folder: Path, exact_limit: int) -> LocalStore:
    small.build(folder, COLLECTION, exact_limit=exact_limit)
    return LocalStore.open(folder)


def moved(folder: Path, exact_limit: int) -> LocalStore:
    """Built, then opened elsewhere by someone else."""
    small.build(folder / "here", COLLECTION, exact_limit=exact_limit)
    shutil.move(folder / "here", folder / "there")
    return LocalStore.open(folder / "there")


def updated(folder: Path, exact_limit: int) -> LocalStore:
    """Built from a version that held other articles in another order."""
    small.build(folder, [*COLLECTION[10:], small.article(90)], exact_limit=exact_limit)
    with LocalStore.open(folder) as previous:
        small.build(folder, COLLECTION, previous=previous, exact_limit=exact_limit)
    return LocalStore.open(folder)


SEARCHERS: dict[str, Callable[[Path], Searcher]] = {
    "plain": lambda folder: PlainSearcher(),
    "exact": lambda folder: built(folder, 1000),
    "exact, moved": lambda folder: moved(folder, 1000),
    "exact, updated": lambda folder: updated(folder, 1000),
    "approximate": lambda folder: built(folder, 0),
    "approximate, updated": lambda folder: updated(folder, 0),
}


@pytest.fixture(scope="module", params=SEARCHERS)
def searcher(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Searcher]:
    searcher = SEARCHERS[request.param](tmp_path_factory.mktemp("index"))
    yield searcher
    if isinstance(searcher, LocalStore):
        searcher.close()


Days = tuple[date | None, date | None]
DAYS = st.none() | st.dates(date(2023, 12, 30), date(2024, 1, 30))


def in_order(days: Days) -> Days | None:
    """The days as the ends of a window; ``None`` when there is no day between them."""
    after, before = days
    return None if after and before and after >= before else days


@given(
    text=st.sampled_from(["oil", "summit in Cairo", *(PASSAGES[row].text for row in (0, 15, 16))]),
    terms=st.lists(st.sampled_from(["oil", "wheat", "cairo", "price", "xyz"]), max_size=4),
    days=st.tuples(DAYS, DAYS).map(in_order),
    k=st.integers(0, 12) | st.just(500),
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_candidates(
    searcher: Searcher,
    text: str,
    terms: list[str],
    days: Days | None,
    k: int,
) -> None:
    window = Window(*days) if days else None
    found = searcher.candidates(small.vector(text), terms, window=window, k=k)
    expected = PlainSearcher().candidates(small.vector(text), terms, window=window, k=k)
    assert found.rows.tolist() == expected.rows.tolist()
    assert found.rows.dtype == np.int64
    for name in ("dense", "lexical", "article_lexical"):
        values = getattr(found, name)
        assert values.dtype == np.float32
        assert values == pytest.approx(getattr(expected, name), abs=1e-5)
    again = searcher.candidates(small.vector(text), terms, window=window, k=k)
    assert again.dense.tobytes() == found.dense.tobytes()
    assert again.lexical.tobytes() == found.lexical.tobytes()


def test_passages(searcher: Searcher) -> None:
    assert len(searcher) == len(PASSAGES)
    assert [searcher.passage(row) for row in range(len(PASSAGES))] == PASSAGES
    for row in (-1, len(PASSAGES)):
        with pytest.raises(IndexError):
            searcher.passage(row)


@pytest.mark.parametrize(
    "vector", [np.ones(3), np.full(small.DIM, np.nan), np.ones((1, small.DIM))]
)
def test_a_vector_of_another_kind_is_refused(vector: NDArray[np.float32], tmp_path: Path) -> None:
    small.build(tmp_path, COLLECTION[:2])
    with LocalStore.open(tmp_path) as index, pytest.raises(ValueError, match="8 finite numbers"):
        index.candidates(vector.astype(np.float32), [], window=None, k=3)


def test_an_empty_collection_has_no_candidates(tmp_path: Path) -> None:
    small.build(tmp_path, [])
    with LocalStore.open(tmp_path) as index:
        found = index.candidates(small.vector("x"), ["oil"], window=Window(date(2024, 1, 1)), k=3)
        assert (len(index), len(found.rows), index.info.newest_article) == (0, 0, None)
