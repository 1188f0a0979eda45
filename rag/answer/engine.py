"""How an engine is asked, the stages that it answers in, and what every engine must offer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ParamSpec, Protocol

from rag.answer.evidence import Candidate
from rag.index.base import ArticleRow, TextSearch
from rag.query.history import History
from rag.query.understand import Corrections, Understood
from rag.types import Answer, Article, Hit, IndexInfo, Query, Window

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class AskOptions:
    """How a question is asked, besides its own words.

    Articles published inside ``window`` answer it. Relative dates count from ``today``, by default
    the day of the call. ``top_k`` stories are read, by default as many as the kind of answer
    needs. ``corrections`` change how the question is understood. ``history`` are earlier
    questions, oldest first, which a follow-up is completed from, each with what was answered and
    cited, or alone: then it is asked again before a follow-up, to know who "she" is.
    """

    window: Window | None = None
    today: date | None = None
    top_k: int | None = None
    corrections: Corrections | None = None
    history: History = ()


DEFAULTS = AskOptions()


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The passages found for ``query``, best first; they are read next."""

    query: Query
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class ConsideredPassage:
    """A retrieved passage and the reader's best score for an answer in it.

    ``reader`` is None where the passage was not read or has no candidate. Higher is better, and
    scores compare between the passages of one question.
    """

    hit: Hit
    reader: float | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer, and every passage that was retrieved for it, best first."""

    answer: Answer
    considered: tuple[ConsideredPassage, ...]


Stage = Understood | Retrieved | Answered


def final_stage(stages: Iterable[Stage]) -> Answered:
    """Runs through a question's stages and returns the last one, which has the answer."""
    *_, answered = stages
    assert isinstance(answered, Answered)
    return answered


class ReadingLog:
    """Records what the first reader that is used for a question finds in its hits."""

    def __init__(self) -> None:
        self._first: list[Candidate] | None = None

    def noting(self, find: Callable[P, list[Candidate]]) -> Callable[P, list[Candidate]]:
        """``find``, whose candidates are recorded if it is the first to find any."""

        def found(*args: P.args, **named: P.kwargs) -> list[Candidate]:
            candidates = find(*args, **named)
            if self._first is None:
                self._first = candidates
            return candidates

        return found

    def considered(self, hits: Sequence[Hit]) -> tuple[ConsideredPassage, ...]:
        """The hits, each with the recorded reader's best score in it.

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
    """One immutable version of the index, opened. Methods may be called from several threads.

    ``asking`` gives Understood, then Retrieved, then Answered, the last one; each stage is worked
    on when it is asked for. It raises QuestionError for a question that cannot be asked.
    ``inspect`` gives the passages that other settings than the engine's own find, best first;
    without ``collapse``, copies of a story each take a place. ``article`` raises QuestionError for
    an unknown id. ``current`` is False once there is a newer version. ``warnings`` say what was
    found wrong on opening, one sentence each.
    """

    @property
    def info(self) -> IndexInfo: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...
    @property
    def texts(self) -> TextSearch: ...
    def asking(self, question: str, options: AskOptions = DEFAULTS) -> Iterator[Stage]: ...
    def inspect(
        self, query: Query, *, top_k: int, dense_weight: float, collapse: bool = True
    ) -> Sequence[Hit]: ...
    def article(self, article_id: str) -> Article: ...
    def entries(self) -> Sequence[ArticleRow]: ...
    def current(self) -> bool: ...
    def close(self) -> None: ...
