"""A version of the index goes in; what is wrong with it comes out, down to the last number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rag.errors import IndexDamaged, IndexUnusable
from rag.index import switches
from rag.index.index import Index, missing
from rag.index.vectors import check_unit
from rag.index.versions import live_version, read_current, version_names

_SAMPLES = 8


def check(folder: Path) -> list[str]:
    """A sentence for all that is wrong with CURRENT, the switches and each version; or none.

    Raises IndexMissing if there is no index.
    """
    names, raw = version_names(folder), read_current(folder)
    if not names and not raw:
        raise missing(folder)
    problems = []
    try:
        live_version(folder, raw)
    except IndexDamaged as error:
        problems.append(f"{error}.")
    ignored = switches.read(folder).warning
    problems += [ignored] if ignored else []
    return problems + [text for name in names for text in _problems(folder, name)]


def _problems(folder: Path, name: str) -> Iterator[str]:
    try:
        with Index(folder, name) as index:
            verify(index)
    except IndexUnusable as error:
        yield f"Version {name}: {error}."


def verify(index: Index) -> None:
    """Raises IndexDamaged unless the contents of an opened version make sense together."""
    try:
        index.postings.check()
        check_unit(index.vectors.vectors)
        _check_spans(index)
    except ValueError as error:
        raise IndexDamaged(str(error)) from error
    _check_self_search(index)


def _check_spans(index: Index) -> None:
    """Every article can be read, and its passages lie inside it, in the order of the rows."""
    store = index.store
    lengths = np.array([len(store.article(row).text) for row in range(store.articles)], np.int64)
    article, start, end = store.spans.T
    first = np.array([store.passage_rows(row).start for row in range(store.articles)], np.int64)
    if not np.array_equal(np.searchsorted(first, np.arange(len(article)), "right") - 1, article):
        raise ValueError("the passages are not in the order of their articles")
    if not ((start >= 0) & (start < end) & (end <= lengths[article])).all():
        raise ValueError("a passage lies outside its article")


def _check_self_search(index: Index) -> None:
    """The nearest vector to a stored one is that one, or another as near."""
    vectors = index.vectors
    for row in np.linspace(0, len(vectors) - 1, min(_SAMPLES, len(vectors)), dtype=np.int64):
        own = vectors.scores_of(vectors.vectors[row], np.array([row]))
        _, found = vectors.search(vectors.vectors[row], 1)
        if found[0] < own[0] - 1e-4:
            raise IndexDamaged(f"searching for passage {row} does not find it")
