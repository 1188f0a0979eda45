"""A build that is killed or refused at any step leaves an index that opens and answers."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import IndexMissing, IndexUnusable
from rag.index.cache import EmbeddingCache
from rag.index.durability import Disk
from rag.index.local import LocalStore
from rag.index.writer import check_index
from tests.index import small
from tests.index.faulty import (
    FailingDisk,
    KillingDisk,
    PowerCutDisk,
    SteppingDisk,
    TearingDisk,
    in_child,
)

OLD, NEW = small.articles(4), [*small.articles(3), small.article(7)]


def rebuild(folder: Path, disk: Disk) -> None:
    """All that a build writes: the cache of embeddings, compacted, and a new version."""
    texts = small.texts(NEW)
    keys = [text.encode().ljust(32)[:32] for text in texts]
    with EmbeddingCache(folder, "m0del", small.DIM, disk=disk) as cache:
        cache.put_many(keys, np.array([small.vector(text) for text in texts]))
        cache.keep_only(keys[:1])
    small.build(folder, NEW, disk=disk)


def answers(folder: Path) -> tuple[str, list[tuple[str, float, float]]]:
    """The version's fingerprint and what it finds."""
    with LocalStore.open(folder) as index:
        found = index.candidates(small.vector("?"), ["oil", "summit", "price"], window=None, k=5)
        texts = [index.passage(row).text for row in found.rows.tolist()]
        scores = found.dense.tolist(), found.lexical.tolist()
        return index.info.fingerprint, list(zip(texts, *scores, strict=True))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a build can find: nothing, or an index with an older version and its leftovers."""
    folder = tmp_path_factory.mktemp("before")
    for collection in (small.articles(2), OLD):
        small.build(folder / "index", collection)
    rebuild_cache_only(folder / "index")
    (folder / "nothing").mkdir()
    return {"nothing": folder / "nothing", "an index": folder / "index"}


def rebuild_cache_only(folder: Path) -> None:
    with EmbeddingCache(folder, "m0del", small.DIM) as cache:
        cache.put_many(
            [bytes([number]) * 32 for number in range(3)], np.eye(3, small.DIM, dtype=np.float32)
        )


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The answers of the old version and of the new one."""
    folders = [tmp_path_factory.mktemp(name) for name in ("old", "new")]
    for folder, collection in zip(folders, (OLD, NEW), strict=True):
        small.build(folder, collection)
    return [answers(folder) for folder in folders]


def copies(source: Path, folder: Path) -> Iterator[tuple[int, Path]]:
    """A fresh copy of ``source`` for every step that a build of it has."""
    counting = SteppingDisk()
    shutil.copytree(source, folder / "counted")
    rebuild(folder / "counted", counting)
    assert len(counting.done) > 30
    for number in range(len(counting.done)):
        target = folder / str(number)
        shutil.copytree(source, target)
        yield number, target
        shutil.rmtree(target)


def check_after(folder: Path, wanted: list[Any], *, first: bool) -> None:
    """The index is the old one or the new one; the next build works and tidies up."""
    try:
        with LocalStore.open(folder) as index:
            assert index.warnings == () or first
        assert answers(folder) in wanted
    except IndexMissing:
        assert first
    rebuild(folder, small.QuickDisk())
    assert answers(folder) == wanted[1]
    assert small.leftovers(folder) == []
    assert len(list((folder / "versions").iterdir())) <= 2
    assert check_index(folder) == []


def later(*values: Any) -> Any:
    """One more of a kind, left to the full run."""
    return pytest.param(*values, marks=pytest.mark.full)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("an index", KillingDisk),
        ("an index", TearingDisk),
        ("an index", PowerCutDisk),
        ("nothing", KillingDisk),
        later("nothing", TearingDisk),
        later("nothing", PowerCutDisk),
    ],
)
def test_killed_at_every_step(
    state: str,
    kind: Callable[[int], Disk],
    before: dict[str, Path],
    wanted: list[Any],
    tmp_path: Path,
) -> None:
    for number, folder in copies(before[state], tmp_path):
        assert in_child(lambda: rebuild(folder, kind(number))) == -signal.SIGKILL  # noqa: B023
        check_after(folder, wanted, first=state == "nothing")


