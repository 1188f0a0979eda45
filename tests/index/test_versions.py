"""Versions: published whole, kept while read, one writer at a time."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import pytest

from rag.errors import IndexBusy, IndexMissing, IndexUnusable, ModelError
from rag.index.durability import Disk
from rag.index.local import LocalStore
from rag.index.writer import IndexWriter, check_index
from tests.index import small
from tests.index.conftest import names


def test_no_index_names_the_command(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(IndexMissing, match="dateline build"):
            LocalStore.open(folder)
        with pytest.raises(IndexMissing, match="dateline build"):
            check_index(folder)


def test_two_versions_are_kept(folder: Path) -> None:
    small.build(folder, small.articles(5))
    assert names(folder) == ["000002", "000003"]


def test_a_version_that_is_read_stays(folder: Path) -> None:
    with LocalStore.open(folder) as index:
        for count in (5, 6):
            small.build(folder, small.articles(count))
        assert names(folder) == ["000002", "000003", "000004"]
        assert not index.is_current()
        assert index.article("a3") == small.article(3)
    small.build(folder, small.articles(7))
    assert names(folder) == ["000004", "000005"]


def test_a_closed_index_can_still_be_read(folder: Path) -> None:
    """Another thread may be in the midst of a search when a newer version takes over."""
    index = LocalStore.open(folder)
    rows = index.vectors.vectors
    index.close()
    for count in (5, 6):
        small.build(folder, small.articles(count))
    assert "000002" not in names(folder)
    assert index.passage(0).text
    del index
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 1


class Overtaken(LocalStore):
    """Two builds publish, and remove what was live, after CURRENT has been read."""

    builds: ClassVar[list[int]] = []

    @classmethod
    def _newest_whole(cls, folder: Path, current: bytes) -> Self:
        while cls.builds:
            small.build(folder, small.articles(cls.builds.pop()))
        return super()._newest_whole(folder, current)


class OvertakenLater(LocalStore):
    """The same, after it has been found out which version is live."""

    builds: ClassVar[list[int]] = []

    def __init__(self, folder: Path, version: str) -> None:
        while self.builds:
            small.build(folder, small.articles(self.builds.pop()))
        super().__init__(folder, version)


@pytest.mark.parametrize("kind", [Overtaken, OvertakenLater])
def test_a_reader_that_is_overtaken_begins_again(
    kind: type[Overtaken | OvertakenLater], folder: Path
) -> None:
    kind.builds[:] = [7, 6]
    with kind.open(folder) as index:
        assert (index.version, index.warnings, len(index.entries())) == ("000004", (), 7)
        assert index.is_current()


def test_is_current(folder: Path) -> None:
    with LocalStore.open(folder) as index:
        assert index.is_current()
        small.build(folder, small.articles(1))
        assert not index.is_current()


def test_same_articles_same_bytes_whatever_was_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    collection = [*small.articles(2), small.article(9), small.article(3)]
    with LocalStore.open(folder) as previous:
        known = [previous.reuse(article) is not None for article in collection]
        small.build(folder, collection, previous=previous)
    small.build(tmp_path / "full", collection)
    assert known == [True, True, False, True]
    assert contents(folder / "versions/000003") == contents(tmp_path / "full/versions/000001")
    with LocalStore.open(folder) as index:
        assert index.info.built_at == "2023-11-14T22:13:20Z"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_fingerprint_depends_on_articles_and_settings_alone(tmp_path: Path) -> None:
    def fingerprint(number: int, limit: int, settings: dict[str, int], model: str) -> str:
        with IndexWriter(
            tmp_path, settings=settings, model_fingerprint=model, dim=2, exact_limit=limit
        ) as writer:
            writer.add(small.article(number), [(0, 3)], [{"oil": 1}])
            return writer.fingerprint

    base = fingerprint(1, 10, {"a": 1}, "m")
    assert fingerprint(1, 10, {"a": 1}, "m") == base
    changed = [
        fingerprint(2, 10, {"a": 1}, "m"),
        fingerprint(1, 11, {"a": 1}, "m"),
        fingerprint(1, 10, {"a": 2}, "m"),
        fingerprint(1, 10, {"a": 1}, "n"),
    ]
    assert len({base, *changed}) == 5
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([[0.6, 0.8], [np.nan, 0]], "vector 1 has length nan, not 1"),
        ([[0.6, 0.8], [0.5, 0.5]], "vector 1 has length 0.7071"),
        ([[0, 0], [1, 0]], "vector 0 has length 0.0"),
    ],
)
def test_vectors_that_cannot_be_searched_are_refused(
    vectors: list[list[float]], message: str, tmp_path: Path
) -> None:
    with IndexWriter(tmp_path, settings={}, model_fingerprint="m", dim=2, exact_limit=9) as writer:
        writer.add(small.article(1), [(0, 3), (4, 9)], [{"oil": 1}, {"vote": 2}])
        with pytest.raises(ModelError, match=message):
            writer.publish(np.array(vectors, dtype=np.float32), [])
    assert names(tmp_path) == []


def test_rows_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    with IndexWriter(tmp_path, settings={}, model_fingerprint="m", dim=2, exact_limit=9) as writer:
        with pytest.raises(ValueError, match="1 spans, 2 with terms"):
            writer.add(small.article(1), [(0, 3)], [{"oil": 1}, {"oil": 1}])
        with pytest.raises(ValueError, match="outside article"):
            writer.add(small.article(1), [(0, 3000)], [{"oil": 1}])
        writer.add(small.article(1), [(0, 3)], [{"oil": 1}])
        with pytest.raises(ValueError, match="1 passages, terms of 1, vectors"):
            writer.publish(np.eye(2, dtype=np.float32), [])
        with pytest.raises(ValueError, match="cannot be counted 0 times"):
            writer.add(small.article(2), [(0, 3)], [{"oil": 0}])
        with pytest.raises(ValueError, match="2 passages, terms of 1, vectors"):
            writer.publish(np.eye(2, dtype=np.float32), [])


def test_a_second_build_is_told_who_builds(folder: Path) -> None:
    with (
        IndexWriter(folder, settings={}, model_fingerprint="m", dim=2, exact_limit=9),
        pytest.raises(
            IndexBusy, match=rf"process {os.getpid()}\) has been running since \d\d:\d\d:\d\d;"
        ),
    ):
        small.build(folder, small.articles(2))
    assert small.leftovers(folder) == []
    small.build(folder, small.articles(2))


def test_a_dead_builder_frees_the_lock(folder: Path) -> None:
    process = os.fork()
    if process == 0:
        IndexWriter(folder, settings={}, model_fingerprint="m", dim=2, exact_limit=9).__enter__()
        time.sleep(60)
        os._exit(0)
    try:
        while not (folder / "versions/.tmp-000003/articles.jsonl").exists():
            time.sleep(0.01)
        with pytest.raises(IndexBusy, match=f"process {process}"):
            small.build(folder, small.articles(2))
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    small.build(folder, small.articles(2))
    assert small.leftovers(folder) == []


def test_an_interrupted_build_leaves_nothing(folder: Path) -> None:
    class Interrupted(Disk):
        def rename(self, source: Path, target: Path) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        small.build(folder, small.articles(5), disk=Interrupted())
    assert names(folder) == ["000001", "000002"]


def test_an_index_cannot_be_built_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexUnusable, match="choose another folder with --index"):
        small.build(tmp_path / "file" / "index", small.articles(1))


def test_what_other_programs_call_temporary_stays(tmp_path: Path) -> None:
    others = tmp_path / ".tmp-others"
    others.mkdir()
    (others / "work.txt").write_text("mine", "utf-8")
    for name in ("CURRENT", "texts"):
        (tmp_path / f".tmp-{name}").write_text("left by a killed build", "utf-8")
    small.build(tmp_path, small.articles(2))
    assert (others / "work.txt").read_text("utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.glob(".tmp-*")) == [".tmp-others"]
