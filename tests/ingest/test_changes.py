from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.config import BuildConfig
from rag.errors import ArticleError
from rag.index.local import LocalStore
from rag.ingest.build import build, limits
from rag.ingest.changes import ChangeDetector, Changes
from tests.ingest.building import TODAY, Hashing, run, story, write

FILES = {
    "a.txt": story(1),
    "b.txt": story(2),
    "copy.txt": story(1),
    "empty.txt": "",
    "picture.png": "x",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run(write(tmp_path / "in", FILES), tmp_path / "index")
    return tmp_path / "in"


def since(folder: Path, compared: ChangeDetector | None = None) -> Changes:
    compared = compared or ChangeDetector(folder, limits(BuildConfig()))
    with LocalStore.open(folder.parent / "index") as index:
        return compared.since(index.files())


def test_nothing_has_changed(folder: Path) -> None:
    assert since(folder) == Changes()
    (folder / "a.txt").touch()
    (folder / ".hidden").write_text("x")
    assert since(folder) == Changes()


def test_new_changed_and_gone_are_told_apart(folder: Path) -> None:
    (folder / "new.txt").write_text(story(3))
    (folder / "deep").mkdir()
    (folder / "deep" / "er.txt").write_text(story(4))
    (folder / "a.txt").write_text(story(1).replace("grain", "wheat"))
    (folder / "b.txt").unlink()
    (folder / "copy.txt").rename(folder / "moved.txt")
    (folder / "empty.txt").write_text("No longer.")
    found = since(folder)
    assert found == Changes(
        new=("deep/er.txt", "moved.txt", "new.txt"),
        changed=("a.txt", "empty.txt"),
        gone=("b.txt", "copy.txt"),
    )
    assert len(found) == 7


def test_a_file_of_the_same_size_and_times_is_compared_by_its_bytes(folder: Path) -> None:
    path, compared = folder / "a.txt", ChangeDetector(folder, limits(BuildConfig()))
    assert since(folder, compared) == Changes()
    before = path.stat()
    path.write_text(story(1).replace("grain", "wheat"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert since(folder, compared) == since(folder) == Changes(changed=("a.txt",))
    path.write_text(story(1))
    assert since(folder, compared) == Changes()


def test_a_file_that_is_too_large_to_read_has_changed_only_when_its_size_has(
    folder: Path,
) -> None:
    huge = folder / "huge.txt"
    huge.write_text(story(9) * 20)
    config = BuildConfig(folder, folder.parent / "index", max_tokens=40, max_file_bytes=5_000)
    build(config, embedder=Hashing(), today=TODAY)
    compared = ChangeDetector(folder, limits(config))
    assert since(folder, compared) == Changes()
    huge.write_text(story(3))
    assert since(folder, compared) == Changes(changed=("huge.txt",))


def test_a_link_in_the_place_of_a_file_is_a_change(folder: Path) -> None:
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to(folder / "copy.txt")
    assert since(folder) == Changes(changed=("a.txt",))


def test_what_cannot_be_listed_is_told(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(ArticleError, match="does not exist"):
        since(folder)
