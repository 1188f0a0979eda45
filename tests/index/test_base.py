"""Every ``Store`` keeps the contract, measured against one that anyone can follow."""

from __future__ import annotations

import math
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.errors import QuestionError
from rag.index import versions
from rag.index.base import ArticleRow, Candidates, Store
from rag.index.local import LocalStore
from rag.text.analyzer import analyse
from rag.types import Article, IndexInfo, Occurrence, Passage, Window
from tests.index import small
from tests.index.test_bm25 import plain_bm25

# Texts in which a literal search may go wrong.
TEXTS = (
    "The talks ended in Cairo. The talks ended badly.",
    "in Cairo the talks ended",
    "aaaaaaaa",
    "Zoë met Zoe\u0308 in São Paulo 👩‍👩‍👧 and 👩‍👧 left.",
    "one\r\ntwo\ntwo\r\n\r\nthree",
    "قال الوزير إن المحادثات انتهت \u202bفي القاهرة\u202c.",
    "\ufeffdate 2024-01-02 東京で会談。東京で。",
    " edge to edge ",
    "to edge ",
)
# Two of the articles are the same story, so that there are ties.
COLLECTION = [
    *small.articles(25),
    small.article(25, text=small.article(3).text),
    *(small.article(100 + number, text) for number, text in enumerate(TEXTS)),
]
PASSAGES = [
    Passage(article, start, end, ordinal)
    for article in COLLECTION
    for ordinal, (start, end) in enumerate(small.spans(article))
]
FILES = [{"path": article.path, "articles": 1} for article in COLLECTION]
OFF = frozenset({"a3", "a7", "a100"})
EVERYWHERE = 10_000


class PlainStore:
    """Looks at every article and passage, in Python."""

    settings: Mapping[str, Any] = small.SETTINGS
    model_fingerprint = "m0del"
    warnings: tuple[str, ...] = ()

    def __init__(self, off: frozenset[str] = frozenset()) -> None:
        self._off = off
        self._terms = [Counter(analyse(passage.text)) for passage in PASSAGES]
        self._on = [passage.article.id not in off for passage in PASSAGES]

    @property
    def info(self) -> IndexInfo:
        on = [article for article in COLLECTION if article.id not in self._off]
        days = [article.published for article in on if article.published is not None]
        return IndexInfo("", "", max(days), min(days), "", len(on), sum(self._on))

    @property
    def switched_off(self) -> int:
        return len(self._off)

    def candidates(
        self,
        vector: NDArray[np.float32],
        terms: Sequence[str],
        *,
        window: Window | None,
        k: int,
    ) -> Candidates:
        dense = [float(small.vector(passage.text) @ vector) for passage in PASSAGES]
        lexical = plain_bm25(self._terms, list(terms), 1.2, 0.75)
        inside = self._searched(window)
        near = sorted(inside, key=lambda row: (-round(dense[row], 6), row))[:k]
        rows = sorted({*near, *self._best(inside, lexical, k)})
        by_article = self._by_article(terms)
        return Candidates(
            np.array(rows, dtype=np.int64),
            np.array([dense[row] for row in rows], dtype=np.float32),
            np.array([lexical[row] for row in rows], dtype=np.float32),
            np.array([by_article[PASSAGES[row].article.id] for row in rows], dtype=np.float32),
        )

    def _searched(self, window: Window | None) -> list[int]:
        return [
            row
            for row, passage in enumerate(PASSAGES)
            if self._on[row] and (window is None or window.contains(passage.article.published))
        ]

    @staticmethod
    def _best(rows: list[int], scores: list[float], k: int) -> list[int]:
        positive = [row for row in rows if scores[row] > 0]
        return sorted(positive, key=lambda row: (-round(scores[row], 6), row))[:k]

    def _by_article(self, terms: Sequence[str]) -> dict[str, float]:
        whole = {article.id: Counter[str]() for article in COLLECTION}
        for passage, counts in zip(PASSAGES, self._terms, strict=True):
            whole[passage.article.id].update(counts)
        scores = plain_bm25(list(whole.values()), list(terms), 1.2, 0.75)
        return dict(zip(whole, scores, strict=True))

    def passage(self, row: int) -> Passage:
        if not 0 <= row < len(PASSAGES):
            raise IndexError(row)
        return PASSAGES[row]

    def passages_with(self, terms: Sequence[str], *, limit: int) -> list[Passage]:
        rows = [
            row for row in self._searched(None) if terms and set(terms) <= set(self._terms[row])
        ]
        return [PASSAGES[row] for row in rows[:limit]]

    def passages_like(self, text: str, *, k: int) -> list[Passage]:
        scores = plain_bm25(self._terms, analyse(text), 1.2, 0.75)
        return [PASSAGES[row] for row in self._best(self._searched(None), scores, k)]

    def rarity(self, term: str) -> float:
        having = sum(term in counts for counts in self._terms)
        return math.log(1 + (len(PASSAGES) + 1) / (having + 0.5))

    def window_is_empty(self, window: Window | None) -> bool:
        return window is not None and not self._searched(window)

    def article(self, article_id: str) -> Article:
        for article in COLLECTION:
            if article.id == article_id:
                return article
        raise QuestionError(article_id)

    def find_text(self, text: str, *, limit: int) -> list[Occurrence]:
        found = [
            Occurrence(article, start, start + len(text))
            for article in COLLECTION
            for start in range(len(article.text))
            if text and article.id not in self._off and article.text.startswith(text, start)
        ]
        return found[:limit]

    def entries(self) -> list[ArticleRow]:
        return [
            ArticleRow(
                article.id,
                article.title,
                article.title_derived,
                article.published,
                article.url,
                article.path,
                article.sha256,
                len(small.spans(article)),
                on=article.id not in self._off,
            )
            for article in COLLECTION
        ]

    def files(self) -> list[Mapping[str, Any]]:
        return list(FILES)

    def is_current(self) -> bool:
        return True

    def close(self) -> None:
        pass


