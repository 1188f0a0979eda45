"""The mapped files of a version go in; its articles, passages and date windows come out, by row.

::

    articles.txt    the texts in UTF-8, one after another
    articles.jsonl  a line of metadata for each article
    articles.npy    where each article's text, line and passages begin, its date, its content's hash
    passages.npy    int32 [n, 3]: the row of the article, start and end in its characters
    files.jsonl     a line for each file that the build looked at

Opening reads none of it, so that it costs the same for ten articles and for a million.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import QuestionError
from rag.index.arrays import map_array, map_bytes
from rag.types import Article, Passage, Window, headline

# One closing row follows the last article, so that row i + 1 always tells where row i ends.
ARTICLE_ROW = np.dtype(
    [
        ("text", "<i8"),
        ("line", "<i8"),
        ("passage", "<i8"),
        ("published", "<i4"),  # proleptic ordinal of the day; 0 when undated
        ("id", "<u8"),  # id_hash
        ("content", "V32"),  # content_key
    ]
)
_RECENT_CHARS = 8_000_000

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """An article without its text, for lists; ``passages`` counts them; ``on``: it is searched."""

    id: str
    title: str
    title_derived: bool
    published: date | None
    url: str
    path: str
    sha256: str
    passages: int
    on: bool = True

    @property
    def headline(self) -> str:
        """The title as it is shown."""
        return headline(self.title, derived=self.title_derived)


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


def noted_files(folder: Path) -> list[Mapping[str, Any]] | None:
    """What the build noted of each file in the version ``folder``; ``None`` if that is gone."""
    try:
        return _noted((folder / "files.jsonl").read_bytes())
    except FileNotFoundError:
        return None


def _noted(lines: bytes) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in lines.splitlines()]


class _Recent:
    """The articles last asked for, up to a number of characters, for several threads."""

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


class Store:
    """Articles by id or row, passages by row."""

    def __init__(self, folder: Path) -> None:
        self._texts = map_bytes(folder / "articles.txt")
        self._lines = map_bytes(folder / "articles.jsonl")
        self._files = map_bytes(folder / "files.jsonl")
        self._rows = map_array(folder / "articles.npy")
        self.spans: NDArray[np.int32] = map_array(folder / "passages.npy")
        self._recent = _Recent(_RECENT_CHARS)
        self._by_content: dict[bytes, int] | None = None

    @property
    def articles(self) -> int:
        return len(self._rows) - 1

    @property
    def passages(self) -> int:
        return len(self.spans)

    def article(self, row: int) -> Article:
        """The article of a row, ``0 <= row < articles``."""
        article = self._recent.get(row)
        if article is None:
            article = self._read(row)
            self._recent.put(row, article)
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

    def entries(self) -> Iterator[Entry]:
        """Every article without its text, in the order of the rows."""
        counts = np.diff(self._rows["passage"]).tolist()
        for row in range(self.articles):
            values = self._metadata(row)
            del values["body"]
            yield Entry(**values, passages=counts[row])

    def files(self) -> list[Mapping[str, Any]]:
        """What the build noted of each file."""
        return _noted(bytes(self._files[:]))

    def passage(self, row: int) -> Passage:
        """The passage of a row; raises IndexError outside ``0 <= row < passages``."""
        if not 0 <= row < self.passages:
            raise IndexError(f"passage {row} of {self.passages}")
        article, start, end = self.spans[row].tolist()
        ordinal = row - int(self._rows["passage"][article])
        return Passage(self.article(article), start, end, ordinal)

    def days(self, rows: NDArray[np.bool_]) -> tuple[date | None, date | None]:
        """The oldest and the newest day of the chosen articles, bool [articles]."""
        days = self._rows["published"][:-1][rows]
        days = days[days > 0]
        if not len(days):
            return None, None
        return date.fromordinal(int(days.min())), date.fromordinal(int(days.max()))

    def passage_rows(self, article: int) -> range:
        """The rows of an article's passages."""
        begin, end = self._rows["passage"][article : article + 2].tolist()
        return range(begin, end)

    def allowed(self, window: Window | None) -> NDArray[np.bool_] | None:
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
