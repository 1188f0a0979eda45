"""Builds indexes and asks questions, every system in turn, and takes times and memory."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from evals.bench.corpora import BenchCorpus
from evals.bench.results import AskResult, BuildResult
from evals.bench.systems import BenchError, Contestant, Worker
from evals.types import Question

Runner = TypeVar("Runner")

Fail = Callable[[str, BenchError], None]
TOP_K = 10
DEPTHS = (30, 100, 300)  # Passages to take ten articles from; more where they are of fewer.
WARM_UP = 3


class Turns(Generic[Runner]):
    """The runners still taking part, by name; the order rotates by one with each number.

    Whatever slows the machine for a while slows all of them, and none always runs after the same
    one. A runner that raises BenchError is reported to ``fail`` and left out from then on.
    """

    def __init__(self, runners: Mapping[str, Runner], fail: Fail) -> None:
        self.still_in = dict(runners)
        self._fail = fail

    def each(self, number: int, do: Callable[[Runner], None]) -> None:
        """Call ``do`` with every runner that still takes part."""
        names = list(self.still_in)
        first = number % len(names) if names else 0
        for name in names[first:] + names[:first]:
            try:
                do(self.still_in[name])
            except BenchError as error:
                del self.still_in[name]
                self._fail(name, error)


def build_in_turn(
    competitors: Sequence[Contestant],
    corpus: BenchCorpus,
    indexes: Path,
    *,
    keep: Callable[[str, BuildResult], None],
    fail: Fail,
) -> None:
    """Let every system build as often as planned, each time in a fresh process and from nothing.

    The index goes to ``indexes / name``. After each build, ``keep`` receives a system's builds so
    far.
    """
    turns = Turns({competitor.name: competitor for competitor in competitors}, fail)
    done: dict[str, list[_Build]] = {competitor.name: [] for competitor in competitors}

    def build(competitor: Contestant) -> None:
        done[competitor.name].append(_build(competitor, corpus, indexes / competitor.name))
        keep(competitor.name, _together(done[competitor.name]))

    for number in range(corpus.plan.builds):
        turns.each(number, build)


@dataclass(frozen=True, slots=True)
class _Build:
    seconds: float
    embedding_seconds: float
    index_bytes: int
    peak_mb: float


def _build(competitor: Contestant, corpus: BenchCorpus, index: Path) -> _Build:
    shutil.rmtree(index, ignore_errors=True)
    index.parent.mkdir(parents=True, exist_ok=True)
    with competitor.start() as worker:
        reply = worker.build(corpus.folder, index)
        indexed = reply.result["passages"]
        if indexed != corpus.passages:
            raise BenchError(
                f"{competitor.name} indexed {indexed:,} passages of {corpus.plan.name} instead of "
                f"{corpus.passages:,}, so it cannot be compared."
            )
        peak_mb = worker.peak_mb()
    size = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    return _Build(reply.seconds, reply.result["embedding_seconds"], size, peak_mb)


def _together(builds: Sequence[_Build]) -> BuildResult:
    return BuildResult(
        tuple(build.seconds for build in builds),
        tuple(build.embedding_seconds for build in builds),
        builds[-1].index_bytes,
        max(build.peak_mb for build in builds),
    )


def ask_in_turn(
    competitors: Sequence[Contestant],
    corpus: BenchCorpus,
    indexes: Path,
    *,
    keep: Callable[[str, AskResult], None],
    fail: Fail,
) -> None:
    """Time cold starts of every system, then ask the questions in rounds.

    All systems are open at the same time and answer each question in turn; where they would not fit
    into memory together, one system after the other is asked alone. ``keep`` receives the result of
    each system that did not fail, as soon as it is done.
    """
    starts = _cold_starts(competitors, corpus, indexes, fail)
    left = [competitor for competitor in competitors if competitor.name in starts]
    groups = [left] if corpus.plan.together else [[competitor] for competitor in left]
    for group in groups:
        for name, asked in _ask_beside_each_other(group, corpus, indexes, starts, fail).items():
            keep(name, asked)


def _cold_starts(
    competitors: Sequence[Contestant], corpus: BenchCorpus, indexes: Path, fail: Fail
) -> dict[str, list[float]]:
    turns = Turns({competitor.name: competitor for competitor in competitors}, fail)
    seconds: dict[str, list[float]] = {competitor.name: [] for competitor in competitors}
    question = corpus.questions[0].question

    def start(competitor: Contestant) -> None:
        seconds[competitor.name].append(cold_start(competitor, indexes / competitor.name, question))

    for number in range(corpus.plan.starts):
        turns.each(number, start)
    return {name: seconds[name] for name in turns.still_in}


def cold_start(competitor: Contestant, index: Path, question: str) -> float:
    """Seconds from the start of a process to its first answer, or hit where it has no reader."""
    started = time.perf_counter()
    with competitor.start() as worker:
        worker.open(index)
        (worker.ask if competitor.answers else worker.search)(question, TOP_K)
        return time.perf_counter() - started


@dataclass(slots=True)
class _Lane:
    """One system with its open worker, and its results so far."""

    competitor: Contestant
    worker: Worker
    find_ms: list[float] = field(default_factory=list)
    answer_ms: list[float] = field(default_factory=list)
    found: dict[str, tuple[str, ...]] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)

    def put(self, question: Question, *, timed: bool) -> None:
        reply = self.worker.search(question.question, TOP_K)
        if timed:
            self.find_ms.append(1000 * reply.seconds)
        if not self.competitor.answers:
            return
        reply = self.worker.ask(question.question, TOP_K)
        self.answers[question.id] = reply.result
        if timed:
            self.answer_ms.append(1000 * reply.seconds)

    def rank(self, question: Question) -> None:
        """Ten articles, in the order of their best passages."""
        for depth in DEPTHS:
            reply = self.worker.search(question.question, depth)
            self.found[question.id] = tuple(dict.fromkeys(reply.result))[:TOP_K]
            if len(self.found[question.id]) == TOP_K:
                return

    def asked(self, start_s: Sequence[float]) -> AskResult:
        return AskResult(
            tuple(start_s),
            tuple(self.find_ms),
            tuple(self.answer_ms),
            self.worker.peak_mb(),
            self.found,
            self.answers,
        )


def _ask_beside_each_other(
    competitors: Sequence[Contestant],
    corpus: BenchCorpus,
    indexes: Path,
    starts: dict[str, list[float]],
    fail: Fail,
) -> dict[str, AskResult]:
    done: dict[str, AskResult] = {}
    with ExitStack() as stack:
        lanes = {
            competitor.name: _Lane(competitor, stack.enter_context(competitor.start()))
            for competitor in competitors
        }
        turns = Turns(lanes, fail)
        turns.each(0, partial(_ready, corpus, indexes))
        for number in range(corpus.plan.rounds):
            for place, question in enumerate(corpus.questions):
                turns.each(number + place, partial(_put, question))
        if corpus.plan.kind == "judged":
            for number, question in enumerate(corpus.questions):
                turns.each(number, partial(_rank, question))

        def finish(lane: _Lane) -> None:
            done[lane.competitor.name] = lane.asked(starts[lane.competitor.name])

        turns.each(0, finish)
    return done


def _put(question: Question, lane: _Lane) -> None:
    lane.put(question, timed=True)


def _rank(question: Question, lane: _Lane) -> None:
    lane.rank(question)


def _ready(corpus: BenchCorpus, indexes: Path, lane: _Lane) -> None:
    lane.worker.open(indexes / lane.competitor.name)
    for question in corpus.questions[:WARM_UP]:
        lane.put(question, timed=False)
