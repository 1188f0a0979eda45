"""How the engine under evaluation is configured, opened and asked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from evals.types import Question
from rag.answer.components import open_components
from rag.answer.pipeline import Pipeline
from rag.config import AskConfig, BuildConfig
from rag.dates.windows import explicit_window
from rag.errors import ConfigError, QuestionError
from rag.index.local import LocalStore
from rag.retrieval.retriever import Retriever
from rag.types import Answer, Hit, IndexInfo, Passage, Query

# Where things lie on this machine, and how many threads: no part of what is measured.
ELSEWHERE = frozenset({"articles", "index", "model", "models", "threads"})
DEPTH = 3
UNDATED_TODAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a set is indexed and asked: changes to the fields of BuildConfig and of AskConfig.

    ``search`` are arguments of ``open_components``, for what is only compared with.
    """

    name: str = "default"
    build: Mapping[str, Any] = field(default_factory=dict)
    ask: Mapping[str, Any] = field(default_factory=dict)
    search: Mapping[str, Any] = field(default_factory=dict)

    def configs(self, folder: Path, index: Path, models: Path) -> tuple[BuildConfig, AskConfig]:
        """The settings in full for the articles in ``folder``.

        Raises ConfigError for a value that is out of range or of the wrong type.
        """
        try:
            return (
                replace(BuildConfig(folder, index, models=models), **self.build),
                replace(AskConfig(folder, index, models=models, threads=0), **self.ask),
            )
        except TypeError as error:
            raise ConfigError(
                f"The settings {self.name!r} cannot be used ({error}); mend the value."
            ) from error

    @property
    def index_name(self) -> str:
        """The folder's name of the index: one for each way of building."""
        return "-".join(["index", *(f"{name}-{value}" for name, value in self.build.items())])


def settings_of(words: Sequence[str]) -> Settings:
    """The settings that differ from the default by words such as ``top_k=5`` and ``prefix=false``.

    A value is written as in ``dateline.toml``; a text needs no quotation marks. Raises ConfigError
    for a word without a value and for an unknown name.
    """
    builds, asks = (_names(config) for config in (BuildConfig, AskConfig))
    build: dict[str, Any] = {}
    ask: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in builds | asks:
            raise ConfigError(
                f"{word!r} sets nothing; write NAME=VALUE with one of: "
                f"{', '.join(sorted(builds | asks))}."
            )
        (build if name in builds else ask)[name] = _value(value)
    return Settings(", ".join(words) or "default", build=build, ask=ask)


def changed(settings: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """``NAME=VALUE`` of every setting of a run that is not the default."""
    defaults = {"build": BuildConfig(), "ask": AskConfig()}
    return [
        f"{name}={value}"
        for part, default in defaults.items()
        for name, value in settings.get(part, {}).items()
        if value != getattr(default, name)
    ]


def _names(config: type[BuildConfig] | type[AskConfig]) -> set[str]:
    return {field.name for field in fields(config)} - ELSEWHERE


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


class EvalEngine(Protocol):
    """What a run asks.

    ``ask`` answers as a user would be answered, and ``force_answer`` however unsure. ``search``
    gives the hits behind an answer, best first, more of them than are read; ``ask`` has read the
    first ``top_k``. All may raise anything: the question then counts as wrong. ``searches`` is
    False where the passage is given, ``warnings`` name the problems found on opening.
    """

    top_k: int
    searches: bool
    info: IndexInfo
    warnings: tuple[str, ...]

    def ask(self, question: Question) -> Answer: ...

    def force_answer(self, question: Question) -> Answer: ...

    def search(self, answer: Answer) -> Sequence[Hit]: ...


class OpenEngine:
    """Searches all the articles and reads what it finds: the Pipeline as it is.

    ``forced`` is one over the same index that refuses nothing for being unsure.
    """

    searches = True

    def __init__(self, pipeline: Pipeline, forced: Pipeline, *, top_k: int) -> None:
        self._pipeline, self._forcing = pipeline, forced
        self.top_k = top_k
        self.info, self.warnings = pipeline.info, pipeline.warnings

    def ask(self, question: Question) -> Answer:
        return ask_question(self._pipeline, question)

    def force_answer(self, question: Question) -> Answer:
        return ask_question(self._forcing, question)

    def search(self, answer: Answer) -> Sequence[Hit]:
        return self._pipeline.retrieve(answer.query, top_k=DEPTH * self.top_k)


def ask_question(pipeline: Pipeline, question: Question) -> Answer:
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

    def __init__(self, pipeline: Pipeline, forced: Pipeline, given: FixedPassage) -> None:
        self._pipeline, self._forcing = pipeline, forced
        self._given = given
        self.info, self.warnings = pipeline.info, pipeline.warnings
        articles = (pipeline.article(entry.id) for entry in pipeline.entries())
        self._contexts = {article.text: article for article in articles}

    def ask(self, question: Question) -> Answer:
        return self._read(self._pipeline, question)

    def force_answer(self, question: Question) -> Answer:
        return self._read(self._forcing, question)

    def _read(self, pipeline: Pipeline, question: Question) -> Answer:
        article = self._contexts.get(question.context or "")
        if article is None:
            raise QuestionError(
                f"Question {question.id!r} has no context among the articles; "
                "leave out --reader-only."
            )
        self._given.passage = Passage(article, article.body, len(article.text), 0)
        return ask_question(pipeline, question)

    def search(self, answer: Answer) -> Sequence[Hit]:
        return self._given.retrieve(answer.query)


class FixedPassage(Retriever):
    """Finds the passage that it was handed, at the highest scores there are."""

    def __init__(self) -> None:
        self.passage: Passage | None = None

    def retrieve(self, query: Query, *, top_k: int | None = None) -> list[Hit]:
        return [Hit(self.passage, 1.0, 1, 1.0, 1.0)] if self.passage and query.text else []


@contextmanager
def opened(
    config: AskConfig, *, reader_only: bool = False, search: Mapping[str, Any] | None = None
) -> Iterator[EvalEngine]:
    """The engine over the index of ``config``; raises a RagError when it cannot be opened.

    ``search`` are arguments of ``open_components``.
    """
    given = FixedPassage() if reader_only else None
    index = LocalStore.open(config.index)
    parts = open_components(index, config, **(search or {}))
    if given is not None:
        parts = replace(parts, retriever=given)
    forcing = replace(config, min_confidence=0.0)  # The one setting that no part depends on.
    with (
        Pipeline(index, parts, config) as pipeline,
        Pipeline(LocalStore.open(config.index), parts, forcing) as forced,
    ):
        if given is None:
            yield OpenEngine(pipeline, forced, top_k=config.top_k)
        else:
            yield ReaderEngine(pipeline, forced, given)
