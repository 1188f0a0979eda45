from __future__ import annotations

from collections.abc import Sequence

from rag.answer.engine import Readings
from rag.answer.evidence import Ranker, Weights
from rag.models.reader import Reading
from rag.types import Passage, Span
from tests.answer.making import article, hit

STORY = article("One two three. Four five six. Seven eight nine.")
FIRST, SECOND = Passage(STORY, 0, 29, 0), Passage(STORY, 15, 47, 1)
OTHER = Passage(article("Nothing here.", article_id="b"), 0, 13, 0)
HITS = [hit(one, rank=rank) for rank, one in enumerate((SECOND, OTHER, FIRST), 1)]


class Marks:
    """A reader that finds the spans it was given in an article, whatever is asked."""

    name = "marks"

    def __init__(self, *spans: Span) -> None:
        self._spans = spans

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        return [Reading(self._inside(passage), 0.0) for passage in passages]

    def _inside(self, passage: Passage) -> tuple[Span, ...]:
        return tuple(
            span
            for span in self._spans
            if passage.article is STORY and passage.start <= span.start and span.end <= passage.end
        )


def ranker(*spans: Span) -> Ranker:
    return Ranker(Marks(*spans), Weights(1.0))


def test_a_passage_has_the_best_score_of_what_lies_in_it() -> None:
    readings = Readings()
    # "Four" lies in both passages; "One" in the first alone, and "nine" in the second.
    readings.by(ranker(Span(15, 19, 3.0), Span(0, 3, 5.0), Span(42, 46, 1.0)), "q", HITS)()
    assert [one.reader for one in readings.considered(HITS)] == [3.0, None, 5.0]
    assert [one.hit for one in readings.considered(HITS)] == HITS


def test_the_reader_that_is_asked_first_leads() -> None:
    readings = Readings()
    spans = readings.by(ranker(Span(0, 3, 5.0)), "q", HITS)
    sentences = readings.by(ranker(Span(0, 14, 0.1)), "q", HITS)
    assert [one.reader for one in readings.considered(HITS)] == [None, None, None]
    sentences()
    spans()
    assert [one.reader for one in readings.considered(HITS)] == [None, None, 0.1]


def test_what_was_not_read_has_no_score() -> None:
    readings = Readings()
    readings.by(ranker(Span(15, 19, 3.0)), "q", HITS[:1])()
    assert [one.reader for one in readings.considered(HITS[:2])] == [3.0, None]
