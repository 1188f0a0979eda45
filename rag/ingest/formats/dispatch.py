"""Reads a file in the format that its name's extension says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

from rag.ingest.decoding import Lines, decode
from rag.ingest.files import ArticleFile, explain, open_below
from rag.ingest.formats.html import find_html
from rag.ingest.formats.rows import csv_rows, json_rows, max_line_bytes
from rag.ingest.formats.text import find_markdown, find_plain
from rag.ingest.records import (
    Draft,
    Limits,
    Record,
    Rejected,
    Unusable,
    draft_article,
    printable,
)

__all__ = ["Draft", "Limits", "Rejected", "read_file", "read_source", "unknown_extension"]

# A new format is one more line here: what finds the article in a file's text, or reads its rows.
_ONE_ARTICLE: dict[str, Callable[[str], Record]] = {
    ".htm": find_html,
    ".html": find_html,
    ".md": find_markdown,
    ".txt": find_plain,
}
ROWS = (".csv", ".jsonl")
EXTENSIONS = tuple(sorted((*_ONE_ARTICLE, *ROWS)))


def unknown_extension(name: str) -> str:
    """The reason why a file of this name is not read; empty when it is."""
    extension = PurePosixPath(name).suffix
    if extension.lower() in EXTENSIONS:
        return ""
    said = f"unknown extension {printable(extension)}" if extension else "no extension"
    return f"{said}: readable are {', '.join(EXTENSIONS)}"


def read_file(path: Path, *, limits: Limits, today: date) -> Iterator[Draft | Rejected]:
    """Every article of a file, in order and one at a time; no content makes it raise.

    A symbolic link, a FIFO or a device is rejected and never waited for.
    """
    if reason := unknown_extension(path.name):
        yield Rejected("", reason)
        return
    try:
        source = open_below(path.parent, [path.name])
    except OSError as error:
        yield Rejected("", explain(error))
        return
    with source:
        yield from read_source(source, path.name, limits=limits, today=today)


def read_source(
    source: ArticleFile, name: str, *, limits: Limits, today: date
) -> Iterator[Draft | Rejected]:
    """``read_file`` for a file that is open already; ``name`` tells its format."""
    extension = PurePosixPath(name).suffix.lower()
    try:
        _check_size(source, limits)
        if extension in ROWS:
            yield from _read_rows(source, extension, limits, today)
        else:
            yield _read_whole(source, extension, limits, today)
    except Unusable as error:
        yield Rejected("", str(error))
    except OSError as error:
        yield Rejected("", explain(error))


def _check_size(source: ArticleFile, limits: Limits) -> None:
    if source.size_bytes == 0:
        raise Unusable("empty")
    if source.size_bytes > limits.max_file_bytes:
        raise Unusable(
            f"has {source.size_bytes:,} bytes, more than max_file_bytes "
            f"({limits.max_file_bytes:,}) allows"
        )


def _read_whole(
    source: ArticleFile, extension: str, limits: Limits, today: date
) -> Draft | Rejected:
    # No encoding that is read takes more than four bytes for a character, or for its own mark.
    most = 4 * limits.max_article_chars + 4
    data = source.stream.read(most + 1) if source.size_bytes <= most else b""
    if not 0 < len(data) <= most:
        raise Unusable(
            f"has {source.size_bytes:,} bytes, too many for max_article_chars "
            f"({limits.max_article_chars:,})"
        )
    decoded = decode(data, html=extension in {".html", ".htm"})
    found = _find(decoded.text, extension)
    found = replace(found, notes=decoded.notes + found.notes)
    return draft_article(found, sha256=source.sha256, limits=limits, today=today)


def _find(text: str, extension: str) -> Record:
    if not text.strip():
        raise Unusable("empty")
    if "\0" in text:
        raise Unusable("looks binary: it holds a NUL character")
    return _ONE_ARTICLE[extension](text)


def _read_rows(
    source: ArticleFile, extension: str, limits: Limits, today: date
) -> Iterator[Draft | Rejected]:
    lines = Lines(source.stream, max_bytes=max_line_bytes(limits), setting="max_article_chars")
    rows = json_rows(lines) if extension == ".jsonl" else csv_rows(lines, limits)
    empty = True
    for row in rows:
        empty = False
        if isinstance(row, Record):
            yield draft_article(row, sha256="", limits=limits, today=today)
        else:
            yield row
    if empty:
        raise Unusable("empty: there is no row in it")
