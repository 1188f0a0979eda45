"""Stores articles and the spans of their passages, and reads them back by row.

The files are ``articles.txt`` (all texts, one after another), ``articles.jsonl`` (metadata, a line
an article), ``articles.npy`` and ``passages.npy`` (a fixed-size row for each) and ``files.jsonl``
(what the build recorded of each file).
"""

from __future__ import annotations

import hashlib
import json
import re
from array import array
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ArticleError, QuestionError
from rag.index.base import ArticleRow
from rag.index.durability import (
    Disk,
    FileRecord,
    Output,
    map_array,
    map_bytes,
    write_array,
    write_file,
)
from rag.types import Article, IndexInfo, Passage, Window

# A closing row follows the last article, so that row i ends where row i + 1 begins.
_ROW = np.dtype(
    [
        ("text", "<i8"),
        ("line", "<i8"),
        ("passage", "<i8"),
        ("published", "<i4"),  # proleptic ordinal of the day; 0 when undated
        ("id", "<u8"),  # id_hash
        ("content", "V32"),  # content_key
    ]
)
_CACHED_CHARS = 8_000_000

Span = tuple[int, int]
Mask = NDArray[np.bool_]


def content_key(article: Article) -> bytes:
    """SHA-256 of all that an article's passages and their terms are made from."""
    published = article.published.isoformat() if article.published else ""
    parts = (article.text, article.title, published, str(article.body))
    sizes = ",".join(str(len(part)) for part in parts)
    whole = "\0".join((sizes, *parts)).encode(errors="surrogatepass")
    return hashlib.sha256(whole).digest()


def id_hash(article_id: str) -> int:
    """The first 64 bits of the id's SHA-256, by which its row is found."""
    digest = hashlib.sha256(article_id.encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:8], "little")


def read_file_records(folder: Path) -> list[Mapping[str, Any]] | None:
    """What the build recorded of each file in the version ``folder``; ``None`` if that is gone."""
    try:
        return _parse_lines((folder / "files.jsonl").read_bytes())
    except FileNotFoundError:
        return None


def _parse_lines(lines: bytes) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in lines.splitlines()]


class _ArticleCache:
    """The articles read last, up to a number of characters; several threads may use it."""

    def __init__(self, max_chars: int) -> None:
        self._articles: OrderedDict[int, Article] = OrderedDict()
        self._chars, self._max_chars = 0, max_chars
        self._lock = Lock()

    def get(self, row: int) -> Article | None:
        with self._lock:
            if row in self._articles:
                self._articles.move_to_end(row)
            return self._articles.get(row)

    def put(self, row: int, article: Article) -> None:
        with self._lock:
            if row not in self._articles:
                self._articles[row] = article
                self._chars += len(article.text)
            while self._chars > self._max_chars and len(self._articles) > 1:
                _, oldest = self._articles.popitem(last=False)
                self._chars -= len(oldest.text)


