"""A build that is cancelled: when it asks, and what is there afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.errors import BuildCancelled
from rag.index.local import LocalStore
from rag.ingest.report import load_report
from rag.models.embedder import BATCH
from rag.types import Progress
from tests.ingest.building import TWO, Hashing, run, story, write


class Cancelling:
    """Cancels a build at one of the times at which it asks."""

    def __init__(self, at: int | None = None) -> None:
        self.at, self.asked = at, 0
        self.stages: list[str] = []

    def progress(self, step: Progress) -> None:
        self.stages.append(step.stage)

    def cancelled(self) -> bool:
        self.asked += 1
        return self.asked - 1 == self.at


def test_cancelled_at_every_step_the_version_before_serves_and_nothing_is_embedded_twice(
    tmp_path: Path,
) -> None:
    folder, counting = tmp_path / "0", Cancelling()
    folder.mkdir()
    run(write(folder / "in", TWO), folder / "index")
    write(folder / "in", {f"{n}.txt": story(n) for n in range(9)})
    shutil.copytree(folder, tmp_path / "counted")
    whole = run(
        tmp_path / "counted" / "in",
        tmp_path / "counted" / "index",
        progress=counting.progress,
        cancelled=counting.cancelled,
    )
    assert set(counting.stages) == {"embedding", "writing", "verifying"}
    for at in range(counting.asked):
        here, cancelling, first, again = tmp_path / f"at {at}", Cancelling(at), Hashing(), Hashing()
        shutil.copytree(folder, here)
        with pytest.raises(BuildCancelled, match="what was embedded is kept"):
            run(here / "in", here / "index", embedder=first, cancelled=cancelling.cancelled)
        with LocalStore.open(here / "index") as opened:
            assert (opened.article_ids(), opened.warnings) == (["a", "b"], ())
        assert not list((here / "index").rglob(".tmp*"))
        assert load_report(here / "index") == load_report(folder / "index")
        report = run(here / "in", here / "index", embedder=again)
        assert report.passages == whole.passages
        assert len(first.encoded) + len(again.encoded) == whole.embedded
        assert contents_of(here / "index") == contents_of(tmp_path / "counted" / "index")


def contents_of(index: Path) -> list[str]:
    with LocalStore.open(index) as opened:
        return [opened.passage(row).text for row in range(len(opened))]


def test_it_asks_between_all_steps(tmp_path: Path) -> None:
    articles = write(tmp_path / "in", {f"{n}.txt": story(n) for n in range(40)})
    counting, embedder = Cancelling(), Hashing()
    run(articles, tmp_path / "index", embedder=embedder, cancelled=counting.cancelled)
    batches = -(-len(embedder.encoded) // BATCH)
    assert counting.asked == 1 + 40 + batches + 3


def test_the_version_is_live_once_it_cannot_be_cancelled_any_more(tmp_path: Path) -> None:
    articles, index = write(tmp_path / "in", TWO), tmp_path / "index"
    run(articles, index, cancelled=lambda: (index / "CURRENT").exists())
    with LocalStore.open(index) as opened:
        assert opened.article_ids() == ["a", "b"]
