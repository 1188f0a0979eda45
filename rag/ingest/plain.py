"""The text of a ``.txt`` file in; its date line, if any, and where the story starts, out."""

from __future__ import annotations

import re

from rag.ingest.draft import Found

_DATE_LINE = re.compile(r"\s*date\s+(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T\S*)?)(?!\S)", re.I)
_NEARLY = re.compile(r"\s*date\s+(?P<date>[0-9][0-9./-]*)(?!\S)", re.I)


def find(text: str) -> Found:
    """White space, the word ``date``, an ISO date, then the story; else all of it is the story."""
    line = _DATE_LINE.match(text)
    if line is not None:
        return Found(text, body=line.end(), date=line["date"])
    nearly = _NEARLY.match(text)
    return Found(text, date=nearly["date"] if nearly else "")
