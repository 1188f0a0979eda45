"""The file of feedback only grows: a line is there or it is not, whatever fails and whenever."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag import feedback
from rag.errors import ConfigError, IndexUnusable, QuestionError
from rag.feedback import NAME, Damaged, Feedback, Kept, append, json_line, read, to_json
from rag.index.disk import Disk
from tests.index.faulty import (
    FailingDisk,
    KillingDisk,
    PowerCutDisk,
    SteppingDisk,
    TearingDisk,
    in_child,
)
from tests.index.small import QuickDisk
from tests.judging import answered, cite, said

FIRST, SECOND, THIRD = (
    said(answered(cite("ferry", quote), question=f"Why {number}?"))
    for number, quote in enumerate(("because of ice", "Captain Ida Holm", "in March"))
)


def kept(folder: Path) -> list[Feedback]:
    """What the file holds; no line of it is damaged."""
    lines = read(folder)
    assert [line.line for line in lines] == list(range(1, len(lines) + 1))
    return [line.feedback for line in lines if isinstance(line, Kept)]


def test_lines_are_read_as_they_were_said(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "index"
    for given in (FIRST, SECOND, FIRST):
        append(folder, given)
    assert kept(folder) == [FIRST, SECOND, FIRST]
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_where_nothing_was_said_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no feedback in"):
        read(tmp_path)
    (tmp_path / NAME).mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (b'{"format": 1, "question": "Wh\n', "control character"),
        (b"\xff\xfe\n", "can't decode"),
        (b"[" * 100_000 + b"\n", "recursion"),
        (b"\0\0\0\n", "Expecting value"),
        (b"{}\n", "format 1"),
        (b"\n", "Expecting value"),
    ],
)
def test_a_damaged_line_is_named_and_the_others_are_read(
    tmp_path: Path, damage: bytes, reason: str
) -> None:
    append(tmp_path, FIRST)
    with (tmp_path / NAME).open("ab") as file:
        file.write(damage)
    append(tmp_path, SECOND)
    first, damaged, second = read(tmp_path)
    assert (first, second) == (Kept(1, FIRST), Kept(3, SECOND))
    assert isinstance(damaged, Damaged)
    assert damaged.line == 2
    assert reason in damaged.reason


@pytest.mark.parametrize("share", [0.3, 0.99])
def test_a_torn_last_line_costs_only_itself(tmp_path: Path, share: float) -> None:
    append(tmp_path, FIRST)
    torn = json_line(to_json(SECOND))
    with (tmp_path / NAME).open("ab") as file:
        file.write(torn[: int(share * len(torn))])
    append(tmp_path, THIRD)
    first, damaged, third = read(tmp_path)
    assert (first, third) == (Kept(1, FIRST), Kept(3, THIRD))
    assert isinstance(damaged, Damaged)


def test_a_last_line_that_lacks_only_its_end_is_whole(tmp_path: Path) -> None:
    append(tmp_path, FIRST)
    os.truncate(tmp_path / NAME, (tmp_path / NAME).stat().st_size - 1)
    append(tmp_path, SECOND)
    assert kept(tmp_path) == [FIRST, SECOND]


def test_what_is_too_long_is_refused(tmp_path: Path) -> None:
    long = said(answered(cite("ferry", "because of ice")), history=["x" * 2000] * 200)
    with pytest.raises(QuestionError, match="too long to be kept"):
        append(tmp_path, long)
    assert list(tmp_path.iterdir()) == []


def test_a_full_file_is_refused_and_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(json_line(to_json(FIRST)))
    monkeypatch.setattr(feedback, "MAX_BYTES", 2 * size)
    append(tmp_path, FIRST)
    append(tmp_path, FIRST)
    with pytest.raises(IndexUnusable, match="python -m evals feedback"):
        append(tmp_path, FIRST)
    assert kept(tmp_path) == [FIRST, FIRST]


def test_many_may_speak_at_once(tmp_path: Path) -> None:
    class Slow(Disk):
        def write(self, descriptor: int, data: bytes | bytearray | memoryview) -> int:
            time.sleep(0.001)  # lets the others in
            return os.write(descriptor, data[:200])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: append(tmp_path, FIRST, disk=Slow()), range(24)))
    assert kept(tmp_path) == [FIRST] * 24


def steps() -> int:
    """How many steps it takes to add a line to a file that is there."""
    return 4  # extend, write, sync, sync_folder


def test_the_steps_are_those_that_are_broken_below(ram_path: Path) -> None:
    append(ram_path, FIRST, disk=QuickDisk())
    disk = SteppingDisk()
    append(ram_path, SECOND, disk=disk)
    assert disk.done == ["extend", "write", "sync", "sync_folder"]
    assert len(disk.done) == steps()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("number", range(steps()))
def test_whatever_fails_the_file_is_whole_and_can_be_added_to(
    ram_path: Path, number: int, error: int
) -> None:
    append(ram_path, FIRST, disk=QuickDisk())
    with pytest.raises(IndexUnusable) as refused:
        append(ram_path, SECOND, disk=FailingDisk(number, error, for_good=False))
    assert str(ram_path / NAME) in str(refused.value)
    assert ("the disk is full" in str(refused.value)) == (error == errno.ENOSPC)
    # Only the folder's own sync comes after the line is there for good.
    assert kept(ram_path) == ([FIRST, SECOND] if number == 3 else [FIRST])
    append(ram_path, THIRD, disk=QuickDisk())
    assert kept(ram_path)[-1] == THIRD


class FillingDisk(QuickDisk):
    """Writes half of what it is given, and then has no room."""

    def __init__(self) -> None:
        self.writes = 0

    def write(self, descriptor: int, data: bytes | bytearray | memoryview) -> int:
        self.writes += 1
        if self.writes > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(descriptor, data[: len(data) // 2])


def test_half_a_line_on_a_full_disk_is_taken_back(tmp_path: Path) -> None:
    append(tmp_path, FIRST)
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(IndexUnusable, match="the disk is full"):
        append(tmp_path, SECOND, disk=FillingDisk())
    assert (tmp_path / NAME).read_bytes() == before


@pytest.mark.parametrize("dying", [KillingDisk, TearingDisk, PowerCutDisk])
@pytest.mark.parametrize("number", range(steps()))
def test_killed_at_any_step_what_was_said_before_is_there(
    ram_path: Path, number: int, dying: Callable[[int], Disk]
) -> None:
    append(ram_path, FIRST, disk=QuickDisk())
    status = in_child(lambda: append(ram_path, SECOND, disk=dying(number)))
    assert status == -signal.SIGKILL
    append(ram_path, THIRD, disk=QuickDisk())
    lines = [line.feedback for line in read(ram_path) if isinstance(line, Kept)]
    assert lines in ([FIRST, THIRD], [FIRST, SECOND, THIRD])


def test_what_was_said_outlives_a_power_cut_right_afterwards(ram_path: Path) -> None:
    folder = ram_path / "index"

    def say_and_lose_power() -> None:
        disk = PowerCutDisk(6)  # the folder is made in two steps more
        append(folder, FIRST, disk=disk)
        disk.sync_folder(ram_path)

    assert in_child(say_and_lose_power) == -signal.SIGKILL
    assert kept(folder) == [FIRST]
