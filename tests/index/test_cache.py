"""The cache of embeddings: gives back what was put, and misses whatever was damaged."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from rag.index.cache import EmbeddingCache
from rag.index.durability import Disk
from tests.index import small

KEYS = [hashlib.sha256(bytes([number])).digest() for number in range(5)]
VECTORS = np.array([small.vector(str(number)) for number in range(5)])
RECORD = 32 + 4 * small.DIM + 8


def cache(folder: Path, *, model: str = "m", dim: int = small.DIM) -> EmbeddingCache:
    return EmbeddingCache(folder, model, dim)


def filled(folder: Path) -> Path:
    with cache(folder) as writing:
        writing.put_many(KEYS[:2], VECTORS[:2])
        writing.put_many(KEYS[2:], VECTORS[2:])
    return folder / "cache" / "m.embeddings"


def hits(folder: Path) -> list[bool]:
    """Which keys are found; those that are must have their own vector."""
    found, vectors = cache(folder).get_many(KEYS)
    assert np.array_equal(vectors[found], VECTORS[found])
    assert not vectors[~found].any()
    return [bool(hit) for hit in found]


def test_an_empty_cache_misses(tmp_path: Path) -> None:
    found, vectors = cache(tmp_path).get_many(KEYS)
    assert (found.tolist(), vectors.shape) == ([False] * 5, (5, small.DIM))
    assert cache(tmp_path).get_many([])[1].shape == (0, small.DIM)
    assert list(tmp_path.iterdir()) == []


def test_it_gives_back_what_was_put(tmp_path: Path) -> None:
    filled(tmp_path)
    assert hits(tmp_path) == [True] * 5
    found, vectors = cache(tmp_path).get_many([KEYS[3], b"?" * 32, KEYS[3], KEYS[0]])
    assert found.tolist() == [True, False, True, True]
    assert np.array_equal(vectors[[0, 2, 3]], VECTORS[[3, 3, 0]])


def test_it_sees_what_it_put_itself(tmp_path: Path) -> None:
    with cache(tmp_path) as both:
        for at in range(5):
            assert both.get_many(KEYS)[0].tolist() == [True] * at + [False] * (5 - at)
            both.put_many(KEYS[at : at + 1], VECTORS[at : at + 1])
        both.put_many([], VECTORS[:0])
    assert hits(tmp_path) == [True] * 5


def test_another_model_or_length_misses(tmp_path: Path) -> None:
    path = filled(tmp_path)
    assert not cache(tmp_path, model="n").get_many(KEYS)[0].any()
    assert not cache(tmp_path, dim=small.DIM + 1).get_many(KEYS)[0].any()
    path.rename(path.with_name("n.embeddings"))
    assert cache(tmp_path, model="n").get_many(KEYS)[0].all()


def test_every_flipped_bit_is_a_miss_and_no_more(tmp_path: Path) -> None:
    path = filled(tmp_path)
    whole = path.read_bytes()
    assert len(whole) == 6 * RECORD
    for at in range(len(whole)):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << at % 8
        path.write_bytes(damaged)
        lost = set(range(5)) if at < RECORD else {at // RECORD - 1}
        assert hits(tmp_path) == [key not in lost for key in range(5)]


def test_every_torn_tail_is_tolerated_and_mended(tmp_path: Path) -> None:
    path = filled(tmp_path)
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        left = max(0, size // RECORD - 1)
        assert hits(tmp_path) == [True] * left + [False] * (5 - left)
        with cache(tmp_path) as writing:
            writing.put_many(KEYS[4:], VECTORS[4:])
        assert hits(tmp_path) == [True] * left + [False] * (4 - left) + [True]
        assert path.stat().st_size % RECORD == 0


def test_a_damaged_record_is_replaced_by_a_new_one(tmp_path: Path) -> None:
    path = filled(tmp_path)
    damaged = bytearray(path.read_bytes())
    damaged[RECORD + 40] ^= 1
    path.write_bytes(damaged)
    assert hits(tmp_path) == [False, True, True, True, True]
    with cache(tmp_path) as writing:
        writing.put_many(KEYS[:1], VECTORS[:1])
    assert hits(tmp_path) == [True] * 5


@pytest.mark.parametrize(
    ("live", "records"),
    [([0, 1, 2], 5), ([3, 1, 3], 2), ([4], 1), ([], 0)],
)
def test_it_drops_the_dead_once_they_are_more_than_half(
    live: list[int], records: int, tmp_path: Path
) -> None:
    path = filled(tmp_path)
    with cache(tmp_path) as writing:
        writing.keep_only([KEYS[key] for key in live])
        kept = set(live) if records < 5 else set(range(5))
        assert hits(tmp_path) == [key in kept for key in range(5)]
        assert path.stat().st_size == (records + 1) * RECORD
        writing.put_many(KEYS, VECTORS)
        assert writing.get_many(KEYS)[0].all()
    assert hits(tmp_path) == [True] * 5


class MeteredDisk(Disk):
    def __init__(self) -> None:
        self.largest = 0

    def write(self, descriptor: int, data: bytes | bytearray | memoryview) -> int:
        self.largest = max(self.largest, len(data))
        return super().write(descriptor, data[:100_000])


def test_writes_are_bounded_and_may_fall_short(tmp_path: Path) -> None:
    keys = [hashlib.sha256(bytes([number, 1])).digest() for number in range(200)]
    vectors = np.random.default_rng(0).standard_normal((200, 2000)).astype(np.float32)
    disk = MeteredDisk()
    with EmbeddingCache(tmp_path, "m", 2000, disk=disk) as writing:
        writing.put_many(keys, vectors)
    found, again = EmbeddingCache(tmp_path, "m", 2000).get_many(keys)
    assert found.all()
    assert np.array_equal(again, vectors)
    assert disk.largest == 1 << 20
