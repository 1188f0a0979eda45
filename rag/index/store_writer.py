"""Articles and the spans of their passages go in, one after another; the store's files come out."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import ArticleError
from rag.index.arrays import write_array
from rag.index.disk import Disk, FileRecord, Output, write_file
from rag.index.store import ARTICLE_ROW, Span, content_key, id_hash
from rag.types import Article


class StoreWriter:
    """Streams the texts to disk; ``finish`` makes the files durable."""

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
        places = _places(article, spans, row=self.articles)
        self._rows.append(self._row(article, content))
        self._ids.add(article.id)
        self._spans.extend(places)
        self._digest.update(content + line + places.tobytes())
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
        rows = np.array([*self._rows, closing], dtype=ARTICLE_ROW)
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
        """Lets go of files that were not finished."""
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


def _places(article: Article, spans: Sequence[Span], *, row: int) -> array[int]:
    places = array("i")
    for start, end in spans:
        if not 0 <= start < end <= len(article.text):
            raise ValueError(f"passage [{start}, {end}) outside article {article.id!r}")
        places.extend((row, start, end))
    return places
