"""Questions on one article, and answers to them as they are written to JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from evals.types import Gold, Question
from rag.types import Kind, Window

TEXT = "The flood killed ten people. It was the worst in years."
SENTENCE = "The flood killed ten people."
TEN = Gold("ten", "flood", 17, 20)
SPAN = Question("q", "How many?", "span", (TEN,), ("flood",))
UNANSWERABLE = Question("q", "How many?", unanswerable=True)
NOTHING: dict[str, Any] = {"answer": None, "kind": "span", "abstained": True, "window": None}
FOUND = (["flood"], [("flood", 0, 55)])
LOST = (["other"], [("other", 0, 55)])
MARCH = Window(date(2023, 3, 1), date(2023, 4, 1))
MARCH_JSON = {"after": "2023-03-01", "before": "2023-04-01", "said": "in March"}
APRIL_JSON = {"after": "2023-04-01", "before": None, "said": "since April"}


def cited(
    quote: str, article: str = "flood", *, sentence: str = SENTENCE, published: str = "2023-03-16"
) -> dict[str, Any]:
    start = max(TEXT.find(quote), 0)
    return {
        "article_id": article,
        "start": start,
        "end": start + len(quote),
        "quote": quote,
        "sentence": sentence,
        "published": published,
    }


def said(
    *citations: dict[str, Any], kind: Kind = "span", text: str = "", **more: Any
) -> dict[str, Any]:
    shown = text or citations[0]["quote"]
    return {
        "answer": shown,
        "kind": kind,
        "abstained": False,
        "window": None,
        "citations": list(citations),
        **more,
    }


def evidence(kind: Kind, *golds: Gold, **more: Any) -> Question:
    return Question("q", "?", kind, golds or (TEN,), ("flood",), **more)
