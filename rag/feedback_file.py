"""Feedback in; one more line of ``feedback.jsonl`` beside the index, and its lines again, out.

The file only ever grows: a line is kept when it is on the disk, or not at all. A line that another
program or a power cut has damaged is named when it is read, and the others are read all the same.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ConfigError, IndexUnusable, QuestionError
from rag.feedback import Feedback
from rag.feedback_json import from_json, json_line, to_json
from rag.index.disk import Disk, make_folder, write_all

NAME = "feedback.jsonl"
MAX_LINE_BYTES = 256_000
MAX_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the file, numbered from 1, and what it holds."""

    line: int
    feedback: Feedback


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line of the file that holds no feedback, and why."""

    line: int
    reason: str


def append(folder: Path, feedback: Feedback, *, disk: Disk | None = None) -> None:
    """Adds a line to the file in ``folder``, the index's; when this returns, it is on the disk.

    Raises QuestionError for feedback that is too long, and IndexUnusable when the file is full or
    cannot be written; the file is then as it was.
    """
    line = json_line(to_json(feedback))
    if len(line) > MAX_LINE_BYTES:
        raise QuestionError(
            f"This feedback is too long to be kept ({len(line):,} bytes of {MAX_LINE_BYTES:,}); "
            "ask in a new conversation."
        )
    try:
        _append(disk or Disk(), folder / NAME, line)
    except OSError as error:
        why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        raise IndexUnusable(
            f"The feedback could not be kept in {str(folder / NAME)!r} ({why}); mend that, and say "
            "it again."
        ) from error


def _append(disk: Disk, path: Path, line: bytes) -> None:
    make_folder(disk, path.parent)
    descriptor = disk.extend(path)
    try:
        # Another process may add a line, too; where there are no locks, there is only this one.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        _add(disk, descriptor, size, _after_torn(descriptor, size) + line, path)
    finally:
        os.close(descriptor)
    disk.sync_folder(path.parent)


def _after_torn(descriptor: int, size: int) -> bytes:
    """What ends a last line that a power cut has left open."""
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def _add(disk: Disk, descriptor: int, size: int, data: bytes, path: Path) -> None:
    if size + len(data) > MAX_BYTES:
        raise IndexUnusable(
            f"The feedback in {str(path)!r} has reached {MAX_BYTES:,} bytes; make a question set "
            "of it with python -m evals feedback, then move the file away."
        )
    try:
        write_all(disk, descriptor, data)
        disk.sync(descriptor)
    except OSError:
        with suppress(OSError):
            disk.truncate(descriptor, size)
        raise


def read(folder: Path) -> list[Kept | Damaged]:
    """Every line of the file in ``folder``, in order. Raises ConfigError when it cannot be read."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            return [_line(number, raw) for number, raw in enumerate(file, 1)]
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no feedback in {str(path)!r}; say in the chat what its answers are worth, "
            "or name another folder with --index."
        ) from error
    except OSError as error:
        raise ConfigError(f"{str(path)!r} cannot be read ({error.strerror}); mend that.") from error


def _line(number: int, raw: bytes) -> Kept | Damaged:
    try:
        return Kept(number, from_json(json.loads(raw.decode())))
    except (ValueError, RecursionError) as error:
        return Damaged(number, str(error))
