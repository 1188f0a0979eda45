"""Reads a folder of articles: unique ids, copies found, and every file accounted for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from itertools import count, islice
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any

from rag.ingest.files import ArticleFile, FolderEntry, as_name, explain, open_below, walk
from rag.ingest.formats.dispatch import read_source, unknown_extension
from rag.ingest.records import Draft, Limits, Rejected, printable
from rag.types import Article


class Register:
    """What a reading of the corpus has kept so far: digests and ids, never texts."""

    def __init__(self) -> None:
        self._taken: set[bytes] = set()
        self._kept: dict[bytes, str] = {}

    def kept_as(self, draft: Draft) -> str:
        """The id of the article that ``draft`` is a copy of; empty when it is the first."""
        return self._kept.get(_content(draft), "")

    def keep(self, draft: Draft, path: str) -> str:
        """Give ``draft`` the first of its names that nobody has, and remember it as kept."""
        for name in names(draft, path):
            digest = _digest(name)
            if digest not in self._taken:
                self._taken.add(digest)
                self._kept[_content(draft)] = name
                return name
        raise AssertionError("names never end")


def names(draft: Draft, path: str) -> Iterator[str]:
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


# Size, inode and times of a file: while they stay, so do its bytes.
_Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths of files below the articles' folder, ascending, by what became of them since."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.new) + len(self.changed) + len(self.gone)


class Folder:
    """Compares the articles' folder with an index, again and again; it only reads.

    The bytes of a file are hashed once, and again when the file was touched. Several threads may
    compare; one of them hashes.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._hashes: dict[str, tuple[_Stamp, str]] = {}
        self._lock = Lock()

    def since(self, files: Iterable[Mapping[str, Any]]) -> Changes:
        """What differs from the build that noted ``files``.

        Raises ArticleError when the folder cannot be listed or passes a limit.
        """
        before = {str(file["path"]): file for file in files}
        with self._lock:
            now = {entry.path: entry for entry in walk(self._path, self._limits)}
            both = before.keys() & now.keys()
            changed = [path for path in both if self._differs(now[path], before[path])]
            self._hashes = {path: known for path, known in self._hashes.items() if path in now}
        return Changes(
            tuple(sorted(now.keys() - both)),
            tuple(sorted(changed)),
            tuple(sorted(before.keys() - both)),
        )

    def _differs(self, entry: FolderEntry, before: Mapping[str, Any]) -> bool:
        """Whether the bytes are others; of a file that was not read, only its size can tell."""
        size_bytes = int(before["size_bytes"])
        try:
            if not before["sha256"]:
                return 0 < size_bytes != self._path.joinpath(*entry.parts).lstat().st_size
            return self._sha256(entry, size_bytes) != str(before["sha256"])
        except OSError:
            return True

    def _sha256(self, entry: FolderEntry, size_bytes: int) -> str:
        """The file's SHA-256; empty, without reading it, when it has another size."""
        stat = self._path.joinpath(*entry.parts).lstat()
        if stat.st_size != size_bytes:
            return ""
        stamp = stat.st_size, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns
        known = self._hashes.get(entry.path)
        if known is None or known[0] != stamp:
            with open_below(self._path, entry.parts) as source:
                known = stamp, hashlib.file_digest(source.stream, "sha256").hexdigest()
            self._hashes[entry.path] = known
        return known[1]


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

    def _read(self, entry: FolderEntry, register: Register) -> Iterator[Article]:
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

    def result(self, source: ArticleFile) -> SourceFile:
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


def _open_again(folder: Path, path: str) -> ArticleFile | None:
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
