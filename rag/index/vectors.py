"""Stores unit vectors in a FAISS file and finds the nearest rows to a query's vector."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.index.durability import CHUNK_BYTES, Disk, FileRecord, Output

Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]

VECTORS_FILE = "vectors.faiss"
NORM_TOLERANCE = 1e-3
# Measured on 2 cores, 384 dimensions: scoring this many rows one by one takes about 5 ms.
_NARROW_ROWS = 20_000
_MARGIN = 1e-5


def _faiss() -> Any:
    """FAISS, imported when first used, and untyped: its annotations do not cover what we call."""
    import faiss

    return faiss


def plan_search(rows: int, *, exact_limit: int) -> dict[str, Any]:
    """How so many rows are searched: all of them, or those of ``nprobe`` of ``nlist`` groups.

    About 4 * sqrt(n) groups is what the FAISS guidelines advise; 39 rows are the least that its
    k-means wants for each. Embeddings of news fall into groups badly: on MiniLM's, a sixteenth of
    the groups holds 89 % of the 10 nearest, a quarter 97 to 98 %, a third 98 to 99 %.
    """
    if rows <= exact_limit or rows == 0:
        return {"kind": "exact"}
    groups = max(1, min(int(4 * math.sqrt(rows)), rows // 39))
    return {"kind": "ivf-sq8", "nlist": groups, "nprobe": max(8, groups // 3), "k_factor": 4}


def check_unit(vectors: Vectors) -> None:
    """Raises ValueError naming the first row that is not a finite vector of length 1."""
    for start in range(0, len(vectors), 1 << 16):
        part = vectors[start : start + (1 << 16)]
        norms = np.sqrt(np.einsum("ij,ij->i", part, part))
        bad = np.flatnonzero(~(np.abs(norms - 1) <= NORM_TOLERANCE))
        if len(bad):
            raise ValueError(f"vector {start + bad[0]} has length {norms[bad[0]]}, not 1")


def write_vectors(
    disk: Disk, folder: Path, vectors: Vectors, how: Mapping[str, Any]
) -> dict[str, FileRecord]:
    """Writes ``vectors``, float32 [n, dim] of length 1, to be searched as ``plan_search`` says."""
    faiss = _faiss()
    index = _trained(vectors, how)
    index.add(vectors)
    with Output(disk, folder / VECTORS_FILE) as output:

        def write(data: bytes) -> int:
            output.write(data)
            return len(data)

        faiss.write_index(index, faiss.PyCallbackIOWriter(write, CHUNK_BYTES))
    return {VECTORS_FILE: output.record}


def _trained(vectors: Vectors, how: Mapping[str, Any]) -> Any:
    """An empty index, its groups found by k-means with FAISS's fixed seed over rows in order."""
    faiss = _faiss()
    dim = vectors.shape[1]
    if how["kind"] == "exact":
        return faiss.IndexFlatIP(dim)
    groups = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dim),
        dim,
        how["nlist"],
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    groups.cp.min_points_per_centroid = 1
    groups.cp.max_points_per_centroid = 64
    groups.cp.niter = 10
    refined = faiss.IndexRefineFlat(groups)
    refined.train(vectors)
    return refined


