"""Articles that are switched off: never found, never counted, kept through everything."""

from __future__ import annotations

import errno
import signal
import threading
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import IndexUnusable
from rag.index import versions
from rag.index.local import LocalStore
from rag.index.writer import check_index
from rag.present.json import info_json
from rag.types import Window
from tests.index import small
from tests.index.faulty import FailingDisk, KillingDisk, SteppingDisk, TearingDisk, in_child

COLLECTION = small.articles(12)
IDS = [article.id for article in COLLECTION]
WINDOW = Window(date(2024, 1, 3), date(2024, 1, 9))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    small.build(folder, COLLECTION)
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    small.build(tmp_path, COLLECTION)
    return tmp_path


def put(folder: Path, off: set[str]) -> None:
    """Exactly these are off."""
    versions.set_switches(folder, IDS, on=True)
    versions.set_switches(folder, off, on=False)


@given(off=st.sets(st.sampled_from(IDS)), windowed=st.booleans(), k=st.integers(0, 40))
@settings(max_examples=40)
def test_what_is_off_is_no_candidate_and_the_rest_keeps_its_scores(
    built: Path, off: set[str], windowed: bool, k: int
) -> None:
    window = WINDOW if windowed else None
    put(built, set())
    with LocalStore.open(built) as whole:
        every = whole.candidates(small.vector("oil"), ["oil", "cairo"], window=window, k=500)
        both = zip(every.dense, every.lexical, strict=True)
        scores = dict(zip(every.rows.tolist(), both, strict=True))
    put(built, off)
    with LocalStore.open(built) as opened:
        found = opened.candidates(small.vector("oil"), ["oil", "cairo"], window=window, k=k)
        ids = {opened.passage(row).article.id for row in found.rows.tolist()}
        left = {row for row in scores if opened.passage(row).article.id not in off}
        assert not ids & off
        assert set(found.rows.tolist()) <= left
        assert len(found.rows) >= min(k, len(left))
        for place, row in enumerate(found.rows.tolist()):
            assert (found.dense[place], found.lexical[place]) == scores[row]


def test_what_is_off_is_not_counted(index: Path) -> None:
    newest = COLLECTION[11]
    with LocalStore.open(index) as opened:
        before = opened.info
        assert newest.published == before.newest_article
    versions.set_switches(index, [newest.id, "unknown"], on=False)
    with LocalStore.open(index) as opened:
        info = opened.info
        assert (info.articles, info.newest_article) == (11, COLLECTION[9].published)
        assert info.passages == before.passages - len(small.spans(newest))
        assert info.fingerprint != before.fingerprint
        assert [entry.id for entry in opened.entries() if not entry.on] == [newest.id]
        assert opened.article(newest.id) == newest
        found = opened.passages_with(["11"], limit=99)
        assert newest.id not in {passage.article.id for passage in found}
        told = info_json(opened)
        assert (told["articles"], told["switched_off"]) == (11, 1)
    versions.set_switches(index, [newest.id], on=True)
    with LocalStore.open(index) as opened:
        assert opened.info == before


def test_all_may_be_off(index: Path) -> None:
    versions.set_switches(index, IDS, on=False)
    with LocalStore.open(index) as opened:
        found = opened.candidates(small.vector("oil"), ["oil"], window=None, k=9)
        assert (len(found.rows), opened.info.articles, opened.info.newest_article) == (0, 0, None)


def test_no_bit_of_a_version_changes_and_a_new_version_keeps_to_it(index: Path) -> None:
    version = index / "versions" / "000001"
    before = {path.name: path.read_bytes() for path in version.iterdir()}
    versions.set_switches(index, ["a3"], on=False)
    assert {path.name: path.read_bytes() for path in version.iterdir()} == before
    small.build(index, [*COLLECTION[:5], small.article(90)])
    with LocalStore.open(index) as opened:
        assert (opened.version, opened.info.articles) == ("000002", 5)
        assert [entry.id for entry in opened.entries() if not entry.on] == ["a3"]


