"""Engines: settings in; something that answers reference questions as a user would ask them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from evals.types import Question
from rag.answer.components import open_components
from rag.answer.pipeline import Pipeline
from rag.config import AskConfig
from rag.dates.windows import explicit_window
from rag.errors import QuestionError
from rag.index.local import LocalStore
from rag.retrieval.retriever import Retriever
from rag.types import Answer, Hit, IndexInfo, Passage, Query

DEPTH = 3
UNDATED_TODAY = date(2000, 1, 1)


class Engine(Protocol):
    """What a run asks.

    ``ask`` answers as a user would be answered, and ``press`` however unsure. ``search`` gives the
    hits behind an answer, best first, more of them than are read; ``ask`` has read the first
    ``top_k``. All may raise anything: the question then counts as wrong. ``searches`` is False
    where the passage is given, ``warnings`` say what was found wrong on opening.
    """

    top_k: int
    searches: bool
    info: IndexInfo
    warnings: tuple[str, ...]

    def ask(self, question: Question) -> Answer: ...

    def press(self, question: Question) -> Answer: ...

    def search(self, answer: Answer) -> Sequence[Hit]: ...


class OpenEngine:
    """Searches all the articles and reads what it finds: the Pipeline as it is.

    ``pressed`` is one over the same index that refuses nothing for being unsure.
    """

    searches = True

    def __init__(self, pipeline: Pipeline, pressed: Pipeline, *, top_k: int) -> None:
        self._pipeline, self._pressed = pipeline, pressed
        self.top_k = top_k
        self.info, self.warnings = pipeline.info, pipeline.warnings

    def ask(self, question: Question) -> Answer:
        return ask_as(self._pipeline, question)

    def press(self, question: Question) -> Answer:
        return ask_as(self._pressed, question)

    def search(self, answer: Answer) -> Sequence[Hit]:
        return self._pipeline.retrieve(answer.query, top_k=DEPTH * self.top_k)


def ask_as(pipeline: Pipeline, question: Question) -> Answer:
    """The answer to a reference question, asked with all that the asker gives besides.

    A question that does not say when it is asked is asked on the day of the newest article, so that
    the answer is the same on every day.
    """
    return pipeline.ask(
        question.question,
        history=question.history,
        window=explicit_window(as_of=question.as_of),
        today=question.today or pipeline.info.newest_article or UNDATED_TODAY,
    )


class ReaderEngine:
    """Reads each question's own context and searches nothing."""

    top_k = 1
    searches = False

    def __init__(self, pipeline: Pipeline, pressed: Pipeline, given: Given) -> None:
        self._pipeline, self._pressed = pipeline, pressed
        self._given = given
        self.info, self.warnings = pipeline.info, pipeline.warnings
        articles = (pipeline.article(entry.id) for entry in pipeline.entries())
        self._contexts = {article.text: article for article in articles}

    def ask(self, question: Question) -> Answer:
        return self._read(self._pipeline, question)

    def press(self, question: Question) -> Answer:
        return self._read(self._pressed, question)

    def _read(self, pipeline: Pipeline, question: Question) -> Answer:
        article = self._contexts.get(question.context or "")
        if article is None:
            raise QuestionError(
                f"Question {question.id!r} has no context among the articles; "
                "leave out --reader-only."
            )
        self._given.passage = Passage(article, article.body, len(article.text), 0)
        return ask_as(pipeline, question)

    def search(self, answer: Answer) -> Sequence[Hit]:
        return self._given.retrieve(answer.query)


class Given(Retriever):
    """Finds the passage that it was handed, at the highest scores there are."""

    def __init__(self) -> None:
        self.passage: Passage | None = None

    def retrieve(self, query: Query, *, top_k: int | None = None) -> list[Hit]:
        return [Hit(self.passage, 1.0, 1, 1.0, 1.0)] if self.passage and query.text else []


@contextmanager
def opened(
    config: AskConfig, *, reader_only: bool = False, search: Mapping[str, Any] | None = None
) -> Iterator[Engine]:
    """The engine over the index of ``config``; raises a RagError when it cannot be opened.

    ``search`` are arguments of ``open_components``.
    """
    given = Given() if reader_only else None
    with (
        _pipeline(config, given, search or {}) as pipeline,
        _pipeline(replace(config, min_confidence=0.0), given, search or {}) as pressed,
    ):
        if given is None:
            yield OpenEngine(pipeline, pressed, top_k=config.top_k)
        else:
            yield ReaderEngine(pipeline, pressed, given)


def _pipeline(config: AskConfig, given: Given | None, search: Mapping[str, Any]) -> Pipeline:
    index = LocalStore.open(config.index)
    parts = open_components(index, config, **search)
    return Pipeline(index, replace(parts, retriever=given) if given else parts, config)
