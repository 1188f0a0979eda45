"""A folder in; its unique articles in canonical order, and what became of each file, out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from rag.ingest.draft import Draft, Limits, Rejected, printable
from rag.ingest.formats import read_source, unknown_extension
from rag.ingest.register import Register, names
from rag.ingest.source import Source, explain, open_below
from rag.ingest.walk import Entry, as_name, walk
from rag.types import Article

__all__ = ["Corpus", "Limits", "SourceFile", "read_article"]

MAX_NOTES = 50


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What became of one file below the articles' folder.

    ``articles`` are the ids kept from it, in its order. ``skipped`` says why nothing of it can be
    used; ``duplicate_of`` is set when all it holds are copies, and names the first original.
    ``notes`` are sentences on rows rejected, copies, dates and encoding, at most 50 and a count.
    ``sha256`` is empty for a file that was not read to its end.
    """

    path: str
    size_bytes: int = 0
    sha256: str = ""
    articles: tuple[str, ...] = ()
    skipped: str = ""
    duplicate_of: str = ""
    notes: tuple[str, ...] = ()


class Corpus:
    """The articles below a folder. Reading it twice gives the same, unless the files changed."""

    def __init__(self, folder: Path, *, limits: Limits, today: date) -> None:
        self._folder = folder
        self._limits = limits
        self._today = today
        self.files: list[SourceFile] = []

    def check(self) -> None:
        """Raises ArticleError when the folder cannot be listed."""
        next(walk(self._folder, self._limits), None)

    def articles(self) -> Iterator[Article]:
        """Unique articles, one at a time; ``files`` is complete once they are exhausted.

        Raises ArticleError, before any file is opened, when the folder cannot be read or a limit
        on the number or depth of files is passed.
        """
        self.files = []
        register = Register()
        for entry in list(walk(self._folder, self._limits)):
            yield from self._read(entry, register)

    def _read(self, entry: Entry, register: Register) -> Iterator[Article]:
        reason = entry.trouble or unknown_extension(entry.path)
        if reason:
            self.files.append(SourceFile(entry.path, skipped=reason))
            return
        try:
            source = open_below(self._folder, entry.parts)
        except OSError as error:
            self.files.append(SourceFile(entry.path, skipped=explain(error)))
            return
        with source:
            tally = _Tally(entry.path, register)
            for outcome in read_source(source, entry.path, limits=self._limits, today=self._today):
                yield from tally.take(outcome)
            self.files.append(tally.result(source))


class _Tally:
    """Keeps the books on one file while it is read."""

    def __init__(self, path: str, register: Register) -> None:
        self._path = path
        self._register = register
        self._keys: set[str] = set()
        self._kept: list[str] = []
        self._original = ""
        self._skipped = ""
        self._notes: list[str] = []
        self._unlisted = 0

    def take(self, outcome: Draft | Rejected) -> Iterator[Article]:
        """The article that a draft becomes, if it is kept."""
        if isinstance(outcome, Rejected):
            self._reject(outcome)
            return
        for note in outcome.notes:
            self._note(outcome.where, note)
        name = self._name(outcome)
        if name:
            self._kept.append(name)
            yield _article(outcome, name, self._path)

    def result(self, source: Source) -> SourceFile:
        more = (f"and {self._unlisted:,} more",) if self._unlisted else ()
        return SourceFile(
            self._path,
            source.size_bytes,
            source.sha256,
            articles=tuple(self._kept),
            skipped="" if self._kept or self._original else self._skipped,
            duplicate_of="" if self._kept else self._original,
            notes=(*self._notes, *more),
        )

    def _reject(self, rejected: Rejected) -> None:
        if rejected.where:
            self._note(rejected.where, rejected.reason)
            self._skipped = self._skipped or (
                f"no row can be used; {rejected.where} {rejected.reason}"
            )
            return
        if self._kept or self._original or self._notes:
            self._note("", f"not read to the end: {rejected.reason}")
        self._skipped = self._skipped or rejected.reason

    def _name(self, draft: Draft) -> str:
        """The id of a draft that is kept, else empty and noted."""
        known = draft.key in self._keys
        if draft.key:
            self._keys.add(draft.key)
        original = self._register.kept_as(draft)
        if original:
            self._original = self._original or original
            self._note(draft.where, f"is a copy of {printable(original)}")
        elif known:
            self._reject(Rejected(draft.where, f"duplicate id {printable(draft.key)}"))
        else:
            return self._register.keep(draft, self._path)
        return ""

    def _note(self, where: str, said: str) -> None:
        if len(self._notes) < MAX_NOTES:
            self._notes.append(f"{where}: {said}" if where else said)
        else:
            self._unlisted += 1


def read_article(
    folder: Path, path: str, article_id: str, *, limits: Limits, today: date
) -> Article | None:
    """One article read again from the file that it came from; None when it is not there any more.

    ``path`` is an ``Article.path``; one that leads out of ``folder`` is not there. Of several rows
    of the file that could bear the id, the first is meant.
    """
    source = _open_again(folder, path)
    if source is None:
        return None
    with source:
        for outcome in read_source(source, path, limits=limits, today=today):
            if isinstance(outcome, Draft) and article_id in islice(names(outcome, path), 100):
                return _article(outcome, article_id, path)
    return None


def _open_again(folder: Path, path: str) -> Source | None:
    if unknown_extension(path) or any(part.startswith(".") for part in path.split("/")):
        return None
    for written in (path, as_name(path)):
        try:
            return open_below(folder, written.split("/"))
        except (OSError, ValueError):  # ValueError: a NUL in the path
            continue
    return None


def _article(draft: Draft, name: str, path: str) -> Article:
    return Article(
        id=name,
        text=draft.text,
        body=draft.body,
        published=draft.published,
        title=draft.title,
        title_derived=draft.title_derived,
        url=draft.url,
        path=path,
        sha256=draft.sha256,
    )
