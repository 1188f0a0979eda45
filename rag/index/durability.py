"""Changes files one durable step at a time, maps arrays, and locks the index folder."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from rag.errors import IndexBusy, IndexUnusable

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK_BYTES = 1 << 20

Bytes = bytes | bytearray | memoryview


class Disk:
    """The steps: each one system call, each raising OSError as the system does."""

    def mkdir(self, path: Path) -> None:
        path.mkdir()

    def create(self, path: Path) -> int:
        """A descriptor of a new, empty file."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)

    def extend(self, path: Path) -> int:
        """A descriptor of a file, made if need be, for reading and for adding at its end."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)

    def write(self, descriptor: int, data: Bytes) -> int:
        """The number of bytes written, which can be fewer than were given."""
        return os.write(descriptor, data)

    def truncate(self, descriptor: int, size_bytes: int) -> None:
        os.ftruncate(descriptor, size_bytes)

    def sync(self, descriptor: int) -> None:
        os.fsync(descriptor)

    def sync_folder(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def rmdir(self, path: Path) -> None:
        path.rmdir()


@dataclass(frozen=True, slots=True)
class FileRecord:
    """The length and the SHA-256 (in hex) of a file as it was written."""

    size: int
    sha256: str


class Output:
    """A new file, written in chunks: ``with Output(disk, path) as out``, then ``out.record``.

    Leaving the block without an error makes the file durable.
    """

    record: FileRecord

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self._descriptor = disk.create(path)
        self._waiting = bytearray()
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, data: Bytes) -> None:
        """Adds ``data``, a contiguous run of bytes, to the file."""
        view = memoryview(data).cast("B")
        self._hash.update(view)
        self._size += len(view)
        for start in range(0, len(view), CHUNK_BYTES):
            self._waiting += view[start : start + CHUNK_BYTES]
            if len(self._waiting) >= CHUNK_BYTES:
                self._flush()

    @property
    def size(self) -> int:
        """Bytes given so far."""
        return self._size

    def finish(self) -> FileRecord:
        """Makes the file durable and closes it."""
        try:
            self._flush()
            self._disk.sync(self._descriptor)
        finally:
            self.close()
        self.record = FileRecord(self._size, self._hash.hexdigest())
        return self.record

    def close(self) -> None:
        """Gives the descriptor back; what was not yet written is forgotten."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _flush(self) -> None:
        write_all(self._disk, self._descriptor, bytes(self._waiting))
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self.close()


def write_all(disk: Disk, descriptor: int, data: Bytes) -> None:
    """Writes all of ``data`` in chunks, however little of it each call takes."""
    rest = memoryview(data)
    while rest:
        rest = rest[disk.write(descriptor, rest[:CHUNK_BYTES]) :]


def write_file(disk: Disk, path: Path, data: Bytes) -> FileRecord:
    """A new file with these bytes, durable."""
    with Output(disk, path) as output:
        output.write(data)
    return output.record


def replace_file(disk: Disk, path: Path, data: Bytes) -> None:
    """Puts ``data`` in the place of ``path`` at once: a reader sees the old bytes or the new."""
    temporary = path.with_name(f".tmp-{path.name}")
    write_file(disk, temporary, data)
    disk.rename(temporary, path)
    disk.sync_folder(path.parent)


def make_folder(disk: Disk, path: Path) -> None:
    """The folder and those above it, durable; nothing if it is there."""
    if path.is_dir():
        return
    make_folder(disk, path.parent)
    disk.mkdir(path)
    disk.sync_folder(path.parent)


def remove_tree(disk: Disk, path: Path) -> None:
    """Removes a file, or a folder with all that is in it; a link is removed, never followed."""
    if path.is_symlink() or not path.is_dir():
        disk.unlink(path)
        return
    for inner in sorted(path.iterdir()):
        remove_tree(disk, inner)
    disk.rmdir(path)


_ADVICE = {
    errno.ENOSPC: "the disk is full; free some space and build again",
    errno.EDQUOT: "your disk quota is used up; free some space and build again",
    errno.EROFS: "it is on a read-only disk; choose another folder with --index",
    errno.EACCES: "you may not write there; change its permissions or choose another with --index",
    errno.EPERM: "you may not write there; change its permissions or choose another with --index",
    errno.EIO: "the disk reports a fault; check it, or choose another folder with --index",
}


@contextmanager
def explain_write_errors(folder: Path) -> Iterator[None]:
    """Turns an OSError while the index in ``folder`` is written into IndexUnusable."""
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, f"{error}; choose another folder with --index")
        raise IndexUnusable(
            f"The index {str(folder)!r} could not be written: {advice}. "
            "The version that was there still serves."
        ) from error


def write_array(disk: Disk, path: Path, array: NDArray[Any]) -> FileRecord:
    """Writes ``array`` as a ``.npy`` file of format 1.0; equal arrays give equal bytes."""
    import numpy as np

    array = np.ascontiguousarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    with Output(disk, path) as output:
        output.write(header.getvalue())
        output.write(array.view(np.uint8).reshape(-1).data)
    return output.record


def map_array(path: Path) -> NDArray[Any]:
    """The array of a ``.npy`` file, read-only, its pages read when they are first looked at."""
    import numpy as np

    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def map_bytes(path: Path) -> mmap.mmap | bytes:
    """The bytes of a file, read when they are first looked at."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


LOCK = ".lock"


@contextmanager
def build_lock(disk: Disk, folder: Path) -> Iterator[None]:
    """Holds the one right to build in ``folder``; raises IndexBusy when another build holds it."""
    descriptor = disk.extend(folder / LOCK)
    try:
        if not _try_lock(descriptor, fcntl.LOCK_EX):
            raise IndexBusy(_busy(folder, os.pread(descriptor, 100, 0)))
        disk.truncate(descriptor, 0)
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        write_all(disk, descriptor, f"{os.getpid()} {now}\n".encode())
        yield
    finally:
        os.close(descriptor)


@contextmanager
def exclusive_lock(disk: Disk, path: Path) -> Iterator[None]:
    """Waits for the one right to change what the lock file ``path`` stands for, and holds it."""
    descriptor = disk.extend(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def removal_lock(manifest: Path) -> Iterator[bool]:
    """Whether no reader holds the version of ``manifest``; while inside, none can begin to."""
    try:
        descriptor = os.open(manifest, os.O_RDONLY)
    except FileNotFoundError:
        yield True
        return
    try:
        yield _try_lock(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def hold_version(manifest: Path) -> BinaryIO:
    """Opens ``manifest``; its version is not removed until the file is closed.

    Raises FileNotFoundError when the version has been removed meanwhile.
    """
    file = manifest.open("rb")
    try:
        _share(file.fileno())
        if not os.path.samestat(os.fstat(file.fileno()), manifest.stat()):
            raise FileNotFoundError(errno.ENOENT, "removed by a build", str(manifest))
    except BaseException:
        file.close()
        raise
    return file


def _share(descriptor: int) -> None:
    """Waits for a build that is just removing this version, and then sees that it is gone.

    A file system without locks has no builds that would remove it either: reading goes on.
    """
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_SH)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy(folder: Path, owner: bytes) -> str:
    """Whose lock it is, as far as the owner has got with writing that down."""
    try:
        process, moment = owner.decode().split()
        since = datetime.fromisoformat(moment)
        who = f"(process {int(process)}) has been running since {since:%H:%M:%S}"
    except ValueError:
        who = "has just started"
    return (
        f"The index {str(folder)!r} is being written: another build {who}; wait for it, "
        "stop it, or choose another folder with --index."
    )
