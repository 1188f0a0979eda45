"""Systems with their indexes and questions in; what each found, and how fast, out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from evals.bench.competitor import Competitor
from evals.bench.corpora import Corpus
from evals.bench.process import Worker
from evals.bench.results import Asked
from evals.bench.turns import Fail, Turns
from evals.types import Question

TOP_K = 10
DEPTHS = (30, 100, 300)  # Passages to take ten articles from; more where they are of fewer.
WARM_UP = 3


def ask_in_turn(
    competitors: Sequence[Competitor],
    corpus: Corpus,
    indexes: Path,
    *,
    keep: Callable[[str, Asked], None],
    fail: Fail,
) -> None:
    """Fresh starts of every system first, then the questions in rounds.

    Each question is put to one system after the other, all of them open at the same time; where
    they would not fit beside each other, to one system alone after the other. ``keep`` is given
    what a system did that did not fail, as soon as it is done.
    """
    starts = _cold_starts(competitors, corpus, indexes, fail)
    left = [competitor for competitor in competitors if competitor.name in starts]
    groups = [left] if corpus.plan.together else [[competitor] for competitor in left]
    for group in groups:
        for name, asked in _ask_beside_each_other(group, corpus, indexes, starts, fail).items():
            keep(name, asked)


def _cold_starts(
    competitors: Sequence[Competitor], corpus: Corpus, indexes: Path, fail: Fail
) -> dict[str, list[float]]:
    turns = Turns({competitor.name: competitor for competitor in competitors}, fail)
    seconds: dict[str, list[float]] = {competitor.name: [] for competitor in competitors}
    question = corpus.questions[0].question

    def start(competitor: Competitor) -> None:
        seconds[competitor.name].append(cold_start(competitor, indexes / competitor.name, question))

    for number in range(corpus.plan.starts):
        turns.each(number, start)
    return {name: seconds[name] for name in turns.still_in}


def cold_start(competitor: Competitor, index: Path, question: str) -> float:
    """Seconds from the start of a process to its first answer, or result where it cannot read."""
    started = time.perf_counter()
    with competitor.start() as worker:
        worker.open(index)
        (worker.ask if competitor.answers else worker.search)(question, TOP_K)
        return time.perf_counter() - started


@dataclass(slots=True)
class _Lane:
    """One system with its open worker, and what it has done so far."""

    competitor: Competitor
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

    def asked(self, start_s: Sequence[float]) -> Asked:
        return Asked(
            tuple(start_s),
            tuple(self.find_ms),
            tuple(self.answer_ms),
            self.worker.peak_mb(),
            self.found,
            self.answers,
        )


def _ask_beside_each_other(
    competitors: Sequence[Competitor],
    corpus: Corpus,
    indexes: Path,
    starts: dict[str, list[float]],
    fail: Fail,
) -> dict[str, Asked]:
    done: dict[str, Asked] = {}
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


def _ready(corpus: Corpus, indexes: Path, lane: _Lane) -> None:
    lane.worker.open(indexes / lane.competitor.name)
    for question in corpus.questions[:WARM_UP]:
        lane.put(question, timed=False)
