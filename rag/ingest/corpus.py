"""Reads a folder of articles: gives each a unique id, skips copies, and accounts for every file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from itertools import count, islice
from pathlib import Path, PurePosixPath

from rag.ingest.files import ArticleFile, FolderEntry, as_name, explain, open_below, walk
from rag.ingest.formats.dispatch import read_source, unknown_extension
from rag.ingest.records import Draft, Limits, Rejected, printable
from rag.types import Article

__all__ = ["Corpus", "Limits", "SourceFile", "read_article"]

MAX_NOTES = 50


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What became of one file below the articles' folder.

    ``articles`` are the ids of the articles in it, in its order. ``skipped`` says why nothing of it
    can be used; ``duplicate_of`` is set when all it holds are copies, and names the first original.
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
        register = ArticleRegister()
        for entry in list(walk(self._folder, self._limits)):
            yield from self._read(entry, register)

    def _read(self, entry: FolderEntry, register: ArticleRegister) -> Iterator[Article]:
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
            tally = _FileTally(entry.path, register)
            for outcome in read_source(source, entry.path, limits=self._limits, today=self._today):
                yield from tally.take(outcome)
            self.files.append(tally.result(source))


class _FileTally:
    """Collects what becomes of the articles of one file while it is read."""

    def __init__(self, path: str, register: ArticleRegister) -> None:
        self._path = path
        self._register = register
        self._keys: set[str] = set()
        self._article_ids: list[str] = []
        self._original = ""
        self._skipped = ""
        self._notes: list[str] = []
        self._unlisted = 0

    def take(self, outcome: Draft | Rejected) -> Iterator[Article]:
        """The article that a draft becomes, unless it is a copy or its id is taken."""
        if isinstance(outcome, Rejected):
            self._reject(outcome)
            return
        for note in outcome.notes:
            self._note(outcome.where, note)
        article_id = self._assign_id(outcome)
        if article_id:
            self._article_ids.append(article_id)
            yield _article(outcome, article_id, self._path)

    def result(self, source: ArticleFile) -> SourceFile:
        more = (f"and {self._unlisted:,} more",) if self._unlisted else ()
        return SourceFile(
            self._path,
            source.size_bytes,
            source.sha256,
            articles=tuple(self._article_ids),
            skipped="" if self._article_ids or self._original else self._skipped,
            duplicate_of="" if self._article_ids else self._original,
            notes=(*self._notes, *more),
        )

    def _reject(self, rejected: Rejected) -> None:
        if rejected.where:
            self._note(rejected.where, rejected.reason)
            self._skipped = self._skipped or (
                f"no row can be used; {rejected.where} {rejected.reason}"
            )
            return
        if self._article_ids or self._original or self._notes:
            self._note("", f"not read to the end: {rejected.reason}")
        self._skipped = self._skipped or rejected.reason

    def _assign_id(self, draft: Draft) -> str:
        """The id of a draft that becomes an article; empty, and noted why, for any other."""
        repeated = draft.key in self._keys
        if draft.key:
            self._keys.add(draft.key)
        original = self._register.original_id(draft)
        if original:
            self._original = self._original or original
            self._note(draft.where, f"is a copy of {printable(original)}")
        elif repeated:
            self._reject(Rejected(draft.where, f"duplicate id {printable(draft.key)}"))
        else:
            return self._register.assign_id(draft, self._path)
        return ""

    def _note(self, where: str, text: str) -> None:
        if len(self._notes) < MAX_NOTES:
            self._notes.append(f"{where}: {text}" if where else text)
        else:
            self._unlisted += 1


def _article(draft: Draft, article_id: str, path: str) -> Article:
    return Article(
        id=article_id,
        text=draft.text,
        body=draft.body,
        published=draft.published,
        title=draft.title,
        title_derived=draft.title_derived,
        url=draft.url,
        path=path,
        sha256=draft.sha256,
    )


class ArticleRegister:
    """The ids and contents of the articles read so far: digests, never texts."""

    def __init__(self) -> None:
        self._ids: set[bytes] = set()
        self._by_content: dict[bytes, str] = {}

    def original_id(self, draft: Draft) -> str:
        """The id of the article that ``draft`` is a copy of; empty when it is the first."""
        return self._by_content.get(_content(draft), "")

    def assign_id(self, draft: Draft, path: str) -> str:
        """Gives ``draft`` the first of its possible ids that no article has."""
        for article_id in possible_ids(draft, path):
            digest = _digest(article_id)
            if digest not in self._ids:
                self._ids.add(digest)
                self._by_content[_content(draft)] = article_id
                return article_id
        raise AssertionError("possible ids never end")


def possible_ids(draft: Draft, path: str) -> Iterator[str]:
    """The ids that ``draft`` may get, in order of preference, without end.

    A file is named by its path without the extension, else by all of it; a row by its own id,
    else by the file's name and its own id or the first 12 digits of its hash.
    """
    stem = path.removesuffix(PurePosixPath(path).suffix)
    if not draft.where:
        yield stem
        name = path
    elif draft.key:
        yield draft.key
        yield f"{stem}#{draft.key}"
        name = f"{path}#{draft.key}"
    else:
        yield f"{stem}#{draft.sha256[:12]}"
        name = f"{path}#{draft.sha256[:12]}"
    yield name
    yield from (f"{name}~{number}" for number in count(2))


def _content(draft: Draft) -> bytes:
    """What makes two articles the same: day, own title, and the story's words."""
    title = "" if draft.title_derived else draft.title
    story = " ".join(draft.text[draft.body :].split())
    return _digest(f"{draft.published or ''}\0{title}\0{story}")


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8"), digest_size=16).digest()


def read_article(
    folder: Path, path: str, article_id: str, *, limits: Limits, today: date
) -> Article | None:
    """One article read again from the file that it came from; None when it is not there any more.

    ``path`` is an ``Article.path``; one that leads out of ``folder`` is not there. Of several rows
    of the file that could have the id, the first is meant.
    """
    source = _open_again(folder, path)
    if source is None:
        return None
    with source:
        for outcome in read_source(source, path, limits=limits, today=today):
            if not isinstance(outcome, Draft):
                continue
            if article_id in islice(possible_ids(outcome, path), 100):
                return _article(outcome, article_id, path)
    return None


def _open_again(folder: Path, path: str) -> ArticleFile | None:
    if unknown_extension(path) or any(part.startswith(".") for part in path.split("/")):
        return None
    for written in (path, as_name(path)):
        try:
            return open_below(folder, written.split("/"))
        except (OSError, ValueError):  # ValueError: a NUL in the path
            continue
    return None
