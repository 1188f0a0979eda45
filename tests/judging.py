"""A shelf of three articles in which spans are looked for by hand, and answers to judge."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from rag.errors import QuestionError
from rag.feedback import Feedback, Quotation, Verdict, feedback_on
from rag.types import (
    Answer,
    Article,
    Citation,
    IndexInfo,
    Kind,
    Occurrence,
    Passage,
    Query,
    Window,
)

TEXTS = {
    "ferry": "date 2024-01-10 The ferry to Sund was cancelled on Monday because of ice. Captain "
    "Ida Holm said the ice was\nthick. The ferry is due in March.",
    "budget": "date 2024-02-20 The council of Sund passed a budget of nine million crowns. The "
    "ice of January cost Sund two million.",
    "harbour": "date 2024-03-05 The harbour of Sund opened again. Ida Holm retired in 2023.",
}
INFO = IndexInfo("000002", "f" * 64, date(2024, 3, 5), date(2024, 1, 10), "2024-03-06", 3, 3)
TODAY = date(2024, 3, 10)
NOW = datetime(2024, 3, 10, 9, 30, tzinfo=UTC)


def article(name: str, text: str) -> Article:
    published = date.fromisoformat(text[5:15]) if text.startswith("date ") else None
    body = 16 if published else 0
    return Article(
        name,
        text,
        body,
        published,
        name,
        True,
        "",
        f"{name}.txt",
        hashlib.sha256(text.encode()).hexdigest(),
    )


ARTICLES = {name: article(name, text) for name, text in TEXTS.items()}


@dataclass(frozen=True)
class Shelf:
    """Texts by hand: ``find_text`` looks everywhere, ``passages_like`` are whole articles."""

    articles: tuple[Article, ...] = tuple(ARTICLES.values())

    @property
    def texts(self) -> Shelf:
        return self

    def article(self, article_id: str) -> Article:
        for one in self.articles:
            if one.id == article_id:
                return one
        raise QuestionError(f"there is no article {article_id!r}")

    def find_text(self, text: str, *, limit: int) -> list[Occurrence]:
        found = [
            Occurrence(one, start, start + len(text))
            for one in self.articles
            for start in range(len(one.text))
            if one.text.startswith(text, start)
        ]
        return found[:limit]

    def passages_like(self, text: str, *, k: int) -> list[Passage]:
        words = set(text.lower().split())
        sharing = [one for one in self.articles if words & set(one.text.lower().split())]
        return [Passage(one, one.body, len(one.text), 0) for one in sharing][:k]


def cite(name: str, quote: str, *, nth: int = 0) -> Citation:
    """The quotation, at the ``nth`` place where it stands."""
    found = ARTICLES[name].text
    start = -1
    for _ in range(nth + 1):
        start = found.index(quote, start + 1)
    end = start + len(quote)
    return Citation(ARTICLES[name], start, end, start, end, 0.9)


def answered(
    *citations: Citation,
    question: str = "Why was the ferry cancelled?",
    kind: Kind = "span",
    text: str | None = None,
    window: Window | None = None,
    nearest: Sequence[Citation] = (),
) -> Answer:
    """An answer that quotes ``citations``; an abstention when there is none."""
    return Answer(
        query=Query(question, question, window, kind),
        kind=kind,
        text=(text or citations[0].quote) if citations else None,
        citations=citations,
        confidence=0.8,
        reason=None if citations else "low_confidence",
        nearest=tuple(nearest),
        index=INFO,
    )


def said(answer: Answer, verdict: Verdict = "right", **more: Any) -> Feedback:
    return feedback_on(answer, verdict, **{"today": TODAY, "given_at": NOW, **more})


def span(name: str, quote: str) -> Quotation:
    cited = cite(name, quote)
    return Quotation.of(cited.article, cited.start, cited.end)
