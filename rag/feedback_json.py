"""Feedback in, a line of JSON out; and back again, every field checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, get_args

from rag.dates.calendar import parse_day
from rag.feedback import Feedback, Part, Quotation, Verdict
from rag.types import Kind, Window

FORMAT = 1


def json_line(value: Mapping[str, Any]) -> bytes:
    """One line of JSON in UTF-8; half a character, as a file's name may hold, is escaped."""
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"


def to_json(value: Feedback) -> dict[str, Any]:
    """The feedback as a JSON object, which ``from_json`` reads back as it was."""
    row: dict[str, Any] = {"format": FORMAT, **asdict(value)}
    row["given_at"], row["today"] = value.given_at.isoformat(), value.today.isoformat()
    if value.window is not None:
        days = {name: day and day.isoformat() for name, day in _bounds(value.window).items()}
        row["window"] = {**days, "said": value.window.said}
    return row


def _bounds(window: Window) -> dict[str, date | None]:
    return {"after": window.after, "before": window.before}


def from_json(row: Any) -> Feedback:
    """The feedback of a JSON object. Raises ValueError with what is wrong with it."""
    if not isinstance(row, dict) or row.get("format") != FORMAT:
        raise ValueError(f"is not feedback of format {FORMAT}")
    try:
        return _feedback(row)
    except KeyError as error:
        raise ValueError(f"the field {error} is missing") from error
    except TypeError as error:
        raise ValueError(f"holds a value of the wrong type: {error}") from error


def _feedback(row: Mapping[str, Any]) -> Feedback:
    return Feedback(
        question=_text(row, "question"),
        history=tuple(_text({"history": one}, "history") for one in row["history"]),
        kind=_choice(row["kind"], Kind),
        window=None if row["window"] is None else _window(row["window"]),
        today=_day(row["today"]),
        corrected=tuple(_choice(one, Part) for one in row["corrected"]),
        answer=None if row["answer"] is None else _text(row, "answer"),
        cited=tuple(_quotation(one) for one in row["cited"]),
        verdict=_choice(row["verdict"], Verdict),
        chosen=None if row["chosen"] is None else _quotation(row["chosen"]),
        version=_text(row, "version"),
        fingerprint=_text(row, "fingerprint"),
        given_at=datetime.fromisoformat(row["given_at"]),
    )


def _quotation(row: Mapping[str, Any]) -> Quotation:
    if type(row["start"]) is not int or type(row["end"]) is not int:
        raise ValueError(f"the span [{row['start']!r}, {row['end']!r}) is not one of characters")
    return Quotation(
        article_id=_text(row, "article_id"),
        sha256=_text(row, "sha256"),
        start=row["start"],
        end=row["end"],
        text=_text(row, "text"),
    )


def _window(row: Mapping[str, Any]) -> Window:
    after, before = (row[name] and _day(row[name]) for name in ("after", "before"))
    return Window(after, before, _text(row, "said"))


def _text(row: Mapping[str, Any], name: str) -> str:
    if not isinstance(row[name], str):
        raise ValueError(f"{name!r} is {row[name]!r}, not a text")
    return str(row[name])


def _day(value: Any) -> date:
    day = parse_day(value) if isinstance(value, str) else None
    if day is None:
        raise ValueError(f"{value!r} is not a day as YYYY-MM-DD")
    return day


def _choice(value: Any, of: Any) -> Any:
    if value not in get_args(of):
        raise ValueError(f"{value!r} is none of {', '.join(get_args(of))}")
    return value
