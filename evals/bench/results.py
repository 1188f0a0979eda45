"""What was measured: results on disk, costs with their units, and quality beside Dateline's."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from evals.bench.corpora import BenchCorpus
from evals.bench.systems import DATELINE
from evals.metrics.answers import exact_match, f1
from evals.metrics.retrieval import ndcg, recall_at, reciprocal_rank
from evals.metrics.uncertainty import (
    Interval,
    bootstrap_mean,
    paired_difference,
    percentile,
    verdict,
)
from evals.types import Question

_RANKED: Mapping[str, Callable[[Sequence[str], Mapping[str, int]], float]] = {
    "Recall@10": partial(recall_at, k=10),
    "MRR@10": partial(reciprocal_rank, k=10),
    "nDCG@10": partial(ndcg, k=10),
}


@dataclass(frozen=True, slots=True)
class BuildResult:
    """Builds of one index, the costs of each in order.

    ``embedding_seconds``, part of ``seconds``, begin with loading the model. The peak is that of
    the process, in MB.
    """

    seconds: tuple[float, ...]
    embedding_seconds: tuple[float, ...]
    index_bytes: int
    peak_mb: float


@dataclass(frozen=True, slots=True)
class AskResult:
    """What one system did with the questions, in rounds.

    ``start_s``: from the start of a process to its first result. ``find_ms`` and ``answer_ms``:
    one question each; the latter is empty for a system that had nothing to read with.
    ``found`` are the ids of articles, best first, and ``answers`` the words, empty for none, by
    question.
    """

    start_s: tuple[float, ...] = ()
    find_ms: tuple[float, ...] = ()
    answer_ms: tuple[float, ...] = ()
    peak_mb: float = 0.0
    found: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SystemResult:
    """All there is of one system on one corpus.

    ``setting`` are the conditions of the measurement: a result of another setting is not used. Of
    what was asked with another ``reader``, only the builds are. ``code`` is a fingerprint of the
    Dateline and the workers that it was measured with, ``day`` the day. ``failed`` is the sentence
    that says why there is no more.
    """

    system: str
    corpus: str
    setting: Mapping[str, Any]
    reader: str = ""
    code: str = ""
    day: str = ""
    built: BuildResult | None = None
    asked: AskResult | None = None
    failed: str = ""


class Results:
    """The results below a folder: ``<corpus>/<system>.json``, each replaced as a whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, nothing: SystemResult) -> SystemResult:
        """What there is under the same setting as ``nothing``, or else ``nothing`` itself."""
        try:
            saved = _result(json.loads(self._path(nothing).read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return nothing
        if saved.setting != nothing.setting:
            return nothing
        if saved.reader != nothing.reader:
            failed = "" if saved.built else saved.failed
            return replace(saved, reader=nothing.reader, asked=None, failed=failed)
        return saved

    def write(self, result: SystemResult) -> None:
        path = self._path(result)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(asdict(result), indent=1) + "\n", "utf-8")
        draft.replace(path)

    def _path(self, result: SystemResult) -> Path:
        return self._folder / result.corpus / f"{result.system}.json"


def _result(saved: dict[str, Any]) -> SystemResult:
    built, asked = saved.pop("built"), saved.pop("asked")
    return SystemResult(
        built=BuildResult(**{name: _tuple(value) for name, value in built.items()})
        if built
        else None,
        asked=_asked(asked) if asked else None,
        **saved,
    )


def _asked(saved: Mapping[str, Any]) -> AskResult:
    asked = AskResult(**{name: _tuple(value) for name, value in saved.items()})
    return replace(asked, found={name: tuple(ids) for name, ids in saved["found"].items()})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Measure:
    """``of`` gives the value, None where it was not measured; ``unit`` is written after it."""

    label: str
    unit: str
    of: Callable[[SystemResult], float | None]

    def write(self, value: float) -> str:
        """The value with two or three digits that count."""
        digits = 0 if value >= 100 else 1 if value >= 10 else 2
        return f"{value:,.{digits}f}{self.unit}"


def _of_build(value: Callable[[BuildResult], float]) -> Callable[[SystemResult], float | None]:
    return lambda result: value(result.built) if result.built else None


def _of_times(
    times: Callable[[AskResult], Sequence[float]], percent: float
) -> Callable[[SystemResult], float | None]:
    def value(result: SystemResult) -> float | None:
        found = times(result.asked) if result.asked else ()
        return percentile(found, percent) if found else None

    return value


def _not_embedding(built: BuildResult) -> float:
    pairs = zip(built.seconds, built.embedding_seconds, strict=True)
    return median(whole - embedding for whole, embedding in pairs)


BUILD_S = Measure("building the index", " s", _of_build(lambda built: median(built.seconds)))
EMBEDDING_S = Measure(
    "of that, embedding (and loading the model)",
    " s",
    _of_build(lambda built: median(built.embedding_seconds)),
)
OTHER_S = Measure("building without embedding", " s", _of_build(_not_embedding))
INDEX_MB = Measure("index on disk", " MB", _of_build(lambda built: built.index_bytes / 1e6))
BUILD_MB = Measure("peak memory, building", " MB", _of_build(lambda built: built.peak_mb))
START_S = Measure(
    "cold start: process to first result", " s", _of_times(lambda asked: asked.start_s, 50)
)
FIND_P50 = Measure("finding ten passages, p50", " ms", _of_times(lambda asked: asked.find_ms, 50))
FIND_P95 = Measure("finding ten passages, p95", " ms", _of_times(lambda asked: asked.find_ms, 95))
ANSWER_P50 = Measure(
    "finding and answering, p50", " ms", _of_times(lambda asked: asked.answer_ms, 50)
)
ANSWER_P95 = Measure(
    "finding and answering, p95", " ms", _of_times(lambda asked: asked.answer_ms, 95)
)
ASK_MB = Measure(
    "peak memory, asking", " MB", lambda result: result.asked.peak_mb if result.asked else None
)


def throughput(passages: int) -> Measure:
    """Passages indexed per second, everything included."""
    return Measure(
        "passages indexed per second", "", _of_build(lambda built: passages / median(built.seconds))
    )


COSTS = (
    BUILD_S,
    EMBEDDING_S,
    INDEX_MB,
    BUILD_MB,
    START_S,
    FIND_P50,
    FIND_P95,
    ANSWER_P50,
    ANSWER_P95,
    ASK_MB,
)
GROWTH = (FIND_P50, OTHER_S, ASK_MB)


Score = Callable[[Question, AskResult], float]


@dataclass(frozen=True, slots=True)
class Quality:
    """A metric of one system: its mean with the 95 % interval, and how it compares to Dateline's.

    ``beside`` is "better", "worse" or "inside the noise" by a paired test over the same questions;
    empty for Dateline itself.
    """

    metric: str
    system: str
    mean: Interval
    beside: str


def held_out(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The queries of TIME with an odd number: Dateline's search was tuned on the others."""
    return tuple(one for one in questions if one.id.isdigit() and int(one.id) % 2)


def qualities(
    corpus: BenchCorpus, questions: Sequence[Question], asked: Mapping[str, AskResult]
) -> list[Quality]:
    """Every metric that the corpus allows, of every system, over ``questions``."""
    scores: dict[str, Score] = {}
    if corpus.plan.kind == "judged":
        scores = {name: partial(_ranked, metric) for name, metric in _RANKED.items()}
    if corpus.plan.kind == "reading":
        scores = {"EM": partial(_said, exact_match), "F1": partial(_said, f1)}
    return [one for name, score in scores.items() for one in _beside(name, score, questions, asked)]


def _beside(
    name: str, score: Score, questions: Sequence[Question], asked: Mapping[str, AskResult]
) -> list[Quality]:
    values = {system: [score(one, own) for one in questions] for system, own in asked.items()}
    base = values.get(DATELINE.name)
    return [
        Quality(
            name,
            system,
            bootstrap_mean(own),
            verdict(paired_difference(base, own)) if base and system != DATELINE.name else "",
        )
        for system, own in values.items()
    ]


def _ranked(
    metric: Callable[[Sequence[str], Mapping[str, int]], float],
    question: Question,
    asked: AskResult,
) -> float:
    return metric(asked.found.get(question.id, ()), question.grades)


def _said(
    metric: Callable[[str, Sequence[str]], float], question: Question, asked: AskResult
) -> float:
    """As SQuAD 2.0 has it: no answer is right where there is none."""
    golds = [gold.text for gold in question.answers]
    return metric(asked.answers.get(question.id, ""), golds)


@dataclass(frozen=True, slots=True)
class CorpusResults:
    """One corpus with the result of each system on it, in the order of ``SYSTEMS``.

    ``quality`` is over the questions that nothing was tuned on, ``quality_all`` over all of them.
    ``outdated`` says that Dateline has changed since.
    """

    corpus: str
    kind: str
    articles: int
    passages: int
    questions: int
    outdated: bool
    results: tuple[SystemResult, ...]
    quality: tuple[Quality, ...] = ()
    quality_all: tuple[Quality, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was measured. ``absent`` says why a system does not take part at all."""

    corpora: tuple[CorpusResults, ...]
    versions: Mapping[str, Mapping[str, str]]
    absent: Mapping[str, str]
    reader: str
    threads: int
