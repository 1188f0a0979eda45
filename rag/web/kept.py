"""A conversation in, what the browser keeps of it out; and back, with nothing in it believed.

Only questions and their corrections are kept. After a reload they are asked again, so that nothing
that is shown as an answer ever comes from the browser.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from rag.text.escape import one_line
from rag.types import Kind
from rag.web.conversation import MAX_QUESTION, REMEMBERED, Correction, Turn
from rag.web.understood import MAX_DATES

MAX_TEXT = 500_000
MAX_WITHOUT = 40


def kept(turns: Sequence[Turn]) -> str:
    """The questions, each with what was corrected in how it was understood, as JSON."""
    entries = [
        {
            "question": turn.question,
            "kind": turn.correction.kind,
            "dates": turn.correction.dates,
            "without": list(turn.correction.without),
        }
        for turn in turns
    ]
    return json.dumps(entries, ensure_ascii=False)


def restored(text: str) -> tuple[Turn, ...]:
    """The turns to ask again: of the last ``REMEMBERED`` those that ``kept`` could have written.

    Anything else in ``text`` is left out.
    """
    try:
        value = json.loads(text) if len(text) <= MAX_TEXT else None
    except (ValueError, RecursionError):
        value = None
    return tuple(_turns(value[-REMEMBERED:] if isinstance(value, list) else []))


def _turns(entries: Sequence[object]) -> Iterator[Turn]:
    for entry in entries:
        if isinstance(entry, dict) and _is_text(entry.get("question"), MAX_QUESTION):
            correction = _correction(entry)
            yield Turn(entry["question"], correction=correction, carried=correction.without)


def _correction(entry: dict[str, Any]) -> Correction:
    kind, dates, without = (entry.get(name) for name in ("kind", "dates", "without"))
    words = without[:MAX_WITHOUT] if isinstance(without, list) else []
    return Correction(
        kind=kind if kind in get_args(Kind) else None,
        dates=one_line(dates, limit=MAX_DATES) if isinstance(dates, str) else None,
        without=tuple(dict.fromkeys(word for word in words if _is_text(word, MAX_QUESTION))),
    )


def _is_text(value: object, limit: int) -> bool:
    return isinstance(value, str) and len(value) <= limit
