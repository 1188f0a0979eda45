"""FAISS against plain numpy: exact, approximate, filtered, with ties and without rows."""

from __future__ import annotations

import errno
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.index.durability import Bytes
from rag.index.vectors import VectorStore, plan_search, write_vectors
from tests.index import small

Floats = NDArray[np.float32]


def units(values: NDArray[Any]) -> Floats:
    unit: Floats = (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)
    return unit


def clustered(rows: int, dim: int, *, seed: int) -> Floats:
    """Passages of news: many stories, each told in about 20 similar passages."""
    random = np.random.default_rng(seed)
    stories = random.standard_normal((max(1, rows // 20), dim))
    noise = random.standard_normal((rows, dim))
    return units(stories[random.integers(0, len(stories), rows)] + 0.8 * noise)


def stored(folder: Path, vectors: Floats, *, exact_limit: int) -> VectorStore:
    how = plan_search(len(vectors), exact_limit=exact_limit)
    write_vectors(small.QuickDisk(), folder, vectors, how)
    return VectorStore(folder, how)


def plain(vectors: Floats, query: Floats, k: int, allowed: NDArray[np.bool_]) -> list[int]:
    """The rows by score, then by row, in double precision."""
    scores = (vectors.astype(np.float64) * query.astype(np.float64)).sum(axis=1)
    return sorted(np.flatnonzero(allowed).tolist(), key=lambda row: (-scores[row], row))[:k]


@given(st.integers(0, 60), st.integers(-1, 70), st.booleans(), st.data())
@settings(max_examples=60, deadline=None)
def test_search_is_that_of_plain_numpy(rows: int, k: int, exact: bool, data: st.DataObject) -> None:
    """Few rows: the approximate index has one group then, and misses nothing."""
    story = data.draw(st.lists(st.integers(0, 12), min_size=rows, max_size=rows))
    vectors = units(np.random.default_rng(1).standard_normal((13, 6)))[story].reshape(-1, 6)
    allowed = np.array(
        data.draw(st.lists(st.booleans(), min_size=rows, max_size=rows)), dtype=np.bool_
    )
    query = units(np.random.default_rng(rows).standard_normal((1, 6)))[0]
    with TemporaryDirectory() as folder:
        store = stored(Path(folder), vectors, exact_limit=1000 if exact else 0)
        for mask in (allowed, None):
            found, scores = store.search(query, k, mask)
            everything = np.ones(rows, dtype=np.bool_)
            expected = plain(vectors, query, max(0, k), everything if mask is None else mask)
            assert found.tolist() == expected
            assert scores == pytest.approx(vectors[expected] @ query, abs=1e-6)
            assert (found.dtype.name, scores.dtype.name) == ("int64", "float32")


def test_equal_vectors_come_in_the_order_of_their_rows(tmp_path: Path) -> None:
    """FAISS gives any of them; 300 rows tie here, and 40 better ones follow."""
    one, better = clustered(2, 8, seed=1)
    close = units(one + 0.01 * better[None, :] + np.zeros((40, 8)))
    vectors = np.concatenate([clustered(50, 8, seed=2), np.repeat(one[None, :], 300, 0), close])
    store = stored(tmp_path, vectors, exact_limit=1000)
    for k in (45, 100, 200):
        expected = [*range(350, 390), *range(50, 10 + k)]
        assert store.search(close[0], k)[0].tolist() == expected
        assert store.search(close[0], k, np.ones(390, dtype=np.bool_))[0].tolist() == expected


@pytest.fixture(scope="module")
def large() -> Floats:
    return clustered(45_000, 32, seed=3)


@pytest.fixture(scope="module")
def queries(large: Floats) -> Floats:
    random = np.random.default_rng(4)
    near = large[random.integers(0, len(large), 100)]
    return units(near + 0.1 * random.standard_normal(near.shape))


def recall(store: VectorStore, large: Floats, queries: Floats, allowed: Any) -> float:
    """The share of the 10 nearest allowed rows that are found; every row must be allowed."""
    hits = wanted = 0
    for query in queries:
        found, scores = store.search(query, 10, allowed)
        everything = large @ query
        rows = np.arange(len(large)) if allowed is None else np.flatnonzero(allowed)
        nearest = rows[np.argsort(-everything[rows])[:10]]
        assert np.isin(found, rows).all()
        assert len(found) == len(nearest)
        assert scores == pytest.approx(everything[found], abs=1e-6)
        hits += len(set(found.tolist()) & set(nearest.tolist()))
        wanted += len(nearest)
    return hits / wanted


@pytest.mark.parametrize(("exact_limit", "least"), [(100_000, 1.0), (1_000, 0.97)])
def test_recall_with_and_without_a_filter(
    exact_limit: int, least: float, large: Floats, queries: Floats, tmp_path: Path
) -> None:
    store = stored(tmp_path, large, exact_limit=exact_limit)
    rows = np.arange(len(large))
    # Those of one half of space are allowed: the groups nearest to a query may hold none of them.
    lopsided = large[:, 0] > 0
    for allowed in (None, rows % 3 > 0, rows < 21_000, lopsided, rows % 100 == 0, rows < 5):
        assert recall(store, large, queries, allowed) >= least
    assert len(store.search(queries[0], 3, rows < 0)[0]) == 0


def test_asked_for_all_rows_an_approximate_index_gives_all(large: Floats, tmp_path: Path) -> None:
    store = stored(tmp_path, large, exact_limit=1_000)
    lopsided = large[:, 0] > 0
    for allowed in (None, lopsided):
        rows = np.arange(len(large)) if allowed is None else np.flatnonzero(allowed)
        for k in (len(rows), len(rows) - 7, 10**6):
            found, scores = store.search(large[3], k, allowed)
            assert len(found) == min(k, len(rows))
            assert len(np.unique(found)) == len(found)
            assert np.isin(found, rows).all()
            assert (np.diff(scores) <= 0).all()


def test_the_file_depends_on_the_vectors_alone(large: Floats, tmp_path: Path) -> None:
    threads = faiss.omp_get_max_threads()
    written = []
    for number in (1, 2):
        faiss.omp_set_num_threads(number)
        written.append(
            write_vectors(
                small.QuickDisk(), tmp_path, large[:5000], plan_search(5000, exact_limit=1)
            )
        )
    faiss.omp_set_num_threads(threads)
    assert written[0] == written[1]


def test_an_exact_file_is_plain_faiss(tmp_path: Path) -> None:
    vectors = clustered(20, 8, seed=5)
    stored(tmp_path, vectors, exact_limit=100)
    index = faiss.read_index(str(tmp_path / "vectors.faiss"))
    assert isinstance(index, faiss.IndexFlatIP)
    assert index.ntotal == 20


@pytest.mark.parametrize(
    ("rows", "limit", "expected"),
    [
        (0, 0, {"kind": "exact"}),
        (100_000, 100_000, {"kind": "exact"}),
        (30, 0, {"kind": "ivf-sq8", "nlist": 1, "nprobe": 8, "k_factor": 4}),
        (1_000_000, 100_000, {"kind": "ivf-sq8", "nlist": 4000, "nprobe": 1333, "k_factor": 4}),
    ],
)
def test_plan(rows: int, limit: int, expected: dict[str, Any]) -> None:
    assert plan_search(rows, exact_limit=limit) == expected


@pytest.mark.parametrize("exact_limit", [1000, 0])
def test_the_vectors_are_mapped_and_not_copied(exact_limit: int, tmp_path: Path) -> None:
    vectors = clustered(200, 8, seed=6)
    store = stored(tmp_path, vectors, exact_limit=exact_limit)
    assert np.array_equal(store.vectors, vectors)
    data = (tmp_path / "vectors.faiss").read_bytes()
    at = data.index(vectors[7].tobytes())
    with (tmp_path / "vectors.faiss").open("r+b") as file:
        file.seek(at)
        file.write(vectors[8].tobytes())
    assert np.array_equal(store.vectors[7], vectors[8])


class FullDisk(small.QuickDisk):
    """Takes the first 3 MB."""

    left = 3_000_000

    def write(self, descriptor: int, data: Bytes) -> int:
        self.left -= len(data)
        if self.left < 0:
            raise OSError(errno.ENOSPC, "full")
        return super().write(descriptor, data)


def test_a_full_disk_is_told_through_faiss(large: Floats, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full") as caught:
        write_vectors(FullDisk(), tmp_path, large, plan_search(len(large), exact_limit=100_000))
    assert caught.value.errno == errno.ENOSPC
