"""Systems and a corpus in; an index of each on disk, and what building it cost, out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.bench.competitor import Competitor
from evals.bench.corpora import Corpus
from evals.bench.results import Built
from evals.bench.systems import BenchError
from evals.bench.turns import Fail, Turns


def build_in_turn(
    competitors: Sequence[Competitor],
    corpus: Corpus,
    indexes: Path,
    *,
    keep: Callable[[str, Built], None],
    fail: Fail,
) -> None:
    """Every system builds as often as planned, each time in a fresh process and from nothing.

    The index lies in ``indexes / name``. ``keep`` is given a system's builds so far after each.
    """
    turns = Turns({competitor.name: competitor for competitor in competitors}, fail)
    done: dict[str, list[_Build]] = {competitor.name: [] for competitor in competitors}

    def build(competitor: Competitor) -> None:
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


def _build(competitor: Competitor, corpus: Corpus, index: Path) -> _Build:
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


def _together(builds: Sequence[_Build]) -> Built:
    return Built(
        tuple(build.seconds for build in builds),
        tuple(build.embedding_seconds for build in builds),
        builds[-1].index_bytes,
        max(build.peak_mb for build in builds),
    )