def test_who_has_it_open_is_told_to_open_it_again(index: Path) -> None:
    with LocalStore.open(index) as opened:
        assert opened.is_current()
        versions.set_switches(index, ["a3"], on=False)
        assert not opened.is_current()
        assert opened.info.articles == 12
        versions.set_switches(index, ["a3"], on=True)
        versions.set_switches(index, ["a4"], on=False)
        with LocalStore.open(index) as newer:
            versions.set_switches(index, ["a4"], on=False)
            assert newer.is_current()


def test_the_same_articles_off_give_the_same_bytes(index: Path, tmp_path: Path) -> None:
    versions.set_switches(index, ["a3", "b\ud800ö"], on=False)
    versions.set_switches(index, ["a1", "a2"], on=False)
    versions.set_switches(index, ["a2"], on=True)
    other = tmp_path / "other"
    other.mkdir()
    versions.set_switches(other, ["b\ud800ö", "a1", "a3"], on=False)
    assert versions.raw_switches(other) == versions.raw_switches(index) != b""
    assert versions.read_switches(other).off == {"a1", "a3", "b\ud800ö"}


def damaged() -> list[bytes]:
    whole = b'{"format": 1, "off": ["a3"]}'
    return [b"", b"\x00\xff", whole, b"[" * 100_000, b'{"off": ["a3"], "sha256": "0"}']


@pytest.mark.parametrize("content", damaged(), ids=lambda raw: repr(raw[:12]))
def test_a_damaged_or_foreign_file_is_named_ignored_and_kept(index: Path, content: bytes) -> None:
    path = index / versions.SWITCHES
    path.write_bytes(content)
    with LocalStore.open(index) as opened:
        assert opened.info.articles == 12
        assert str(path) in opened.warnings[0]
        assert "is ignored, so no article is switched off" in opened.warnings[0]
        assert opened.damage == ()
    assert str(path) in check_index(index)[0]
    with pytest.raises(IndexUnusable, match="not a file that Dateline wrote"):
        versions.set_switches(index, ["a3"], on=False)
    assert path.read_bytes() == content


def test_no_bit_of_the_file_can_change_unseen(index: Path) -> None:
    versions.set_switches(index, ["a3", "a7"], on=False)
    path, raw = index / versions.SWITCHES, versions.raw_switches(index)
    for at in range(len(raw)):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        assert versions.read_switches(index).off == frozenset(), at
        assert versions.read_switches(index).warning, at
    path.write_bytes(raw)
    assert versions.read_switches(index).off == {"a3", "a7"}


def test_several_may_switch_at_the_same_time(index: Path) -> None:
    threads = [
        threading.Thread(target=versions.set_switches, args=(index, [one]), kwargs={"on": False})
        for one in IDS
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions.read_switches(index).off == set(IDS)


def test_killed_or_refused_at_every_step_leaves_what_was_or_what_was_wanted(
    index: Path,
) -> None:
    counting = SteppingDisk()
    versions.set_switches(index, ["a1"], on=False, disk=counting)
    assert {"create", "write", "sync", "rename", "sync_folder"} <= set(counting.done)
    for number in range(len(counting.done)):
        for kind in (KillingDisk, TearingDisk):
            versions.set_switches(index, ["a2"], on=True)
            killed = in_child(
                lambda: versions.set_switches(index, ["a2"], on=False, disk=kind(number))  # noqa: B023
            )
            assert killed == -signal.SIGKILL
            assert versions.read_switches(index) in (
                versions.Switches(frozenset({"a1"}), raw=versions.raw_switches(index)),
                versions.Switches(frozenset({"a1", "a2"}), raw=versions.raw_switches(index)),
            )
        versions.set_switches(index, ["a2"], on=True)
        with pytest.raises(IndexUnusable, match="the disk is full"):
            versions.set_switches(
                index, ["a2"], on=False, disk=FailingDisk(number, errno.ENOSPC, for_good=False)
            )
        assert versions.read_switches(index).warning == ""


def test_a_build_that_runs_meanwhile_does_not_sweep_it_away(index: Path) -> None:
    class Building(SteppingDisk):
        def around(self, number, name, args, act):  # type: ignore[no-untyped-def]
            if name == "rename":
                small.build(index, COLLECTION[:6])
            return super().around(number, name, args, act)

    versions.set_switches(index, ["a3"], on=False, disk=Building())
    with LocalStore.open(index) as opened:
        assert (opened.version, opened.info.articles) == ("000002", 5)
