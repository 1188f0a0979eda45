"""The protocol of what answers questions, and the stages that an answer passes through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from rag.answer.evidence import Candidate, Ranker
from rag.index.base import TextSearch
from rag.query.history import History
from rag.query.understand import Corrections, Understood
from rag.types import Answer, Article, Hit, IndexInfo, Query, Window


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The passages found for ``query``, best first; they are read next."""

    query: Query
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class ConsideredPassage:
    """A passage found, and the best score of an answer that the reader sees in it.

    ``reader`` is ``None`` where the reader has not read the passage or sees none in it; like every
    score it is better when higher, and compares between passages of one question.
    """

    hit: Hit
    reader: float | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer, and every passage that was considered for it, best first."""

    answer: Answer
    considered: tuple[ConsideredPassage, ...]


Stage = Understood | Retrieved | Answered


def last(stages: Iterable[Stage]) -> Answered:
    """The last one of a question's stages, which holds its answer."""
    *_, answered = stages
    assert isinstance(answered, Answered)
    return answered


class ReadingLog:
    """What the readers make of a question's hits; the one that is asked first leads."""

    def __init__(self) -> None:
        self._first: list[Candidate] | None = None

    def by(
        self, ranker: Ranker, question: str, hits: Sequence[Hit]
    ) -> Callable[[], list[Candidate]]:
        """What the ranker finds, noted when it is asked for."""

        def read() -> list[Candidate]:
            candidates = ranker.candidates(question, hits)
            if self._first is None:
                self._first = candidates
            return candidates

        return read

    def considered(self, hits: Sequence[Hit]) -> tuple[ConsideredPassage, ...]:
        """The hits, each with the leading reader's best score for what lies in it.

        A candidate in the overlap of two passages counts for both.
        """
        found: defaultdict[str, list[Candidate]] = defaultdict(list)
        for candidate in self._first or ():
            found[candidate.article_id].append(candidate)
        return tuple(
            ConsideredPassage(hit, _best(hit, found[hit.passage.article.id])) for hit in hits
        )


def _best(hit: Hit, candidates: Iterable[Candidate]) -> float | None:
    passage = hit.passage
    return max(
        (
            candidate.span.score
            for candidate in candidates
            if passage.start <= candidate.span.start and candidate.span.end <= passage.end
        ),
        default=None,
    )


class Engine(Protocol):
    """One immutable version of the index, opened. Methods may be called from several threads."""

    @property
    def info(self) -> IndexInfo: ...
    @property
    def texts(self) -> TextSearch: ...
    def ask(
        self,
        question: str,
        *,
        history: History = (),
        window: Window | None = None,
        today: date | None = None,
        corrections: Corrections | None = None,
    ) -> Answer: ...
    def asking(
        self,
        question: str,
        *,
        history: History = (),
        window: Window | None = None,
        today: date | None = None,
        corrections: Corrections | None = None,
    ) -> Iterator[Stage]: ...
    def article(self, article_id: str) -> Article: ...
