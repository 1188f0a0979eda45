"""Writes a new version of an index, verifies it by opening it, and makes it the live one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged, IndexUnusable, ModelError
from rag.index import versions
from rag.index.articles import ArticleTableWriter, Span
from rag.index.bm25 import PostingsWriter, TermRows
from rag.index.durability import (
    Disk,
    FileRecord,
    build_lock,
    explain_write_errors,
    make_folder,
    remove_tree,
    write_file,
)
from rag.index.local import LocalStore, missing_index
from rag.index.vectors import check_unit, plan_search, write_vectors
from rag.index.versions import (
    FORMAT,
    MANIFEST,
    Manifest,
    encode_manifest,
    live_version,
    read_current,
    timestamp,
    version_names,
)
from rag.text.analyzer import ANALYSIS
from rag.types import Article

_SAMPLES = 8


def check_index(folder: Path) -> list[str]:
    """A sentence for all that is wrong with CURRENT, the switches and each version; or none.

    Raises IndexMissing if there is no index.
    """
    names, raw = version_names(folder), read_current(folder)
    if not names and not raw:
        raise missing_index(folder)
    problems = []
    try:
        live_version(folder, raw)
    except IndexDamaged as error:
        problems.append(f"{error}.")
    ignored = versions.read_switches(folder).warning
    problems += [ignored] if ignored else []
    return problems + [text for name in names for text in _problems(folder, name)]


def _problems(folder: Path, name: str) -> Iterator[str]:
    try:
        with LocalStore(folder, name) as index:
            verify_version(index)
    except IndexUnusable as error:
        yield f"Version {name}: {error}."


def verify_version(index: LocalStore) -> None:
    """Raises IndexDamaged unless the contents of an opened version make sense together."""
    try:
        index.postings.check()
        check_unit(index.vectors.vectors)
        _check_spans(index)
    except ValueError as error:
        raise IndexDamaged(str(error)) from error
    _check_self_search(index)


def _check_spans(index: LocalStore) -> None:
    """Every article can be read, and its passages lie inside it, in the order of the rows."""
    table = index.table
    lengths = np.array([len(table.article(row).text) for row in range(table.articles)], np.int64)
    article, start, end = table.spans.T
    first = np.array([table.passage_rows(row).start for row in range(table.articles)], np.int64)
    if not np.array_equal(np.searchsorted(first, np.arange(len(article)), "right") - 1, article):
        raise ValueError("the passages are not in the order of their articles")
    if not ((start >= 0) & (start < end) & (end <= lengths[article])).all():
        raise ValueError("a passage lies outside its article")


def _check_self_search(index: LocalStore) -> None:
    """The nearest vector to a stored one is that one, or another as near."""
    vectors = index.vectors
    for row in np.linspace(0, len(vectors) - 1, min(_SAMPLES, len(vectors)), dtype=np.int64):
        own = vectors.scores_of(vectors.vectors[row], np.array([row]))
        _, found = vectors.search(vectors.vectors[row], 1)
        if found[0] < own[0] - 1e-4:
            raise IndexDamaged(f"searching for passage {row} does not find it")


Step = Literal["writing", "verifying", "publishing"]


def _go_on(step: Step) -> None:
    """Nobody watches."""


class IndexWriter:
    """Holds the one right to build in ``folder`` while the ``with`` block lasts.

    ``add`` the articles in the order that their rows shall have, then ``publish``; without that,
    nothing changes. Raises IndexBusy when another build runs, and IndexUnusable when the disk does
    not take what is written; whatever is raised, the version that was there still serves.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, Any],
        model_fingerprint: str,
        dim: int,
        exact_limit: int,
        disk: Disk | None = None,
    ) -> None:
        """``dim`` is the vectors' length; above ``exact_limit`` passages search is approximate."""
        self._folder, self._disk = folder, disk or Disk()
        self._settings, self._model, self._dim = dict(settings), model_fingerprint, dim
        self._exact_limit = exact_limit
        self._postings = PostingsWriter()
        self._unpublished: Path | None = None

    def __enter__(self) -> Self:
        with explain_write_errors(self._folder), ExitStack() as stack:
            make_folder(self._disk, self._folder)
            stack.enter_context(build_lock(self._disk, self._folder))
            make_folder(self._disk, self._folder / versions.VERSIONS)
            versions.remove_leftovers(self._disk, self._folder)
            stack.callback(self._discard)
            self._store = ArticleTableWriter(self._disk, self._new_folder())
            stack.callback(self._store.close)
            self._exit = stack.pop_all()
        return self

    def _new_folder(self) -> Path:
        self._name = versions.next_name(self._folder)
        folder = self._folder / versions.VERSIONS / (versions.TEMPORARY + self._name)
        self._unpublished = folder
        self._disk.mkdir(folder)
        return folder

    def _discard(self) -> None:
        """Removes what was not published; what cannot be removed now, the next build sweeps."""
        if self._unpublished is not None and not self._is_live():
            with suppress(OSError):
                remove_tree(self._disk, self._unpublished)

    def _is_live(self) -> bool:
        """Whether CURRENT was already replaced when making that durable failed."""
        return versions.read_current(self._folder).startswith(f"{self._name} ".encode())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._exit.close()

    @property
    def passages(self) -> int:
        """The number of passages added so far."""
        return self._store.passages

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the articles added so far and of all settings: what the index is made of."""
        settings = [FORMAT, ANALYSIS, self._settings, self._model, self._dim, self._exact_limit]
        values = json.dumps([settings, self._store.digest], sort_keys=True)
        return hashlib.sha256(values.encode()).hexdigest()

    def add(
        self,
        article: Article,
        spans: Sequence[Span],
        terms: Sequence[Mapping[str, int]] | TermRows,
    ) -> None:
        """Adds an article, its passages and each one's terms with their counts.

        Raises ArticleError for an id that was there before and a text that is not valid Unicode;
        ValueError for a span outside the article or terms that do not go with the spans.
        """
        rows = terms.ends if isinstance(terms, TermRows) else terms
        if len(rows) != len(spans):
            raise ValueError(f"article {article.id!r}: {len(spans)} spans, {len(rows)} with terms")
        with explain_write_errors(self._folder):
            self._store.add(article, spans)
        if isinstance(terms, TermRows):
            self._postings.add_rows(terms)
        else:
            self._postings.add(terms)

    def publish(
        self,
        vectors: NDArray[np.float32],
        files: Sequence[Mapping[str, Any]],
        *,
        before: Callable[[Step], None] = _go_on,
    ) -> str:
        """Writes, verifies and makes live the new version, and returns its name.

        ``vectors``: float32 [passages, dim] of length 1, in the order in which passages were added
        (ModelError when one is not). ``files``: what to note of each file, as JSON. ``before`` is
        called before each step; what it raises leaves the version that was there serving.
        """
        vectors = self._checked(vectors)
        before("writing")
        with explain_write_errors(self._folder):
            serving = _serving(self._folder)
            manifest = self._write(vectors, files)
            before("verifying")
            self._verify()
            before("publishing")
            versions.set_current(self._disk, self._folder, self._name, manifest)
            self._unpublished = None
            versions.remove_old_versions(self._disk, self._folder, keep={self._name, serving})
        return self._name

    def _checked(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        passages = self._store.passages
        if vectors.shape != (passages, self._dim) or len(self._postings) != passages:
            raise ValueError(
                f"{passages} passages, terms of {len(self._postings)}, vectors {vectors.shape}"
            )
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        try:
            check_unit(vectors)
        except ValueError as error:
            raise ModelError(f"The model cannot be used for an index: {error}.") from error
        return vectors

    def _write(self, vectors: NDArray[np.float32], files: Sequence[Mapping[str, Any]]) -> bytes:
        """Puts the version in its place, whole and durable but not yet live; its manifest."""
        folder = self._folder / versions.VERSIONS
        temporary, target = folder / (versions.TEMPORARY + self._name), folder / self._name
        how = plan_search(len(vectors), exact_limit=self._exact_limit)
        records = self._store.finish(files) | self._postings.write(self._disk, temporary)
        records |= write_vectors(self._disk, temporary, vectors, how)
        manifest = encode_manifest(self._manifest(how, records))
        write_file(self._disk, temporary / MANIFEST, manifest)
        self._disk.sync_folder(temporary)
        self._disk.rename(temporary, target)
        self._unpublished = target
        self._disk.sync_folder(folder)
        return manifest

    def _manifest(self, how: Mapping[str, Any], records: Mapping[str, FileRecord]) -> Manifest:
        return Manifest(
            settings=self._settings,
            model_fingerprint=self._model,
            dim=self._dim,
            analysis=ANALYSIS,
            vectors=how,
            articles=self._store.articles,
            passages=self._store.passages,
            oldest_article=self._store.oldest,
            newest_article=self._store.newest,
            built_at=timestamp(),
            fingerprint=self.fingerprint,
            files=records,
        )

    def _verify(self) -> None:
        """Reads the new version back as every later reader will."""
        try:
            with LocalStore(self._folder, self._name) as index:
                verify_version(index)
        except IndexDamaged as error:
            raise IndexDamaged(
                f"The new version of the index {str(self._folder)!r} does not read back as it was "
                f"written ({error}); check the disk and build again. The old version still serves."
            ) from error


def _serving(folder: Path) -> str:
    """The version that readers get now and can fall back on later; empty if there is none."""
    try:
        with LocalStore.open(folder) as index:
            return index.version
    except IndexUnusable:
        return ""
