"""A whole build, killed or refused at any step, loses nothing."""

from __future__ import annotations

import errno
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.errors import IndexMissing, IndexUnusable
from rag.index.durability import Disk
from rag.index.local import LocalStore
from tests.index.faulty import (
    FailingDisk,
    KillingDisk,
    PowerCutDisk,
    SteppingDisk,
    TearingDisk,
    in_child,
)
from tests.index.test_faults import later
from tests.ingest.building import run, story, write

OLD = {"a.txt": story(1), "b.txt": story(2)}
NEW = {"a.txt": story(1), "c.txt": story(3)}


@pytest.fixture
def before(request: pytest.FixtureRequest, ram_path: Path) -> Path:
    """A folder with the new articles, and the index of the old ones or none."""
    folder = ram_path / "before"
    folder.mkdir()
    if request.param == "an index":
        run(write(folder / "articles", OLD), folder / "index")
    write(folder / "articles", NEW)
    return folder


def copies(before: Path) -> Iterator[tuple[int, Path]]:
    """A copy of ``before`` for every step that a build of it takes."""
    counted, counting = before.parent / "counted", SteppingDisk()
    shutil.copytree(before, counted)
    run(counted / "articles", counted / "index", disk=counting)
    assert len(counting.done) > 40
    for number in range(len(counting.done)):
        target = before.parent / str(number)
        shutil.copytree(before, target)
        yield number, target
        shutil.rmtree(target)


def check_after(folder: Path, *, first: bool) -> None:
    """The old or the new index serves, the articles are untouched, the next build succeeds."""
    assert {p.name: p.read_text("utf-8") for p in (folder / "articles").iterdir()} == NEW
    try:
        with LocalStore.open(folder / "index") as index:
            assert index.article_ids() in (["a", "b"], ["a", "c"])
            assert index.passage(0).text
    except IndexMissing:
        assert first
    run(folder / "articles", folder / "index")
    with LocalStore.open(folder / "index") as index:
        assert index.article_ids() == ["a", "c"]
    assert not list((folder / "index").rglob(".tmp*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ("an index", PowerCutDisk),
        ("nothing", KillingDisk),
        later("an index", KillingDisk),
        later("an index", TearingDisk),
        later("nothing", TearingDisk),
        later("nothing", PowerCutDisk),
    ],
    indirect=["before"],
)
def test_killed_at_every_step(kind: Callable[[int], Disk], before: Path) -> None:
    first = not (before / "index").exists()
    for number, folder in copies(before):
        killed = in_child(
            lambda: run(folder / "articles", folder / "index", disk=kind(number))  # noqa: B023
        )
        assert killed == -signal.SIGKILL
        check_after(folder, first=first)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "error"),
    [
        ("an index", errno.ENOSPC),
        later("an index", errno.EIO),
        later("nothing", errno.ENOSPC),
        later("nothing", errno.EIO),
    ],
    indirect=["before"],
)
def test_refused_at_every_step(error: int, before: Path) -> None:
    first = not (before / "index").exists()
    for number, folder in copies(before):
        disk = FailingDisk(number, error, for_good=False)
        refusal, said = refused(folder, disk)
        if refusal:
            assert "The version that was there still serves." in refusal
        elif said:
            assert "The index is live, but the report of its build was not kept" in said[-1]
        else:  # only clearing away may fail unseen
            assert disk.done[number] in ("rename", "unlink", "rmdir")
        check_after(folder, first=first)


def refused(folder: Path, disk: Disk) -> tuple[str, list[str]]:
    """What the build raises when it fails, nothing when it does not, and what it says."""
    said: list[str] = []
    try:
        run(folder / "articles", folder / "index", disk=disk, say=said.append)
    except IndexUnusable as error:
        return str(error), said
    return "", said
