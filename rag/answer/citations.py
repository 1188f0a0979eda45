"""Turns quotations into citations in their sentences, each checked against the index."""

from __future__ import annotations

from collections.abc import Callable

from rag.answer.evidence import Pick, sentence_around
from rag.answer.rules.switches import ALL_RULES, Rules
from rag.answer.speakers import speaker
from rag.dates.anchoring import article_dates
from rag.errors import IndexDamaged
from rag.text.sentences import Offsets
from rag.types import Article, Citation, DatedWords, Occurrence, Passage


class Citer:
    """Makes citations; ``stored`` returns the article that the index holds under an id."""

    def __init__(self, stored: Callable[[str], Article], rules: Rules = ALL_RULES) -> None:
        self._stored = stored
        self._rules = rules

    def cite(self, pick: Pick) -> Citation:
        """The quotation in its sentence, with its copies and the other articles that say the same.

        Raises IndexDamaged when the stored article does not have it at its place.
        """
        self._verify(pick)
        article = pick.hit.passage.article
        start, end = sentence_around(pick.hit.passage, pick.start, pick.end)
        return Citation(
            article=article,
            start=pick.start,
            end=pick.end,
            sentence_start=start,
            sentence_end=end,
            score=pick.score,
            copies=tuple(copy for copy in pick.hit.copies if pick.quote in copy.article.text),
            also=tuple(self.cite(other) for other in pick.also),
            speaker=self._speaker(pick, (start, end)),
            dates=tuple(
                DatedWords(words.start, words.end, words.after, words.before)
                for words in article_dates(article.text, start, end, article.published)
            ),
        )

    def _verify(self, pick: Pick) -> None:
        article = pick.hit.passage.article
        if self._stored(article.id).text[pick.start : pick.end] != pick.quote:
            raise IndexDamaged(
                f"A quotation from article {article.id!r} is not in its text; "
                "run `dateline check`, then build again with --full."
            )

    def _speaker(self, pick: Pick, sentence: Offsets) -> Offsets | None:
        if not self._rules.speakers:
            return None
        return speaker(pick.hit.passage.article.text, sentence, (pick.start, pick.end))


def citation(place: Occurrence) -> Citation:
    """The place as a citation, in the sentence or sentences that it touches."""
    article = place.article
    begin = article.body if place.start >= article.body else 0
    story = Passage(article, begin, len(article.text), 0)
    first, last = sentence_around(story, place.start, place.end)
    return Citation(article, place.start, place.end, first, last, score=1.0)


def inside_word(place: Occurrence) -> bool:
    """Whether the place begins or ends inside a word, as “he said” does in “she said”."""
    return _inside_word_at(place.article.text, place.start) or _inside_word_at(
        place.article.text, place.end
    )


def _inside_word_at(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1 : at + 1].isalnum()
