"""Measures how long answers take while the index is rebuilt, and how long otherwise.

    python -m evals.rebuilding

Eight askers ask without pause, four at a time as in the chat. Again and again an article changes
and the index is rebuilt, followed by a number of answers without a rebuild, so that both kinds come
from one run. Exit code 0: no error, and no answer that mixes two versions; 1: otherwise.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from evals.metrics.uncertainty import percentile
from evals.sets import OWN_SETS, open_set
from rag.answer.engine import final_stage
from rag.answer.pipeline import Pipeline
from rag.config import AskConfig, BuildConfig
from rag.ingest.build import build
from rag.service import Service
from rag.types import Answer
from rag.web.server import open_service

COUNTER = "counter"
COUNTED = "What does the counter of Veldt stand at?"
RUNNING = 4
_PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class TimedAnswer:
    """An answer, what it took, and whether the index was rebuilt meanwhile."""

    answer: Answer
    ms: float
    rebuilding: bool


@dataclass(slots=True)
class LoadTest:
    """The askers' shared state: the service, the answers so far, and the errors.

    Each pauses for ``pause_s`` after an answer. ``seats`` run the questions in the order in which
    they were asked, as the chat's queue does.
    """

    service: Service
    pause_s: float = 0.0
    asked: list[TimedAnswer] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    begun: int = 0
    ended: int = 0
    closed: threading.Event = field(default_factory=threading.Event)
    seats: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(RUNNING))
    quiet: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def mixed(self) -> list[Answer]:
        """The answers that show the counter as it was in another version than their own."""
        return [
            one.answer
            for one in self.asked
            for cited in (*one.answer.citations, *one.answer.nearest)
            if cited.article.id == COUNTER
            and cited.article.text != self.texts[one.answer.index.version]
        ]

    def times_ms(self, *, rebuilding: bool) -> list[float]:
        """What the answers took, with a rebuild going on or without."""
        return [one.ms for one in self.asked if one.rebuilding == rebuilding]

    def ask(self, questions: Iterator[str]) -> None:
        """Ask one question after another until the test is closed."""
        for question in questions:
            if self.closed.wait(self.pause_s):
                return
            try:
                self.asked.append(self._timed(question))
                quiet = not self.asked[-1].rebuilding
            except Exception as error:
                self.errors.append(error)
                quiet = True
            if quiet:
                self.quiet.release()

    def _timed(self, question: str) -> TimedAnswer:
        before, started = self.begun, time.perf_counter()
        running = before > self.ended
        answer = self.seats.submit(self._answer, question).result()
        ms = (time.perf_counter() - started) * 1000
        return TimedAnswer(answer, ms, running or self.begun > before)

    def _answer(self, question: str) -> Answer:
        with self.service.lease() as engine:
            return final_stage(engine.asking(question)).answer

    def rebuild(self, number: int) -> None:
        """Let the counter stand at ``number`` and rebuild the index, as the chat does."""
        text = f"date 2025-01-01 The counter of Veldt stands at {number:06} now, the keeper said."
        (self.service.articles / f"{COUNTER}.txt").write_text(text, "utf-8")
        self.begun += 1
        try:
            self.texts[build(self.service.build).version] = text
            self.service.reload()
        finally:
            self.ended += 1

    def wait(self, answers: int) -> None:
        """Wait for so many more answers without a rebuild. Raises TimeoutError."""
        if not all(self.quiet.acquire(timeout=_PATIENCE_S) for _ in range(answers)):
            raise TimeoutError(f"No answer within {_PATIENCE_S} seconds.")


def ask_during_rebuilds(
    service: Service,
    questions: Sequence[str],
    *,
    askers: int,
    rebuilds: int,
    between: int,
    pause_s: float = 0.0,
) -> LoadTest:
    """Let ``askers`` ask during ``rebuilds`` rebuilds, with ``between`` answers before each."""
    load_test = LoadTest(service, pause_s)
    load_test.rebuild(0)
    with ThreadPoolExecutor(askers) as pool:
        jobs = [
            pool.submit(load_test.ask, islice(cycle((*questions, COUNTED)), first, None))
            for first in range(askers)
        ]
        try:
            for number in range(1, rebuilds + 1):
                load_test.wait(between)
                load_test.rebuild(number)
        finally:
            load_test.closed.set()
        for job in jobs:
            job.result()
    load_test.seats.shutdown()
    return load_test


@contextmanager
def served(articles: Path, folder: Path, models: Path) -> Iterator[Service]:
    """The service over a copy of the articles that may be changed, with its index in ``folder``."""
    copy = shutil.copytree(articles, folder / "articles")
    places: Mapping[str, Path] = {"articles": copy, "index": folder / "index", "models": models}
    service = open_service(
        AskConfig(**places),  # type: ignore[arg-type]
        BuildConfig(**places),  # type: ignore[arg-type]
        open_engine=lambda config: Pipeline.open(config=config),
        run_build=build,
    )
    with closing(service):
        yield service


def figures_text(load_test: LoadTest) -> str:
    """The figures, one line each."""
    during, quiet = (load_test.times_ms(rebuilding=kind) for kind in (True, False))
    p95 = [percentile(times, 95) for times in (during, quiet)]
    return (
        f"{load_test.ended} rebuilds, {len(load_test.asked)} answers: "
        f"{len(load_test.errors)} errors, "
        f"{len(load_test.mixed)} answers that mix two versions\n"
        f"p95 with a rebuild going on: {p95[0]:.0f} ms ({len(during)} answers)\n"
        f"p95 without:                 {p95[1]:.0f} ms ({len(quiet)} answers)\n"
        f"ratio: {p95[0] / p95[1]:.2f}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print the figures."""
    options = argparse.ArgumentParser(
        prog="python -m evals.rebuilding", description="Measure what rebuilds cost those who ask."
    )
    options.add_argument("--set", choices=OWN_SETS, default="gazette", help="(gazette)")
    options.add_argument("--askers", type=int, default=8, metavar="N", help="(8)")
    options.add_argument("--rebuilds", type=int, default=20, metavar="N", help="(20)")
    options.add_argument("--between", type=int, default=40, metavar="N", help="answers (40)")
    options.add_argument("--models", type=Path, default=Path("index/models"), metavar="DIR")
    chosen = options.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        about = open_set(chosen.set, Path(name)).part(split="dev")
        questions = [question.question for question in about.questions]
        with served(about.folder, Path(name), chosen.models) as service:
            load_test = ask_during_rebuilds(
                service,
                questions,
                askers=chosen.askers,
                rebuilds=chosen.rebuilds,
                between=chosen.between,
            )
    print(figures_text(load_test))
    return 1 if load_test.errors or load_test.mixed else 0


if __name__ == "__main__":
    sys.exit(main())
