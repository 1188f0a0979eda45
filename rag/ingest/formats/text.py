"""Reads plain text with a date line, and Markdown with front matter."""

from __future__ import annotations

import re
from typing import Any

from rag.ingest.records import Record, printable

_DATE_LINE = re.compile(r"\s*date\s+(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T\S*)?)(?!\S)", re.I)
_NEARLY = re.compile(r"\s*date\s+(?P<date>[0-9][0-9./-]*)(?!\S)", re.I)


def find_plain(text: str) -> Record:
    """White space, the word ``date``, an ISO date, then the story; else all of it is the story."""
    line = _DATE_LINE.match(text)
    if line is not None:
        return Record(text, body=line.end(), date=line["date"])
    nearly = _NEARLY.match(text)
    return Record(text, date=nearly["date"] if nearly else "")


MAX_FRONT_CHARS = 20_000
_FENCE = re.compile(r"---[ \t]*\r?\n")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$\n?", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<title>\S[^\r\n]*)", re.MULTILINE)
_FIELDS = ("title", "date", "url")


class _Broken(Exception):
    """The front matter cannot be used; the message says why."""


def find_markdown(text: str) -> Record:
    """YAML front matter (``title``, ``date``, ``url``), then the story; the text is the whole file.

    Front matter that is broken is said in a note, and all of the file is the story.
    """
    if _FENCE.match(text) is None:
        return Record(text, title=_heading(text, 0))
    try:
        return _with_front(text)
    except _Broken as error:
        note = f"front matter {error}: read as part of the story"
        return Record(text, title=_heading(text, 0), notes=(note,))


def _with_front(text: str) -> Record:
    opening = _FENCE.match(text)
    close = _CLOSE.search(text, opening.end(), MAX_FRONT_CHARS) if opening else None
    if opening is None or close is None:
        raise _Broken("has no closing line")
    front = _parse(text[opening.end() : close.start()])
    kept = {name: front[name] for name in _FIELDS if isinstance(front.get(name), str)}
    notes = tuple(
        f"{name} in the front matter is not plain text: left out"
        for name in _FIELDS
        if name in front and name not in kept
    )
    return Record(
        text,
        body=close.end(),
        date=kept.get("date", ""),
        title=kept.get("title", "") or _heading(text, close.end()),
        url=kept.get("url", ""),
        notes=notes,
    )


def _parse(front: str) -> dict[Any, Any]:
    import yaml

    try:
        # BaseLoader builds strings, lists and dicts only: a title `No` stays a title, and a date
        # stays as it is written.
        fields = yaml.load(front, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        problem = getattr(error, "problem", None) or type(error).__name__
        raise _Broken(f"is not valid YAML ({printable(str(problem))})") from error
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        raise _Broken("holds no fields")
    return fields


def _heading(text: str, start: int) -> str:
    match = _HEADING.search(text, start)
    return match["title"].rstrip("# \t") if match else ""