def built(folder: Path, exact_limit: int) -> LocalStore:
    small.build(folder, COLLECTION, exact_limit=exact_limit, files=FILES)
    return LocalStore.open(folder)


def moved(folder: Path, exact_limit: int) -> LocalStore:
    """Built, then opened elsewhere by someone else."""
    small.build(folder / "here", COLLECTION, exact_limit=exact_limit, files=FILES)
    shutil.move(folder / "here", folder / "there")
    return LocalStore.open(folder / "there")


def updated(folder: Path, exact_limit: int) -> LocalStore:
    """Built from a version that held other articles in another order."""
    small.build(folder, [*COLLECTION[10:], small.article(90)], exact_limit=exact_limit)
    with LocalStore.open(folder) as previous:
        small.build(folder, COLLECTION, previous=previous, exact_limit=exact_limit, files=FILES)
    return LocalStore.open(folder)


def switched(folder: Path, exact_limit: int) -> LocalStore:
    """Built, then opened with some articles switched off."""
    small.build(folder, COLLECTION, exact_limit=exact_limit, files=FILES)
    versions.set_switches(folder, OFF, on=False)
    return LocalStore.open(folder)


@dataclass(frozen=True)
class Case:
    """A store, and the plain one that it has to agree with."""

    store: Store
    plain: PlainStore


STORES: dict[str, tuple[Callable[[Path], Store], frozenset[str]]] = {
    "plain": (lambda folder: PlainStore(), frozenset()),
    "exact": (lambda folder: built(folder, 1000), frozenset()),
    "exact, moved": (lambda folder: moved(folder, 1000), frozenset()),
    "exact, updated": (lambda folder: updated(folder, 1000), frozenset()),
    "exact, some off": (lambda folder: switched(folder, 1000), OFF),
    "approximate": (lambda folder: built(folder, 0), frozenset()),
    "approximate, updated": (lambda folder: updated(folder, 0), frozenset()),
    "approximate, some off": (lambda folder: switched(folder, 0), OFF),
}


@pytest.fixture(scope="module", params=STORES)
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Case]:
    opened, off = STORES[request.param]
    store = opened(tmp_path_factory.mktemp("index"))
    yield Case(store, PlainStore(off))
    store.close()


Days = tuple[date | None, date | None]
DAYS = st.none() | st.dates(date(2023, 12, 30), date(2024, 1, 30))


def in_order(days: Days) -> Days | None:
    """The days as the ends of a window; ``None`` when there is no day between them."""
    after, before = days
    return None if after and before and after >= before else days


TERMS = st.lists(st.sampled_from(["oil", "wheat", "cairo", "price", "xyz"]), max_size=4)
QUICK = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@given(
    text=st.sampled_from(["oil", "summit in Cairo", *(PASSAGES[row].text for row in (0, 15, 16))]),
    terms=TERMS,
    days=st.tuples(DAYS, DAYS).map(in_order),
    k=st.integers(0, 12) | st.just(500),
)
@QUICK
def test_candidates(
    case: Case,
    text: str,
    terms: list[str],
    days: Days | None,
    k: int,
) -> None:
    window = Window(*days) if days else None
    found = case.store.candidates(small.vector(text), terms, window=window, k=k)
    expected = case.plain.candidates(small.vector(text), terms, window=window, k=k)
    assert found.rows.tolist() == expected.rows.tolist()
    assert found.rows.dtype == np.int64
    for name in ("dense", "lexical", "article_lexical"):
        values = getattr(found, name)
        assert values.dtype == np.float32
        assert values == pytest.approx(getattr(expected, name), abs=1e-5)
    again = case.store.candidates(small.vector(text), terms, window=window, k=k)
    assert again.dense.tobytes() == found.dense.tobytes()
    assert again.lexical.tobytes() == found.lexical.tobytes()


