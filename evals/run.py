"""The run: a set of questions and an engine in; what happened to each question out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evals.engine import Engine, opened
from evals.metrics.latency import peak_memory_mb
from evals.scoring import score, stage
from evals.sets import EvalSet
from evals.types import Outcome, Question
from rag.answer.render import answer_json
from rag.config import AskConfig, BuildConfig
from rag.errors import ConfigError, RagError
from rag.ingest.builder import build as run_build
from rag.types import Article, Hit, IndexInfo

Places = tuple[tuple[str, int, int], ...]
ELSEWHERE = frozenset({"articles", "index", "model", "models", "threads"})


@dataclass(frozen=True, slots=True)
class Settings:
    """How a set is indexed and asked: changes to the fields of BuildConfig and of AskConfig.

    ``search`` are arguments of ``open_parts``, for ways of searching that are only compared with.
    """

    name: str = "default"
    build: Mapping[str, Any] = field(default_factory=dict)
    ask: Mapping[str, Any] = field(default_factory=dict)
    search: Mapping[str, Any] = field(default_factory=dict)

    def configs(self, folder: Path, index: Path, models: Path) -> tuple[BuildConfig, AskConfig]:
        """The settings in full for the articles in ``folder``."""
        return (
            replace(BuildConfig(folder, index, models=models), **self.build),
            replace(AskConfig(folder, index, models=models), **self.ask),
        )

    @property
    def index_name(self) -> str:
        """The folder's name of the index: one for each way of building."""
        return "-".join(["index", *(f"{name}-{value}" for name, value in self.build.items())])


@dataclass(frozen=True, slots=True)
class Run:
    """All that happened to a set's questions.

    ``corpus`` and ``questions`` are the set's fingerprints; ``broken`` are the ids of questions
    whose quotations are not in their articles; ``peak_memory_mb`` is that of this process.
    """

    name: str
    corpus: str
    questions: str
    index: IndexInfo
    settings: Mapping[str, Any]
    outcomes: tuple[Outcome, ...]
    broken: tuple[str, ...]
    peak_memory_mb: float


def run_set(
    asked: EvalSet,
    *,
    work: Path,
    models: Path,
    settings: Settings | None = None,
    reader_only: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Run:
    """Index the set's articles below ``work``, if that is not done, and ask its questions.

    ``reader_only`` reads each question's own context instead of searching for it. Raises a
    RagError when the index can be neither built nor opened, or a context is missing.
    """
    if reader_only and not all(question.context for question in asked.questions):
        raise ConfigError(
            f"The questions of {asked.name!r} have no contexts to read; leave out --reader-only."
        )
    settings = settings or Settings()
    build, ask = settings.configs(asked.folder, work / asked.name / settings.index_name, models)
    run_build(build)
    with opened(ask, reader_only=reader_only, search=settings.search) as engine:
        return ask_all(asked, engine, build=build, ask=ask, progress=progress)


def ask_all(
    asked: EvalSet,
    engine: Engine,
    *,
    build: BuildConfig,
    ask: AskConfig,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Run:
    """Ask ``engine`` every question of the set, one after the other."""
    outcomes, broken = [], []
    for question in asked.questions:
        outcome = ask_one(question, engine)
        outcomes.append(outcome)
        if not quotations_hold(outcome.answer, asked.articles):
            broken.append(question.id)
        progress(len(outcomes), len(asked.questions))
    return Run(
        name=asked.name,
        corpus=asked.corpus,
        questions=asked.fingerprint,
        index=engine.info,
        settings={"build": _told(build), "ask": _told(ask)},
        outcomes=tuple(outcomes),
        broken=tuple(broken),
        peak_memory_mb=round(peak_memory_mb(), 1),
    )


def ask_one(question: Question, engine: Engine) -> Outcome:
    """Ask one question and score what comes back; an error is an outcome, and wrong."""
    try:
        started = time.perf_counter()
        answer = engine.ask(question)
        latency_ms = (time.perf_counter() - started) * 1000
        unsure = answer.reason == "low_confidence" and not question.unanswerable
        pressed = engine.press(question) if unsure else answer
        hits = engine.search(answer)
    except Exception as error:  # Whatever it is, the question counts as wrong and is shown.
        return _failed(question, error)
    passages, read = _passages(hits), _passages(hits[: engine.top_k])
    said = answer_json(answer, question_id=question.id, timings=True)
    scores = _scores(question, said, answer_json(pressed), passages)
    return Outcome(
        question=question,
        answer=said,
        retrieved=_articles(passages),
        passages=passages,
        latency_ms=latency_ms,
        scores=scores,
        stage=stage(question, said, scores, _articles(read), read),
    )


def _failed(question: Question, error: Exception) -> Outcome:
    says = str(error) if isinstance(error, RagError) else f"{type(error).__name__}: {error}"
    scores = _scores(question, {}, {}, ())
    return Outcome(question, answer={}, error=says, scores=scores, stage="error")


def _scores(
    question: Question, said: Mapping[str, Any], pressed: Mapping[str, Any], passages: Places
) -> dict[str, float]:
    """The metrics of what was said; and, of what is said when pressed, whether that is right."""
    found = _articles(passages)
    scores = dict(score(question, said, found, passages))
    if "correct" not in scores:
        return scores
    able = "unanswerable" if question.unanswerable else "answerable"
    scores[f"correct_{able}"] = scores["correct"]
    forced = scores if pressed == said else score(question, pressed, found, passages)
    scores["if_answered"] = 0.0 if question.unanswerable else forced["correct"]
    if "squad2_f1" in scores:
        scores["f1_if_answered"] = 0.0 if question.unanswerable else forced["squad2_f1"]
    return scores


def _passages(hits: Sequence[Hit]) -> Places:
    """Article id, start and end of every hit, each followed by its copies."""
    return tuple(
        (passage.article.id, passage.start, passage.end)
        for hit in hits
        for passage in (hit.passage, *hit.copies)
    )


def _articles(passages: Places) -> tuple[str, ...]:
    return tuple(dict.fromkeys(article_id for article_id, _, _ in passages))


def quotations_hold(answer: Mapping[str, Any], articles: Mapping[str, Article]) -> bool:
    """Whether every quotation and sentence shown is, letter for letter, where it is said to be.

    ``articles`` were read from their files by themselves, not taken from the index.
    """
    return all(
        (article := articles.get(cited["article_id"])) is not None
        and article.text[cited["start"] : cited["end"]] == cited["quote"]
        and article.text[cited["sentence_start"] : cited["sentence_end"]] == cited["sentence"]
        for cited in (*answer.get("citations", ()), *answer.get("nearest", ()))
    )


def _told(config: BuildConfig | AskConfig) -> dict[str, Any]:
    """The settings that decide an answer; not where things lie on this machine."""
    return {
        name: getattr(config, name) for name in sorted(config.__slots__) if name not in ELSEWHERE
    }
