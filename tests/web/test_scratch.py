from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from rag.web.server import scratch_folder

HOLDING = """
import sys, time
from rag.web.server import scratch_folder
with scratch_folder() as folder:
    (folder / "upload.txt").write_text("half")
    print(folder, flush=True)
    sys.stdin.read()
"""
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are, for this process and those that it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def start() -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_it_is_private_and_gone_afterwards(parent: Path) -> None:
    with scratch_folder() as folder:
        assert folder.parent == parent
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "upload.txt").write_text("half")
    assert list(parent.iterdir()) == []


def test_that_of_a_killed_process_is_swept_and_that_of_a_live_one_is_not(parent: Path) -> None:
    killed, left = start()
    live, used = start()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert (left / "upload.txt").exists()
    with scratch_folder():
        assert not left.exists()
        assert (used / "upload.txt").read_text() == "half"
    live.communicate("")
    assert live.returncode == 0
    assert list(parent.iterdir()) == []


def test_what_is_not_ours_stays(parent: Path) -> None:
    (parent / "dateline-notes").mkdir()
    (parent / "dateline-notes" / "kept.txt").write_text("kept")
    (parent / "dateline-file").write_text("kept")
    outside = parent / "outside"
    outside.mkdir()
    (outside / ".lock").write_text("")
    (parent / "dateline-link").symlink_to(outside)
    before = sorted(parent.rglob("*"))
    with scratch_folder():
        pass
    assert sorted(parent.rglob("*")) == before


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a folder of another user")
def test_that_of_another_user_stays(parent: Path) -> None:
    other = parent / "dateline-other"
    other.mkdir()
    (other / ".lock").write_text("")
    os.chown(other, 12345, 12345)
    with scratch_folder():
        pass
    assert other.exists()
