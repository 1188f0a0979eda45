"""Asks every question of a set, scores the answers and checks every quotation."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from evals.engine import ELSEWHERE, EvalEngine, Settings, opened
from evals.scoring import is_retrieval, score, stage
from evals.sets import EvalSet
from evals.types import Outcome, Question
from rag.config import AskConfig, BuildConfig
from rag.errors import ConfigError, IndexMismatch, RagError
from rag.index.local import LocalStore
from rag.ingest.build import build as run_build
from rag.present.json import answer_json
from rag.types import Article, Hit, IndexInfo

# An index notes more than its settings: by which rules its passages were cut.
_OF_A_BUILD = {field.name for field in fields(BuildConfig)} - ELSEWHERE
Places = tuple[tuple[str, int, int], ...]
Settled = Mapping[str, Mapping[str, Any]]


def check_index(asked: EvalSet, folder: Path) -> Mapping[str, Any]:
    """The settings that the index in ``folder`` was built with.

    Raises IndexMismatch when it holds other articles than those that the set is about, and another
    IndexUnusable when it cannot be opened.
    """
    with LocalStore.open(folder) as index:
        held = {entry.id: entry.sha256 for entry in index.entries()}
        built = {name: index.settings[name] for name in index.settings if name in _OF_A_BUILD}
    wanted = {name: article.sha256 for name, article in asked.articles.items()}
    if held != wanted:
        differing = sorted({name for name, _ in held.items() ^ wanted.items()})
        raise IndexMismatch(
            f"The index {folder} is not of the articles of {asked.name!r} ({len(differing)} are "
            f"missing, foreign or changed, {differing[0]!r} first); build it from {asked.folder} "
            "with: dateline build --articles … --index …"
        )
    return built


@dataclass(frozen=True, slots=True)
class Run:
    """All that happened to a set's questions.

    ``corpus`` and ``questions`` are the set's fingerprints; ``settings`` those of the index
    (``build``) and of asking (``ask``); ``warnings`` what the engine said on opening; ``broken``
    the ids of questions whose quotations are not in their articles; ``left_out`` the lines of the
    set that make no question; ``peak_memory_mb`` is that of this process.
    """

    name: str
    corpus: str
    questions: str
    index: IndexInfo
    settings: Settled
    warnings: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    broken: tuple[str, ...]
    peak_memory_mb: float
    left_out: tuple[str, ...] = ()

    @property
    def halved(self) -> bool:
        """Whether some questions were tuned on and others were not."""
        return any(outcome.question.half for outcome in self.outcomes)


def run_set(
    asked: EvalSet,
    *,
    work: Path,
    models: Path,
    settings: Settings | None = None,
    index: Path | None = None,
    reader_only: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Run:
    """Index the set's articles below ``work``, if that is not done, and ask its questions.

    ``index`` is one that is there already, to be asked instead. ``reader_only`` reads each
    question's own context instead of searching for it. Raises a RagError when the index can be
    neither built nor opened or holds other articles, or when a context is missing.
    """
    if reader_only and not all(question.context for question in asked.questions):
        raise ConfigError(
            f"The questions of {asked.name!r} have no contexts to read; leave out --reader-only."
        )
    settings = settings or Settings()
    place = index or work / asked.name / settings.index_name
    build, ask = settings.configs(asked.folder, place, models)
    if index is None:
        run_build(build)
    settled = {"build": check_index(asked, place), "ask": _ask_settings(ask)}
    with opened(ask, reader_only=reader_only, search=settings.search) as engine:
        return ask_all(asked, engine, settings=settled, progress=progress)


def _ask_settings(config: AskConfig) -> dict[str, Any]:
    """The settings that decide an answer; not where things lie on this machine."""
    names = sorted(field.name for field in fields(config) if field.name not in ELSEWHERE)
    return {name: getattr(config, name) for name in names}


def ask_all(
    asked: EvalSet,
    engine: EvalEngine,
    *,
    settings: Settled,
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
        settings=settings,
        warnings=engine.warnings,
        outcomes=tuple(outcomes),
        broken=tuple(broken),
        peak_memory_mb=round(peak_memory_mb(), 1),
        left_out=asked.left_out,
    )


def ask_one(question: Question, engine: EvalEngine) -> Outcome:
    """Ask one question and score what comes back; an error is an outcome, and wrong."""
    try:
        started = time.perf_counter()
        answer = engine.ask(question)
        latency_ms = (time.perf_counter() - started) * 1000
        unsure = answer.reason == "low_confidence" and not question.unanswerable
        forced_answer = engine.force_answer(question) if unsure else answer
        hits = engine.search(answer)
    except Exception as error:  # Whatever it is, the question counts as wrong and is shown.
        return _failed(question, error, searches=engine.searches)
    passages, read = _passages(hits), _passages(hits[: engine.top_k])
    said = answer_json(answer, question_id=question.id, timings=True)
    forced = answer_json(forced_answer) if unsure else said
    scores = _scores(question, said, forced, passages, searches=engine.searches)
    return Outcome(
        question=question,
        answer=said,
        retrieved=_articles(passages),
        passages=passages,
        latency_ms=latency_ms,
        scores=scores,
        stage=stage(question, said, scores, _articles(read), read),
    )


def _failed(question: Question, error: Exception, *, searches: bool) -> Outcome:
    label = str(error) if isinstance(error, RagError) else f"{type(error).__name__}: {error}"
    scores = _scores(question, {}, {}, (), searches=searches)
    return Outcome(question, answer={}, error=label, scores=scores, stage="error")


def _scores(
    question: Question,
    said: Mapping[str, Any],
    forced: Mapping[str, Any],
    passages: Places,
    *,
    searches: bool,
) -> dict[str, float]:
    """The metrics of the answer; and whether the answer is right if none may be refused.

    Without ``searches`` there are no metrics of a search.
    """
    found = _articles(passages)
    scores = dict(score(question, said, found, passages))
    if "correct" in scores:
        right = scores if forced is said else score(question, forced, found, passages)
        scores |= _if_answered(question, scores, right)
    return {name: value for name, value in scores.items() if searches or not is_retrieval(name)}


def _if_answered(
    question: Question, scores: Mapping[str, float], forced: Mapping[str, float]
) -> dict[str, float]:
    """``correct`` by whether there is an answer, and what is right when nothing is refused."""
    if question.unanswerable:
        return {"correct_unanswerable": scores["correct"], "if_answered": 0.0}
    more = {"correct_answerable": scores["correct"], "if_answered": forced["correct"]}
    if "squad2_f1" in scores:
        more |= {"em_if_answered": forced["em"], "f1_if_answered": forced["f1"]}
    return more


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
    """Whether every quotation and sentence stands, letter for letter, where the answer places it.

    ``articles`` were read from their files by themselves, not taken from the index.
    """
    return all(
        (article := articles.get(cited["article_id"])) is not None
        and article.text[cited["start"] : cited["end"]] == cited["quote"]
        and article.text[cited["sentence_start"] : cited["sentence_end"]] == cited["sentence"]
        for cited in (*answer.get("citations", ()), *answer.get("nearest", ()))
    )


def peak_memory_mb() -> float:
    """The most memory that this process has held so far, in MB of 1,000,000 bytes (getrusage)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
