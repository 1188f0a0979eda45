"""Articles, passages and hits made by hand."""

from __future__ import annotations

import hashlib
from datetime import date

from rag.types import Article, Hit, Passage


def article(text: str, *, article_id: str = "a", published: date | None = None) -> Article:
    """An article whose story is all of its text."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Article(
        article_id, text, 0, published, "A title", False, "", f"{article_id}.txt", sha256
    )


def passage(text: str, *, article_id: str = "a", published: date | None = None) -> Passage:
    """The only passage of an article."""
    return Passage(article(text, article_id=article_id, published=published), 0, len(text), 0)


def hit(of: Passage, *, score: float = 1.0, rank: int = 1, dense: float = 0.5) -> Hit:
    return Hit(of, score, rank, lexical=1.0, dense=dense)