class ArticleTable:
    """The articles of one version by row or id, and the spans of their passages by row.

    ``spans`` is int32 [passages, 3]: the article's row, start, end.
    """

    def __init__(self, folder: Path) -> None:
        self._texts = map_bytes(folder / "articles.txt")
        self._lines = map_bytes(folder / "articles.jsonl")
        self._files = map_bytes(folder / "files.jsonl")
        self._rows = map_array(folder / "articles.npy")
        self.spans: NDArray[np.int32] = map_array(folder / "passages.npy")
        self._cache = _ArticleCache(_CACHED_CHARS)
        self._by_content: dict[bytes, int] | None = None

    @property
    def articles(self) -> int:
        return len(self._rows) - 1

    @property
    def passages(self) -> int:
        return len(self.spans)

    def article(self, row: int) -> Article:
        """The article of a row, ``0 <= row < articles``."""
        article = self._cache.get(row)
        if article is None:
            article = self._read(row)
            self._cache.put(row, article)
        return article

    def _read(self, row: int) -> Article:
        begin, end = self._rows["text"][row : row + 2].tolist()
        values = self._metadata(row)
        return Article(text=bytes(self._texts[begin:end]).decode(), **values)

    def _metadata(self, row: int) -> dict[str, Any]:
        begin, end = self._rows["line"][row : row + 2].tolist()
        values: dict[str, Any] = json.loads(self._lines[begin:end])
        values["published"] = values["published"] and date.fromisoformat(values["published"])
        return values

    def row_of(self, article_id: str) -> int:
        """The row of an id; raises QuestionError when no article has it."""
        for row in np.flatnonzero(self._rows["id"][:-1] == id_hash(article_id)).tolist():
            if self._metadata(row)["id"] == article_id:
                return int(row)
        raise QuestionError(
            f"The index holds no article {article_id!r}; build it again if the article is new."
        )

    def rows_of(self, ids: Collection[str]) -> NDArray[np.int64]:
        """The rows of those ids that there are, ascending."""
        hashes = np.array([id_hash(article_id) for article_id in ids], dtype=np.uint64)
        maybe = np.flatnonzero(np.isin(self._rows["id"][:-1], hashes)).tolist()
        return np.array([row for row in maybe if self._metadata(row)["id"] in ids], np.int64)

    def row_of_content(self, key: bytes) -> int | None:
        """The first row whose article has this ``content_key``."""
        if self._by_content is None:
            keys = self._rows["content"][:-1].tobytes()
            rows = range(self.articles - 1, -1, -1)
            self._by_content = {keys[32 * row : 32 * row + 32]: row for row in rows}
        return self._by_content.get(key)

    def entries(self) -> Iterator[ArticleRow]:
        """Every article without its text, in the order of the rows."""
        counts = np.diff(self._rows["passage"]).tolist()
        for row in range(self.articles):
            values = self._metadata(row)
            del values["body"]
            yield ArticleRow(**values, passages=counts[row])

    def files(self) -> list[Mapping[str, Any]]:
        """What the build recorded of each file."""
        return _parse_lines(bytes(self._files[:]))

    def passage(self, row: int) -> Passage:
        """The passage of a row; raises IndexError outside ``0 <= row < passages``."""
        if not 0 <= row < self.passages:
            raise IndexError(f"passage {row} of {self.passages}")
        article, start, end = self.spans[row].tolist()
        ordinal = row - int(self._rows["passage"][article])
        return Passage(self.article(article), start, end, ordinal)

    def days(self, rows: Mask) -> tuple[date | None, date | None]:
        """The oldest and the newest day of the chosen articles, bool [articles]."""
        days = self._rows["published"][:-1][rows]
        days = days[days > 0]
        if not len(days):
            return None, None
        return date.fromordinal(int(days.min())), date.fromordinal(int(days.max()))

    def find_text(self, text: str) -> Iterator[tuple[int, int]]:
        """The article's row and the first character of each occurrence of ``text``, in order.

        All texts are scanned: at about a gigabyte a second that is quicker than the rest of a
        page's work up to some million articles, and it misses nothing. ``re`` takes linear time;
        ``mmap.find`` is quadratic for texts made for it. No character of UTF-8 begins inside
        another, so that bytes and characters agree.
        """
        if not text:
            return
        begins: NDArray[np.int64] = self._rows["text"]
        pattern = re.compile(re.escape(text.encode(errors="surrogatepass")))
        match = pattern.search(self._texts)
        while match is not None:
            row = int(np.searchsorted(begins, match.start(), side="right")) - 1
            begin, end = begins[row : row + 2].tolist()
            if match.end() <= end:
                yield row, len(self._texts[begin : match.start()].decode())
            match = pattern.search(self._texts, match.start() + 1)

    def passage_rows(self, article: int) -> range:
        """The rows of an article's passages."""
        begin, end = self._rows["passage"][article : article + 2].tolist()
        return range(begin, end)

    def passages_in(self, window: Window | None) -> Mask | None:
        """Which passages are of articles in the window; ``None`` when it is open on both sides."""
        if window is None or (window.after is None and window.before is None):
            return None
        days = self._rows["published"][:-1]
        inside = days > 0
        if window.after is not None:
            inside &= days >= window.after.toordinal()
        if window.before is not None:
            inside &= days < window.before.toordinal()
        return np.asarray(inside[self.spans[:, 0]])


class Selection:
    """Which articles are searched: all but those that are switched off.

    ``off``: the rows of the articles that are switched off, int64 [m], ascending. ``passages``:
    bool [passages], those of the other articles; ``None`` while nothing is off.
    """

    def __init__(self, table: ArticleTable, off: Collection[str]) -> None:
        self._table = table
        self.off = table.rows_of(off)
        self._articles = np.ones(table.articles, dtype=np.bool_)
        self._articles[self.off] = False
        none_off = not len(self.off)
        self.passages: Mask | None = None if none_off else self._articles[table.spans[:, 0]]

    def has(self, article: int) -> bool:
        """Whether the article of this row is switched on."""
        return bool(self._articles[article])

    def restrict(self, passages: Mask | None) -> Mask | None:
        """Those of ``passages`` (``None``: all) that are not switched off; ``None`` for all."""
        if passages is None or self.passages is None:
            return self.passages if passages is None else passages
        return passages & self.passages

    def restrict_info(self, whole: IndexInfo) -> IndexInfo:
        """``whole`` without what is switched off, which the fingerprint then depends on too."""
        if self.passages is None:
            return whole
        oldest, newest = self._table.days(self._articles)
        rows = self.off.astype("<i8").tobytes()
        return replace(
            whole,
            fingerprint=hashlib.sha256(whole.fingerprint.encode() + rows).hexdigest(),
            newest_article=newest,
            oldest_article=oldest,
            articles=whole.articles - len(self.off),
            passages=int(self.passages.sum()),
        )


