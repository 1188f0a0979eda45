"""Checks the records that a format reads from a file: each becomes a draft or is rejected."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date

from rag.dates.calendar import parse_day

TITLE_CHARS = 90
MAX_TITLE_CHARS = 300
MAX_KEY_CHARS = 200

_WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f<>\"\\^`{|}]+", re.IGNORECASE)
_DAY_SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SENTENCE_END = re.compile(r"(?<=[a-z0-9]{3})[.!?][\"'”’)\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read: see the settings of the same names in ``BuildConfig``."""

    max_file_bytes: int
    max_article_chars: int
    max_files: int
    max_depth: int


@dataclass(frozen=True, slots=True)
class Record:
    """What a format found, unchecked; ``""`` stands for absent. ``date`` is as written."""

    text: str
    body: int = 0
    date: str = ""
    title: str = ""
    url: str = ""
    key: str = ""
    where: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An article that has no id yet.

    ``key`` is a row's own id, ``where`` its place in the file (``line 17``, ``row 17``); both are
    empty for a file that is one article. ``text[body]`` is the first character of the story.
    ``sha256`` is that of the file's bytes, or of a row's text in UTF-8. ``notes`` are sentences
    for the build report.
    """

    key: str
    where: str
    text: str
    body: int
    published: date | None
    title: str
    title_derived: bool
    url: str
    sha256: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row, or with an empty ``where`` the whole file, that cannot be used, and why."""

    where: str
    reason: str


class Unusable(Exception):
    """Stops the reading of a row or file; its message is the reason. Never leaves this package."""


def draft_article(found: Record, *, sha256: str, limits: Limits, today: date) -> Draft | Rejected:
    """A draft of what was found; an empty ``sha256`` stands for that of the text."""
    try:
        return _draft(found, sha256, limits, today)
    except Unusable as error:
        return Rejected(found.where, str(error))


def printable(text: str, limit: int = 60) -> str:
    """Untrusted text for a note: on one line, invisible characters escaped, cut at ``limit``."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut
    )


def derive_title(text: str, start: int) -> str:
    """A label from the first sentence of ``text[start:]``: one line, cut at a word."""
    opening = text[start : start + 4 * TITLE_CHARS].strip()
    paragraph = re.split(r"\n\s*\n|\r\s*\r", opening, maxsplit=1)[0]
    line = " ".join(paragraph.split())
    end = _SENTENCE_END.search(line)
    return _cut(line[: end.end()] if end else line, TITLE_CHARS)


def _cut(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    head, space, _ = line[: limit + 1].rpartition(" ")
    return (head if space else line[:limit]).rstrip(" ,;:–—-")


def _draft(found: Record, sha256: str, limits: Limits, today: date) -> Draft:
    _check(found, limits)
    published, date_notes = _published(found.date.strip(), today)
    title, title_notes = _title(found)
    url, url_notes = _url(found.url.strip())
    return Draft(
        key=found.key,
        where=found.where,
        text=found.text,
        body=_story_start(found.text, found.body),
        published=published,
        title=title,
        title_derived=not found.title.strip(),
        url=url,
        sha256=sha256 or hashlib.sha256(found.text.encode("utf-8")).hexdigest(),
        notes=(*found.notes, *date_notes, *title_notes, *url_notes),
    )


def _check(found: Record, limits: Limits) -> None:
    if "\0" in found.text:
        raise Unusable("looks binary: its text holds a NUL character")
    if len(found.text) > limits.max_article_chars:
        raise Unusable(
            f"has {len(found.text):,} characters, more than max_article_chars "
            f"({limits.max_article_chars:,}) allows"
        )
    if len(found.key) > MAX_KEY_CHARS:
        raise Unusable(f"has an id of more than {MAX_KEY_CHARS} characters")
    for name in ("text", "title", "url", "key"):
        if not _encodable(getattr(found, name)):
            raise Unusable(f"has a lone surrogate in its {'id' if name == 'key' else name}")


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _story_start(text: str, body: int) -> int:
    story = text[body:].lstrip()
    if not story:
        raise Unusable("empty: there is no story in it")
    return len(text) - len(story)


def _published(said: str, today: date) -> tuple[date | None, tuple[str, ...]]:
    if not said:
        return None, ()
    day = parse_day(said)
    if day is not None and day <= today:
        return day, ()
    if day is not None:
        trouble = "lies in the future"
    elif _DAY_SHAPE.fullmatch(said):
        trouble = "is not a day of the calendar"
    else:
        trouble = "is not written as YYYY-MM-DD"
    return None, (f"date {printable(said)} {trouble}: kept as undated",)


def _title(found: Record) -> tuple[str, tuple[str, ...]]:
    own = " ".join(found.title.split())
    if not own:
        return derive_title(found.text, _story_start(found.text, found.body)), ()
    cut = _cut(own, MAX_TITLE_CHARS)
    notes = () if cut == own else (f"title cut to {MAX_TITLE_CHARS} characters",)
    return cut, notes


def _url(said: str) -> tuple[str, tuple[str, ...]]:
    if not said or _WEB_ADDRESS.fullmatch(said):
        return said, ()
    return "", (f"url {printable(said)} is not a web address: left out",)
