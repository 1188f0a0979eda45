"""Arrays go in; ``.npy`` files come out, and are mapped back into memory without being read."""

from __future__ import annotations

import io
import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.index.disk import Disk, FileRecord, Output


def write_array(disk: Disk, path: Path, array: NDArray[Any]) -> FileRecord:
    """Writes ``array`` as a ``.npy`` file of format 1.0; equal arrays give equal bytes."""
    array = np.ascontiguousarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    with Output(disk, path) as output:
        output.write(header.getvalue())
        output.write(array.view(np.uint8).reshape(-1).data)
    return output.record


def map_array(path: Path) -> NDArray[Any]:
    """The array of a ``.npy`` file, read-only, its pages read when they are first looked at."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def map_bytes(path: Path) -> mmap.mmap | bytes:
    """The bytes of a file, read when they are first looked at."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
