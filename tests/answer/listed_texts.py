"""Texts from a list of articles, searched in the slowest and plainest way."""

from __future__ import annotations

from collections.abc import Sequence

from rag.errors import QuestionError
from rag.text.analyzer import analyse
from rag.types import Article, Occurrence, Passage


class ListedTexts:
    """Every article is one passage, and passages with more of the words come first."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = list(articles)

    def article(self, article_id: str) -> Article:
        for one in self._articles:
            if one.id == article_id:
                return one
        raise QuestionError(f"there is no article {article_id!r}")

    def find_text(self, text: str, *, limit: int) -> list[Occurrence]:
        found = [
            Occurrence(one, start, start + len(text))
            for one in self._articles
            for start in range(len(one.text))
            if text and one.text.startswith(text, start)
        ]
        return found[:limit]

    def passages_like(self, text: str, *, k: int) -> list[Passage]:
        wanted = set(analyse(text))
        shared = [(len(wanted & set(analyse(one.text))), one) for one in self._articles]
        ranked = sorted((pair for pair in shared if pair[0]), key=lambda pair: -pair[0])
        return [Passage(one, 0, len(one.text), 0) for _, one in ranked[:k]]
