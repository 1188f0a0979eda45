"""Freshness: an edited or missing file counts as changed, an unknown folder as unknown."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rag.answer.freshness import Freshness


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_bytes(b"first")
    return tmp_path


def freshness(folder: Path) -> Freshness:
    sha256 = hashlib.sha256(b"first").hexdigest()
    return Freshness(folder, [{"path": "a.txt", "size_bytes": 5, "sha256": sha256}])


def test_the_same_bytes_are_unchanged(folder: Path) -> None:
    assert not freshness(folder).changed("a.txt")


@pytest.mark.parametrize("data", [b"other", b"longer than before"])
def test_other_bytes_are_a_change(folder: Path, data: bytes) -> None:
    (folder / "a.txt").write_bytes(data)
    assert freshness(folder).changed("a.txt")


def test_a_missing_file_and_one_behind_a_link_have_changed(folder: Path) -> None:
    (folder / "a.txt").rename(folder / "b.txt")
    assert freshness(folder).changed("a.txt")
    (folder / "a.txt").symlink_to(folder / "b.txt")
    assert freshness(folder).changed("a.txt")


def test_nothing_is_said_of_what_is_not_known(folder: Path) -> None:
    assert not freshness(folder).changed("other.txt")
    assert not freshness(folder / "nowhere").changed("a.txt")


def test_a_folder_with_none_of_several_files_is_another_collection(folder: Path) -> None:
    files = [{"path": name, "size_bytes": 5, "sha256": "0" * 64} for name in ("b.txt", "c.txt")]
    assert not Freshness(folder, files).changed("b.txt")
    (folder / "c.txt").write_bytes(b"third")
    assert Freshness(folder, files).changed("b.txt")