@pytest.mark.parametrize(
    "vector", [np.ones(3), np.full(small.DIM, np.nan), np.ones((1, small.DIM))]
)
def test_a_vector_of_another_kind_is_refused(vector: NDArray[np.float32], tmp_path: Path) -> None:
    small.build(tmp_path, COLLECTION[:2])
    with LocalStore.open(tmp_path) as index, pytest.raises(ValueError, match="8 finite numbers"):
        index.candidates(vector.astype(np.float32), [], window=None, k=3)


def test_passages_by_row(case: Case) -> None:
    assert [case.store.passage(row) for row in range(len(PASSAGES))] == PASSAGES
    for row in (-1, len(PASSAGES)):
        with pytest.raises(IndexError):
            case.store.passage(row)


@given(terms=TERMS, limit=st.integers(0, 9) | st.just(500))
@QUICK
def test_passages_with_all_of_the_terms(case: Case, terms: list[str], limit: int) -> None:
    expected = case.plain.passages_with(terms, limit=limit)
    assert case.store.passages_with(terms, limit=limit) == expected


@given(text=st.sampled_from(["oil talks", "Which talks ended in Cairo?", "xyz", ""]), k=st.just(9))
@QUICK
def test_passages_like_a_text(case: Case, text: str, k: int) -> None:
    assert case.store.passages_like(text, k=k) == case.plain.passages_like(text, k=k)


@pytest.mark.parametrize("term", ["oil", "cairo", "xyz", ""])
def test_rarity(case: Case, term: str) -> None:
    assert case.store.rarity(term) == pytest.approx(case.plain.rarity(term))
    assert case.store.rarity(term) > 0


@given(days=st.tuples(DAYS, DAYS).map(in_order))
@QUICK
def test_whether_a_window_is_empty(case: Case, days: Days | None) -> None:
    window = Window(*days) if days else None
    assert case.store.window_is_empty(window) == case.plain.window_is_empty(window)


def test_articles(case: Case) -> None:
    assert [case.store.article(article.id) for article in COLLECTION] == COLLECTION
    for unknown in ("../a0", "a1000", ""):
        with pytest.raises(QuestionError):
            case.store.article(unknown)
    assert case.store.entries() == case.plain.entries()
    assert case.store.switched_off == case.plain.switched_off


def test_what_was_built(case: Case) -> None:
    info, expected = case.store.info, case.plain.info
    assert (info.articles, info.passages) == (expected.articles, expected.passages)
    assert info.oldest_article == expected.oldest_article
    assert info.newest_article == expected.newest_article
    assert list(case.store.files()) == FILES
    assert dict(case.store.settings) == small.SETTINGS
    assert case.store.model_fingerprint == "m0del"
    assert case.store.warnings == ()
    assert case.store.is_current()


@given(st.data())
@QUICK
def test_every_slice_is_found_wherever_it_occurs(case: Case, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([article.text for article in COLLECTION]))
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))]
    found = case.store.find_text(quote, limit=EVERYWHERE)
    assert found == case.plain.find_text(quote, limit=EVERYWHERE)
    assert all(occurrence.text == quote for occurrence in found)


@given(st.text(max_size=6) | st.text("aето 東👩\r\n\u0308. ", max_size=6))
@QUICK
def test_any_text_is_found_where_a_plain_search_finds_it(case: Case, text: str) -> None:
    assert case.store.find_text(text, limit=9) == case.plain.find_text(text, limit=9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aaaaaa", [("a102", 0, 6), ("a102", 1, 7), ("a102", 2, 8)]),
        ("ended\none", []),
        ("endedaaa", []),  # across the end of an article
        ("\ud800", []),
        ("", []),
        (" edge to edge ", [("a107", 0, 14)]),
    ],
)
def test_occurrences_overlap_and_stay_inside_an_article(
    case: Case, text: str, expected: list[tuple[str, int, int]]
) -> None:
    found = case.store.find_text(text, limit=EVERYWHERE)
    assert [(one.article.id, one.start, one.end) for one in found] == expected


def test_an_empty_collection_has_no_candidates(tmp_path: Path) -> None:
    small.build(tmp_path, [])
    with LocalStore.open(tmp_path) as index:
        window = Window(date(2024, 1, 1))
        found = index.candidates(small.vector("x"), ["oil"], window=window, k=3)
        assert (len(index), len(found.rows), index.info.newest_article) == (0, 0, None)
        assert not index.window_is_empty(window)
        assert index.find_text("a", limit=1) == index.passages_like("oil", k=1) == []


def test_an_occurrence_outside_its_article_is_refused() -> None:
    with pytest.raises(ValueError, match="no place in article"):
        Occurrence(COLLECTION[0], 5, 1 + len(COLLECTION[0].text))
