"""Three small articles, questions on them, and ``python -m evals`` over them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evals.__main__ import main

ARTICLES = {
    "ferry": "date 2024-01-10 The ferry to Sund was cancelled because of ice. The captain, Ida "
    "Holm, expects to sail again next week.",
    "budget": "date 2024-02-20 The council of Sund passed its budget of nine million crowns. "
    "Treasurer Per Dahl called it cautious.",
    "ferry-again": "date 2024-03-05 The ferry to Sund sails again, twice a day. Captain Ida Holm "
    "retired after forty years at sea.",
}
QUESTIONS = (
    ("mine-1", "Why was the ferry to Sund cancelled?", "ferry", "because of ice", {}),
    ("mine-2", "What did the council of Sund pass?", "budget", "budget of nine million crowns", {}),
    ("mine-3", "How often does the ferry to Sund sail?", "ferry-again", "twice a day", {}),
    ("mine-4", "Has captain Ida Holm retired?", "", "", {"as_of": "2024-02-01"}),
    ("mine-5", "Who won the chess tournament?", "", "", {}),
)


def row(name: str, question: str, article: str, answer: str, more: dict[str, Any]) -> str:
    start = ARTICLES[article].index(answer) if article else 0
    gold = {"text": answer, "article_id": article, "start": start, "end": start + len(answer)}
    return json.dumps(
        {
            "id": name,
            "question": question,
            "kind": "passage",
            "answers": [gold] if article else [],
            "articles": [article] if article else [],
            "unanswerable": not article,
        }
        | more
    )


def evals(folder: Path, models: Path, *arguments: str) -> int:
    return main([*arguments, "--work", str(folder / "work"), "--models", str(models)])


def run_mine(folder: Path, models: Path, out: str, *more: str) -> dict[str, Any]:
    mine, articles = str(folder / "mine.jsonl"), str(folder / "articles")
    where = ("--articles", articles, "--report", str(folder / out))
    assert evals(folder, models, "run", mine, *where, *more) == 0
    written: dict[str, Any] = json.loads((folder / out / "mine.json").read_text())
    return written