class VectorStore:
    """The vectors of ``vectors.faiss``, mapped: float32 [rows, dim], each of length 1."""

    def __init__(self, folder: Path, how: Mapping[str, Any]) -> None:
        """Raises IndexDamaged when FAISS cannot read the file."""
        faiss = _faiss()
        path = folder / VECTORS_FILE
        try:
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise IndexDamaged(f"{VECTORS_FILE} cannot be read by FAISS") from error
        self._how = how
        flat = self._index if how["kind"] == "exact" else self._index.refine_index
        self._vectors = _view(faiss.downcast_index(flat), owner=self._index)

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def dim(self) -> int:
        return int(self._vectors.shape[1])

    @property
    def vectors(self) -> Vectors:
        """All of them, float32 [rows, dim], read-only and not copied."""
        return self._vectors

    def scores_of(self, query: Vectors, rows: Rows) -> NDArray[np.float32]:
        """The inner products of ``query`` [dim] with ``rows``, each independent of the others."""
        scores = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), 4096):
            part = slice(start, start + 4096)
            np.einsum("ij,j->i", self._vectors[rows[part]], query, out=scores[part])
        return scores

    def search(
        self, query: Vectors, k: int, allowed: Mask | None = None
    ) -> tuple[Rows, NDArray[np.float32]]:
        """The ``k`` rows nearest to ``query`` [dim], best first, and their scores.

        Only rows where ``allowed`` [rows] is true take part. Fewer than ``k`` come back only when
        there are no more. Equal scores are in the order of the rows.
        """
        count = len(self) if allowed is None else int(np.count_nonzero(allowed))
        k = min(k, count)
        if k <= 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        query = np.ascontiguousarray(query, dtype=np.float32)
        if allowed is not None and count <= _NARROW_ROWS:
            return self._best(query, np.flatnonzero(allowed), k)
        propose = self._exact if self._how["kind"] == "exact" else self._approximate
        return self._best(query, propose(query, k, allowed, count), k)

    def _best(self, query: Vectors, rows: Rows, k: int) -> tuple[Rows, NDArray[np.float32]]:
        scores = self.scores_of(query, rows)
        best = np.lexsort((rows, -scores))[:k]
        return rows[best], scores[best]

    def _exact(self, query: Vectors, k: int, allowed: Mask | None, count: int) -> Rows:
        """The k best rows and every row that ties with the last of them, or nearly does."""
        faiss = _faiss()
        fetch = min(count, k + 64)
        while True:
            found, rows = self._ask(self._index, query, fetch, allowed, faiss.SearchParameters)
            if fetch == count or found[-1] < found[k - 1] - _MARGIN:
                return rows
            fetch = min(count, 2 * fetch)

    def _approximate(self, query: Vectors, k: int, allowed: Mask | None, count: int) -> Rows:
        """``k_factor`` times as many rows as are wanted, from more groups the fewer are allowed."""
        faiss = _faiss()
        nlist = self._how["nlist"]
        nprobe = min(nlist, math.ceil(self._how["nprobe"] * len(self) / count))
        groups, fetch = self._index.base_index, min(count, k * self._how["k_factor"])
        parameters = faiss.SearchParametersIVF
        _, rows = self._ask(groups, query, fetch, allowed, parameters, nprobe=nprobe)
        if len(rows) < k:
            _, rows = self._ask(groups, query, fetch, allowed, parameters, nprobe=nlist)
        return rows

    @staticmethod
    def _ask(
        index: Any, query: Vectors, k: int, allowed: Mask | None, kind: Any, **values: int
    ) -> tuple[NDArray[np.float32], Rows]:
        """FAISS's own scores and rows, without the -1 that stands for a row it did not find."""
        faiss = _faiss()
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            values["sel"] = faiss.IDSelectorBitmap(bits)
        scores, rows = index.search(query[None, :], k, params=kind(**values))
        found = rows[0] >= 0
        return scores[0][found], rows[0][found]


class _Mapped:
    """What numpy needs to look at FAISS's memory, and to keep ``owner`` alive while it does."""

    def __init__(self, address: int, shape: tuple[int, int], owner: Any) -> None:
        self.owner = owner
        self.__array_interface__ = {
            "version": 3,
            "typestr": "<f4",
            "shape": shape,
            "data": (address, True),
        }


def _view(flat: Any, *, owner: Any) -> Vectors:
    """The float32 storage of a flat index, read-only."""
    shape = (flat.ntotal, flat.d)
    if flat.ntotal == 0:
        return np.empty(shape, dtype=np.float32)
    return np.asarray(_Mapped(int(flat.get_xb()), shape, owner))
