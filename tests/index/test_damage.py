"""Damage: found at any bit, named, and the version before serves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import IndexDamaged, IndexMismatch
from rag.index.durability import Bytes, Disk
from rag.index.local import LocalStore
from rag.index.versions import seal
from rag.index.writer import check_index
from tests.index import small
from tests.index.conftest import names


def places(size: int, most: int) -> Iterator[int]:
    """At most ``most`` places in a file, evenly spread, the first and the last among them."""
    yield from sorted({round(at * (size - 1) / (most - 1)) for at in range(most)} if size else ())


def test_every_flipped_bit_and_truncation_of_a_version_is_found(folder: Path) -> None:
    version, found = folder / "versions/000002", 0
    for path in sorted(version.iterdir()):
        whole = path.read_bytes()
        for number, at in enumerate(places(len(whole), 40)):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << number % 8
            for data in (bytes(damaged), whole[:at]):
                path.write_bytes(data)
                with LocalStore.open(folder) as index:
                    assert index.version == "000001"
                    warning = index.warnings[-1]
                assert warning.startswith(f"version 000002: {path.name} ")
                assert warning.endswith("; version 000001 serves.")
                if data != damaged and path.name != "manifest.json":
                    assert f"does not have the {len(whole)} bytes it was written with" in warning
                found += 1
        path.write_bytes(whole)
    assert found > 800
    with LocalStore.open(folder) as index:
        assert (index.version, index.warnings) == ("000002", ())


def test_every_flipped_bit_and_truncation_of_current_is_found(folder: Path) -> None:
    path = folder / "CURRENT"
    whole = path.read_bytes()
    bits = [whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :] for at in range(len(whole))
            for bit in (1, 2, 4, 8, 16, 32, 64, 128)]  # fmt: skip
    for data in bits + [whole[:at] for at in range(len(whole))]:
        path.write_bytes(data)
        with LocalStore.open(folder) as index:
            assert index.version == "000002"
            assert index.warnings != ()


def test_a_missing_or_renamed_file_is_found(folder: Path) -> None:
    (folder / "versions/000002/rows.npy").unlink()
    with LocalStore.open(folder) as index:
        assert index.version == "000001"
        assert "rows.npy cannot be read (No such file or directory)" in index.warnings[0]


def test_without_a_whole_version_it_says_to_rebuild(folder: Path) -> None:
    for name in ("000001", "000002"):
        (folder / "versions" / name / "articles.txt").write_bytes(b"")
    with pytest.raises(IndexDamaged, match="dateline build --full") as caught:
        LocalStore.open(folder)
    assert "version 000001: articles.txt" in str(caught.value)
    assert [problem[:15] for problem in check_index(folder)] == [
        "Version 000002:",
        "Version 000001:",
    ]
    small.build(folder, small.articles(2))
    assert check_index(folder) == []


def test_the_version_to_fall_back_on_is_a_whole_one(folder: Path) -> None:
    (folder / "versions/000002/articles.txt").write_bytes(b"")
    small.build(folder, small.articles(5))
    assert names(folder) == ["000001", "000003"]


def reseal(folder: Path, **changes: object) -> None:
    """Rewrites the live manifest as a writer of ``changes`` would have."""
    path = folder / "versions/000002/manifest.json"
    values = {**json.loads(path.read_bytes()), **changes}
    del values["sha256"]
    path.write_bytes(seal(values))
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "CURRENT").write_text(f"000002 {checksum}\n")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "format 2, and this Dateline reads format 1"),
        ({"analysis": 99}, "analysis 99"),
    ],
)
def test_another_format_is_refused_with_the_command(
    changes: dict[str, object], message: str, folder: Path
) -> None:
    reseal(folder, **changes)
    with pytest.raises(IndexMismatch, match=f"{message}.*dateline build --full"):
        LocalStore.open(folder)


def test_counts_that_do_not_agree_are_found(folder: Path) -> None:
    reseal(folder, passages=7)
    with LocalStore.open(folder) as index:
        assert "the same number of articles and passages" in index.warnings[0]


class LyingDisk(Disk):
    """Says that it wrote what it was given, and writes something else into one file."""

    def __init__(self, file: str, old: bytes, new: bytes) -> None:
        self._file, self._old, self._new = file, old, new
        self._lies = False

    def create(self, path: Path) -> int:
        descriptor = super().create(path)
        self._lies = path.name == self._file
        return descriptor

    def write(self, descriptor: int, data: Bytes) -> int:
        lie = bytes(data).replace(self._old, self._new) if self._lies else data
        return super().write(descriptor, lie)


def test_what_does_not_read_back_is_not_published(folder: Path) -> None:
    for file, old, new in [("articles.jsonl", b"a1", b"a7"), ("vectors.faiss", b"\x3e", b"\x3f")]:
        with pytest.raises(IndexDamaged, match=f"{file} has changed.*The old version still serves"):
            small.build(folder, small.articles(5), disk=LyingDisk(file, old, new))
        assert names(folder) == ["000001", "000002"]
        with LocalStore.open(folder) as index:
            assert index.warnings == ()
