"""The tables of ``tests/data/date_*.jsonl`` in; their rows, and scores against them, out.

The seen half was looked at while the rules were written; the unseen half was written before any
rule was run on it, and its errors were not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from rag.dates.calendar import DateExpression

DATA = Path(__file__).parents[1] / "data"
HALVES = ("seen", "unseen")
Days = tuple[str | None, str | None]
Row = dict[str, Any]


def rows(name: str, half: str) -> list[Row]:
    lines = (DATA / f"date_{name}_{half}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def iso(after: date | None, before: date | None) -> Days:
    return (after.isoformat() if after else None, before.isoformat() if before else None)


def named(text: str, found: Iterable[DateExpression]) -> set[tuple[str, str | None, str | None]]:
    return {(text[one.start : one.end], *iso(one.after, one.before)) for one in found}


def f1(
    table: list[Row], read: Callable[[Row], Iterable[DateExpression]]
) -> tuple[float, list[str]]:
    """F1 of (words, interval) over the rows, and what was wrong."""
    right = wrong = 0
    report = []
    for row in table:
        gold = {(words, after, before) for words, after, before in row["dates"]}
        found = named(row["text"], read(row))
        right, wrong = right + len(gold & found), wrong + len(gold ^ found)
        report += [f"{row['text']}: {one}" for one in sorted(gold ^ found, key=str)]
    return 2 * right / (2 * right + wrong), report
