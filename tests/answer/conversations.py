"""Answers made by hand around any text, to be exported."""

from __future__ import annotations

from datetime import date

from rag.types import Answer, Article, Citation, IndexInfo, Passage, Query

INFO = IndexInfo("000007", "f00d", date(2024, 12, 20), None, "2025-01-01T00:00:00Z", 2, 2)
BEFORE, AFTER = "The board said: ", " That was all."


def source(text: str, *, article_id: str = "a", name: str = "a.txt", title: str = "T") -> Article:
    day = date(2024, 12, 20)
    whole = f"{BEFORE}{text}{AFTER}"
    return Article(article_id, whole, 0, day, title, False, "", name, "0" * 64)


def cite(article: Article, text: str) -> Citation:
    start = len(BEFORE)
    end = start + len(text)
    return Citation(article, start, end, 0, end, 1.0, speaker=(0, 9))


def answer(
    text: str, *, question: str = "What was said?", name: str = "a.txt", title: str = "T"
) -> Answer:
    """An answer that quotes ``text``, which another article has too."""
    other = cite(source(text, article_id="b", name="b.txt"), text)
    article = source(text, name=name, title=title)
    first = cite(article, text)
    cited = Citation(
        first.article, first.start, first.end, 0, first.end, 1.0,
        copies=(Passage(other.article, 0, 9, 0),), also=(other,), speaker=(0, 9),
    )  # fmt: skip
    query = Query(question, question)
    return Answer(query, "span", text, (cited,), 0.9, None, (), INFO, changed_files=(name,))


def abstention(text: str, *, question: str = "What was not said?") -> Answer:
    """An answer that there is none, with ``text`` nearest."""
    query = Query(question, question)
    nearest = (cite(source(text), text),)
    return Answer(
        query, "span", None, (), 0.1, "low_confidence", nearest, INFO, advice="Ask otherwise."
    )
