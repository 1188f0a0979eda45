"""A place in an article in; the citation that shows it in its sentence out."""

from __future__ import annotations

from rag.answer.around import sentence_around
from rag.index.local import Place
from rag.types import Citation, Passage


def citation(place: Place) -> Citation:
    """The place as a citation, in the sentence or sentences that it touches."""
    article = place.article
    story = Passage(
        article, article.body if place.start >= article.body else 0, len(article.text), 0
    )
    first, last = sentence_around(story, place.start, place.end)
    return Citation(article, place.start, place.end, first, last, score=1.0)


def inside_word(place: Place) -> bool:
    """Whether the place begins or ends inside a word: “he said” stands in “she said”, too."""
    return _joined(place.article.text, place.start) or _joined(place.article.text, place.end)


def _joined(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1 : at + 1].isalnum()
