"""The list behind the Articles tab: what is indexed, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from rag.answer.engine import Engine
from rag.errors import ArticleError
from rag.index.articles import read_file_records
from rag.index.base import ArticleRow
from rag.index.versions import VERSIONS
from rag.ingest.build import limits
from rag.ingest.changes import ChangeDetector, Changes
from rag.present import wording
from rag.service import Service
from rag.types import IndexInfo

State = Literal["indexed", "off", "changed", "gone", "new", "duplicate", "skipped"]
Order = Literal["date", "title", "file", "state"]
STATES: dict[State, str] = {
    "indexed": "indexed",
    "off": "switched off",
    "changed": "changed since the build",
    "gone": "gone since the build",
    "new": "new since the build, not indexed yet",
    "duplicate": "duplicate",
    "skipped": "skipped",
}
# What needs a look comes first.
_STATE_ORDER: tuple[State, ...] = (
    "skipped",
    "new",
    "changed",
    "gone",
    "off",
    "duplicate",
    "indexed",
)


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """An article, or a file that no article comes from; ``id`` and ``title`` are then empty.

    ``states`` are all that hold, the first one counting; ``why`` explains it.
    """

    path: str
    states: tuple[State, ...]
    why: str = ""
    id: str = ""
    title: str = ""
    published: date | None = None
    passages: int = 0

    @property
    def on(self) -> bool:
        return "off" not in self.states


def rows(
    entries: Sequence[ArticleRow], files: Sequence[Mapping[str, Any]], changes: Changes
) -> list[CollectionRow]:
    """A row for each article, then one for each file without any."""
    changed, gone = frozenset(changes.changed), frozenset(changes.gone)
    articles = [_article(entry, changed=changed, gone=gone) for entry in entries]
    return [
        *articles,
        *_files(files, gone),
        *(CollectionRow(path, ("new",)) for path in changes.new),
    ]


def _article(entry: ArticleRow, *, changed: frozenset[str], gone: frozenset[str]) -> CollectionRow:
    held: dict[State, bool] = {
        "off": not entry.on,
        "changed": entry.path in changed,
        "gone": entry.path in gone,
    }
    states = tuple(state for state, holds in held.items() if holds)
    return CollectionRow(
        entry.path,
        states or ("indexed",),
        id=entry.id,
        title=entry.headline,
        published=entry.published,
        passages=entry.passages,
    )


def _files(files: Sequence[Mapping[str, Any]], gone: frozenset[str]) -> Iterator[CollectionRow]:
    for file in files:
        path = str(file["path"])
        if path in gone:
            continue
        if file.get("duplicate_of"):
            yield CollectionRow(path, ("duplicate",), f"of {file['duplicate_of']}")
        elif file.get("skipped"):
            yield CollectionRow(path, ("skipped",), str(file["skipped"]))


def matching(
    rows: Sequence[CollectionRow], wanted: str, state: State | None
) -> list[CollectionRow]:
    """The rows that have all the words of ``wanted`` and are in ``state``."""
    terms = wanted.casefold().split()
    return [
        row
        for row in rows
        if (state is None or state in row.states) and all(term in _text(row) for term in terms)
    ]


def _text(row: CollectionRow) -> str:
    days = f"{row.published or ''} {wording.day(row.published)}" if row.id else ""
    return f"{row.title} {row.path} {days} {row.why}".casefold()


def ordered(rows: Sequence[CollectionRow], by: Order) -> list[CollectionRow]:
    """Newest first by date; by title, file or state from the first; ties newest first."""
    newest = sorted(rows, key=_age, reverse=True)
    if by == "title":
        return sorted(newest, key=lambda row: (not row.title, row.title.casefold()))
    if by == "file":
        return sorted(newest, key=lambda row: row.path)
    if by == "state":
        return sorted(newest, key=lambda row: _STATE_ORDER.index(row.states[0]))
    return newest


def _age(row: CollectionRow) -> tuple[str, str, str]:
    return str(row.published or ""), row.path, row.id


@dataclass(frozen=True, slots=True)
class CollectionState:
    """The index, a row for each article and file, and warnings.

    ``changes`` is None where they cannot be determined.
    """

    info: IndexInfo
    rows: tuple[CollectionRow, ...]
    changes: Changes | None
    warnings: tuple[str, ...]

    @property
    def off(self) -> int:
        return sum(not row.on for row in self.rows)


class Collection:
    """The articles of a service; several threads may use it at once."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._folder = ChangeDetector(service.articles, limits(service.build))

    def look(self) -> CollectionState:
        """Raises IndexMissing when nothing was indexed yet."""
        with self._service.lease() as engine:
            return self._look(engine)

    def _look(self, engine: Engine) -> CollectionState:
        version = self._service.build.index / VERSIONS / engine.info.version
        files = read_file_records(version)
        changes, warnings = None, engine.warnings
        if files is not None:
            try:
                changes = self._folder.since(files)
            except ArticleError as error:
                warnings = (*warnings, str(error))
        listed = rows(engine.entries(), files or (), changes or Changes())
        return CollectionState(engine.info, tuple(listed), changes, warnings)