@pytest.mark.parametrize(
    ("state", "error", "for_good"),
    [
        ("an index", errno.ENOSPC, True),
        ("an index", errno.EIO, False),
        later("an index", errno.ENOSPC, False),
        later("an index", errno.EIO, True),
        *(
            later("nothing", error, end)
            for error in (errno.ENOSPC, errno.EIO)
            for end in (False, True)
        ),
    ],
)
def test_refused_at_every_step(
    state: str,
    error: int,
    for_good: bool,
    before: dict[str, Path],
    wanted: list[Any],
    tmp_path: Path,
) -> None:
    for number, folder in copies(before[state], tmp_path):
        disk = FailingDisk(number, error, for_good=for_good)
        refusal = refused(folder, disk)
        if refusal:
            assert "The version that was there still serves." in refusal
        else:
            # Only clearing away may fail unseen, once the new version is live.
            assert disk.done[number] in ("rename", "unlink", "rmdir")
            assert answers(folder) == wanted[1]
        check_after(folder, wanted, first=state == "nothing")


def refused(folder: Path, disk: Disk) -> str:
    """What the build says when it fails; nothing when it does not."""
    try:
        rebuild(folder, disk)
    except IndexUnusable as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (errno.ENOSPC, "the disk is full; free some space"),
        (errno.EDQUOT, "your disk quota is used up"),
        (errno.EROFS, "it is on a read-only disk; choose another folder with --index"),
        (errno.EACCES, "you may not write there; change its permissions"),
        (errno.EIO, "the disk reports a fault"),
    ],
)
def test_a_refusal_says_what_to_do(error: int, advice: str, tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable, match=advice):
        small.build(tmp_path, OLD, disk=FailingDisk(0, error, for_good=True))


def test_syncing_reaches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    disk = Disk()
    descriptor = disk.create(tmp_path / "file")
    disk.sync(descriptor)
    disk.sync_folder(tmp_path)
    os.close(descriptor)
    assert synced == [(tmp_path / "file").stat().st_ino, tmp_path.stat().st_ino]


CHANGING = {
    "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink",
    "os.chmod", "os.utime", "os.setxattr", "shutil.rmtree", "shutil.move", "shutil.copyfile",
}  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class WatchedDisk(SteppingDisk):
    """Notes whatever changes the disk between its steps, and how Python was asked to."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder, self._inside, self._tree = folder, False, tree(folder)
        self.outside: list[Any] = []

    def around(self, number: int, name: str, args: tuple[Any, ...], act: Callable[[], Any]) -> Any:
        self.compare()
        self._inside = True
        result = act()
        self._inside, self._tree = False, tree(self._folder)
        return result

    def compare(self) -> None:
        if tree(self._folder) != self._tree:
            self.outside.append(("changed before step", len(self.done), self.done[-1]))

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        opened = event == "open" and bool((args[2] or 0) & WRITING)
        if (opened or event in CHANGING) and not self._inside:
            self.outside.append((event, args))


def tree(folder: Path) -> list[Any]:
    stats = [(path, path.lstat()) for path in sorted(folder.rglob("*"))]
    return [(path, stat.st_ino, stat.st_size, stat.st_mtime_ns) for path, stat in stats]


watching: list[WatchedDisk] = []


@pytest.fixture(scope="module")
def audited() -> None:
    """Reports to whatever watches at the moment; an audit hook cannot be removed again."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        for disk in watching:
            disk.audit(event, args)

    sys.addaudithook(hook)


@pytest.mark.usefixtures("audited")
def test_nothing_is_changed_but_through_disk(before: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(before["an index"], folder)
    disk = WatchedDisk(folder)
    watching.append(disk)
    try:
        rebuild(folder, disk)
    finally:
        watching.clear()
    disk.compare()
    assert disk.outside == []
    assert set(disk.done) >= {"mkdir", "create", "write", "sync", "sync_folder", "rename", "unlink"}


@pytest.mark.usefixtures("audited")
def test_reading_changes_nothing(before: dict[str, Path]) -> None:
    disk = WatchedDisk(before["an index"])
    watching.append(disk)
    try:
        answers(before["an index"])
        assert check_index(before["an index"]) == []
    finally:
        watching.clear()
    disk.compare()
    assert disk.outside == []
