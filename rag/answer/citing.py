"""Citing: a chosen quotation in, the same in its sentence, checked against the index, out."""

from __future__ import annotations

from collections.abc import Callable

from rag.answer.around import sentence_around
from rag.answer.attribution import speaker
from rag.answer.modes.base import Pick
from rag.dates.anchoring import article_dates
from rag.errors import IndexDamaged
from rag.types import Article, Citation, DatedWords


class Citer:
    """Makes citations; ``stored`` gives the article that the index holds under an id."""

    def __init__(self, stored: Callable[[str], Article]) -> None:
        self._stored = stored

    def cite(self, pick: Pick) -> Citation:
        """The quotation in its sentence, with its copies and the other articles that say the same.

        Raises IndexDamaged when the stored article does not hold it at its place.
        """
        article = pick.hit.passage.article
        start, end = sentence_around(pick.hit.passage, pick.start, pick.end)
        copies = tuple(copy for copy in pick.hit.copies if pick.quote in copy.article.text)
        if self._stored(article.id).text[pick.start : pick.end] != pick.quote:
            raise IndexDamaged(
                f"A quotation from article {article.id!r} is not in its text; "
                "run `python -m rag check`, then build again with --full."
            )
        return Citation(
            article=article,
            start=pick.start,
            end=pick.end,
            sentence_start=start,
            sentence_end=end,
            score=pick.score,
            copies=copies,
            also=tuple(self.cite(other) for other in pick.also),
            speaker=speaker(article.text, (start, end), (pick.start, pick.end)),
            dates=tuple(
                DatedWords(words.start, words.end, words.after, words.before)
                for words in article_dates(article.text, start, end, article.published)
            ),
        )
