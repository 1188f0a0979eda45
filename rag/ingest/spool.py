"""The spool: the texts to embed, in row order, in; the same texts, by row, out.

A collection need not fit in memory, and its texts are embedded in order of length, so they wait on
disk, beside the index, until the build ends.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rag.index.disk import Disk, Output, explained

FILE = ".tmp-texts"


class Spool:
    """Takes texts with ``add``; after the first of them is read back, it takes no more."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder
        self._path = folder / FILE
        self._ends = array("q", [0])
        self._open = ExitStack()
        self._file: BufferedReader | None = None

    def __enter__(self) -> Self:
        with explained(self._folder):
            self._output = Output(self._disk, self._path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._output.close()
        self._open.close()
        with suppress(OSError):  # the next build sweeps it
            self._disk.unlink(self._path)

    def add(self, text: str) -> None:
        """Append the text of the next row."""
        data = text.encode()
        with explained(self._folder):
            self._output.write(data)
        self._ends.append(self._ends[-1] + len(data))

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The length of each text in bytes of UTF-8."""
        ends = np.array(self._ends, dtype=np.int64)
        return ends[1:] - ends[:-1]

    def texts(self, rows: Iterable[int]) -> list[str]:
        """The texts of ``rows``, in that order."""
        return [self._read(int(row)) for row in rows]

    def _read(self, row: int) -> str:
        if self._file is None:
            with explained(self._folder):
                self._output.finish()
            self._file = self._open.enter_context(self._path.open("rb"))
        self._file.seek(self._ends[row])
        return self._file.read(self._ends[row + 1] - self._ends[row]).decode()
