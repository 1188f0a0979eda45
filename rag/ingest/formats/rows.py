"""Reads the rows of a ``.jsonl`` or ``.csv`` file, each an article."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any

from rag.ingest.decoding import Lines
from rag.ingest.records import Limits, Record, Rejected, Unusable, printable

_FIELDS = ("id", "title", "date", "text", "url")


# Fields a little over a small limit are still read whole, so that their length can be told.
MIN_FIELD_CHARS = 131_072


def json_rows(lines: Lines) -> Iterator[Record | Rejected]:
    """One JSON object a line; blank lines are passed over."""
    while True:
        try:
            line = next(lines, None)
            if line is None:
                return
            if line.strip():
                yield _found(_object(line), f"line {lines.number}", lines.take_notes())
        except Unusable as error:
            yield Rejected(f"line {lines.number}", str(error))


def csv_rows(lines: Lines, limits: Limits) -> Iterator[Record | Rejected]:
    """Comma-separated rows under a header row, which is row 1; blank rows are passed over.

    Raises Unusable when the header cannot be used.
    """
    # This bound belongs to the process; whoever reads sets it to its own.
    csv.field_size_limit(max(MIN_FIELD_CHARS, limits.max_article_chars))
    reader = csv.reader(lines, strict=True)
    header: list[str] | None = None
    number = 0
    while True:
        number += 1
        try:
            cells = _cells(reader)
            if cells is None:
                return
            if not cells:
                continue
            if header is None:
                header = _header(cells)
            else:
                yield _found(_named(header, cells), f"row {number}", lines.take_notes())
        except Unusable as error:
            if header is None:
                raise Unusable(f"header row {error}") from error
            yield Rejected(f"row {number}", str(error))


def max_line_bytes(limits: Limits) -> int:
    """The longest line that can hold an article within the limits, every character escaped."""
    return 12 * limits.max_article_chars + (1 << 16)


def _found(fields: Mapping[str, Any], where: str, notes: tuple[str, ...]) -> Record:
    for name in ("title", "date", "url"):
        if not isinstance(fields.get(name) or "", str):
            raise Unusable(f"has a {name} that is not a string")
    text = fields.get("text")
    if text is None or text == "":
        raise Unusable("has no text")
    if not isinstance(text, str):
        raise Unusable("has a text that is not a string")
    return Record(
        text,
        date=fields.get("date") or "",
        title=fields.get("title") or "",
        url=fields.get("url") or "",
        key=_key(fields.get("id")),
        where=where,
        notes=notes,
    )


def _key(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unusable("has an id that is neither text nor a number")
    return str(value).strip()


def _object(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line.rstrip("\r\n"))
    except json.JSONDecodeError as error:
        problem = error.msg.removesuffix(" at")
        raise Unusable(f"is broken JSON: {problem} at column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise Unusable("is JSON with a number too long or nested too deeply") from error
    if not isinstance(fields, dict):
        raise Unusable("is not a JSON object")
    return fields


def _cells(reader: Iterator[list[str]]) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        if "field limit" in str(error):
            raise Unusable(
                "has a field longer than max_article_chars allows: a quotation mark left open?"
            ) from error
        raise Unusable(f"is broken CSV: {error}") from error


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    found = printable(", ".join(cells), 200)
    if "text" not in names:
        raise Unusable(f"has no column named text; its columns are: {found}")
    for name in _FIELDS:
        if names.count(name) > 1:
            raise Unusable(f"has more than one column named {name}; its columns are: {found}")
    return names


def _named(header: list[str], cells: list[str]) -> dict[str, str]:
    """Cells by column. A row of another length is refused: its text may have been torn apart."""
    if len(cells) != len(header):
        raise Unusable(f"has {len(cells)} fields where the header has {len(header)}")
    return dict(zip(header, cells, strict=True))