class ArticleTableWriter:
    """Writes an ``ArticleTable``: texts as they come, and the rest on ``finish``."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk, self._folder = disk, folder
        self._texts = Output(disk, folder / "articles.txt")
        self._lines = Output(disk, folder / "articles.jsonl")
        self._rows: list[tuple[int, int, int, int, int, bytes]] = []
        self._ids: set[str] = set()
        self._spans = array("i")
        self._digest = hashlib.sha256()
        self.oldest: date | None = None
        self.newest: date | None = None

    @property
    def articles(self) -> int:
        return len(self._rows)

    @property
    def passages(self) -> int:
        return len(self._spans) // 3

    @property
    def digest(self) -> str:
        """SHA-256 of the articles and passages so far."""
        return self._digest.hexdigest()

    def add(self, article: Article, spans: Sequence[Span]) -> None:
        """Adds an article and its passages.

        Raises, having written nothing, so that rows never shift: ArticleError for an article that
        cannot be written as it is, ValueError for a span outside it.
        """
        if article.id in self._ids:
            raise ArticleError(f"Two articles have the id {article.id!r}; rename one of them.")
        text, line, content = _encoded(article)
        rows = _span_rows(article, spans, row=self.articles)
        self._rows.append(self._row(article, content))
        self._ids.add(article.id)
        self._spans.extend(rows)
        self._digest.update(content + line + rows.tobytes())
        self._note_day(article.published)
        self._texts.write(text)
        self._lines.write(line)

    def _row(self, article: Article, content: bytes) -> tuple[int, int, int, int, int, bytes]:
        published = article.published.toordinal() if article.published else 0
        begins = self._texts.size, self._lines.size, self.passages
        return *begins, published, id_hash(article.id), content

    def _note_day(self, day: date | None) -> None:
        if day is not None:
            self.oldest = min(self.oldest or day, day)
            self.newest = max(self.newest or day, day)

    def finish(self, files: Sequence[Mapping[str, Any]]) -> dict[str, FileRecord]:
        """Makes everything durable; what was written, by file name."""
        closing = (self._texts.size, self._lines.size, self.passages, 0, 0, bytes(32))
        rows = np.array([*self._rows, closing], dtype=_ROW)
        spans = np.array(self._spans, dtype="<i4").reshape(-1, 3)
        lines = "".join(json.dumps(file) + "\n" for file in files)
        return {
            "articles.txt": self._texts.finish(),
            "articles.jsonl": self._lines.finish(),
            "articles.npy": write_array(self._disk, self._folder / "articles.npy", rows),
            "passages.npy": write_array(self._disk, self._folder / "passages.npy", spans),
            "files.jsonl": write_file(self._disk, self._folder / "files.jsonl", lines.encode()),
        }

    def close(self) -> None:
        """Closes files that were not finished."""
        self._texts.close()
        self._lines.close()


def _encoded(article: Article) -> tuple[bytes, bytes, bytes]:
    """The article's text, its line of metadata and its content key."""
    try:
        return article.text.encode(), _line(article), content_key(article)
    except UnicodeEncodeError as error:
        raise ArticleError(
            f"Article {article.id!r} of {article.path!r} cannot be written as UTF-8 "
            f"({error.reason}); mend that file or take it out."
        ) from error


def _line(article: Article) -> bytes:
    """Metadata in ASCII: a file's name can hold what UTF-8 cannot."""
    values = {
        "id": article.id,
        "title": article.title,
        "title_derived": article.title_derived,
        "published": article.published.isoformat() if article.published else None,
        "body": article.body,
        "url": article.url,
        "path": article.path,
        "sha256": article.sha256,
    }
    return json.dumps(values).encode() + b"\n"


def _span_rows(article: Article, spans: Sequence[Span], *, row: int) -> array[int]:
    rows = array("i")
    for start, end in spans:
        if not 0 <= start < end <= len(article.text):
            raise ValueError(f"passage [{start}, {end}) outside article {article.id!r}")
        rows.extend((row, start, end))
    return rows
