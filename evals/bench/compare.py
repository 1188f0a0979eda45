"""``python -m evals bench``: measures every system on every corpus and writes the tables.

What is measured is kept, so that an interrupted comparison goes on where it stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from evals.bench.corpora import BenchCorpus, Corpora, Plan, full_plans, quick_plans
from evals.bench.measuring import ask_in_turn, build_in_turn
from evals.bench.report import growth_svg, markdown, page_html, tables
from evals.bench.results import (
    AskResult,
    BuildResult,
    Comparison,
    CorpusResults,
    Results,
    SystemResult,
    held_out,
    qualities,
)
from evals.bench.systems import (
    DATELINE,
    ROOT,
    SYSTEMS,
    BenchError,
    Contestant,
    System,
    WorkerLimits,
    python_of,
    start,
)
from evals.bench.workers.protocol import WorkerSettings
from rag.errors import ConfigError
from rag.models.embedder import open_embedder
from rag.models.runtime import available_threads, model_folder, weights_fingerprint

NEWS = Path("news") / "reuters21578.jsonl.gz"
WORKERS = ROOT / "evals" / "bench" / "workers"
SQUAD = Path("reader") / "dev" / "squad_v2_dev_half.jsonl.gz"

Say = Callable[[str], None]
BUSY = 0.25  # Of a thread: threads that wait for each other suffer from a little more.


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command; ``only`` names corpora, none means all. ``day`` is today."""

    data: Path
    work: Path
    models: Path
    threads: int
    limits: WorkerLimits
    day: str
    reader: Path | None = None
    squad: Path | None = None
    only: tuple[str, ...] = ()
    quick: bool = False
    again: bool = False
    pip_flags: tuple[str, ...] = ()

    @property
    def plans(self) -> tuple[Plan, ...]:
        squad = (self.squad or self.data / SQUAD) if self.reader else None
        return (quick_plans if self.quick else full_plans)(self.data, squad)


def compare_systems(options: Options, *, say: Say) -> Comparison:
    """Measure what is not measured yet. Raises a RagError for unusable options or data."""
    plans = _chosen(options)
    competitors, versions, absent = _competitors(options, say)
    bench = _Bench(options, competitors, say)
    corpora = [bench.on_corpus(plan, run=plan in plans) for plan in options.plans]
    return Comparison(
        tuple(on_corpus for on_corpus in corpora if on_corpus is not None),
        versions,
        absent,
        options.reader.name if options.reader else "",
        options.threads,
    )


def _chosen(options: Options) -> tuple[Plan, ...]:
    names = [plan.name for plan in options.plans]
    for name in options.only:
        if name not in names:
            raise ConfigError(f"There is no corpus {name!r}; choose from {', '.join(names)}.")
    return tuple(one for one in options.plans if not options.only or one.name in options.only)


def _competitors(
    options: Options, say: Say
) -> tuple[list[Contestant], dict[str, dict[str, str]], dict[str, str]]:
    """Every system that can be installed and started, their versions, and why others cannot."""
    competitors, versions, absent = [], {}, {}
    for system in SYSTEMS:
        try:
            competitor = _competitor(system, options, say)
            with competitor.start() as worker:
                versions[system.name] = worker.versions()
            competitors.append(competitor)
        except BenchError as error:
            absent[system.name] = str(error)
            say(str(error))
    return competitors, versions, absent


def _competitor(system: System, options: Options, say: Say) -> Contestant:
    environments = options.work / "environments"
    python = python_of(system, environments, pip_flags=options.pip_flags, say=say)
    settings = WorkerSettings(
        model=str(model_folder(None)),
        reader=str(options.reader.resolve()) if options.reader else "",
        models=str(options.models.resolve()),
        threads=options.threads,
    )
    logs = options.work / "logs"
    starting = partial(start, system, python, settings, logs=logs, limits=options.limits)
    return Contestant(
        system.name, starting, answers=system == DATELINE or options.reader is not None
    )


class _Bench:
    """Measures one corpus after the other, and keeps what is measured as it comes."""

    def __init__(self, options: Options, competitors: Sequence[Contestant], say: Say) -> None:
        self._options, self._competitors, self._say = options, competitors, say
        self._home = options.work / ("quick" if options.quick else "full")
        self._results = Results(self._home / "results")
        embedder = open_embedder(None, options.models, threads=options.threads, say=say)
        self._corpora = Corpora(self._home / "corpora", options.data / NEWS, embedder, say=say)
        self._reader = weights_fingerprint(options.reader)[:16] if options.reader else ""
        self._code = _fingerprint(ROOT / "rag", WORKERS)

    def on_corpus(self, plan: Plan, *, run: bool) -> CorpusResults | None:
        """Every system on the corpus of a plan; without ``run``, what earlier runs left, if any."""
        corpus = self._corpora.prepare(plan) if run else self._corpora.prepared(plan)
        if corpus is None:
            return None
        results = {
            competitor.name: self._known(competitor, corpus, run)
            for competitor in self._competitors
        }
        if run:
            self._build(corpus, results)
            self._ask(corpus, results)
        elif not any(result.built or result.failed for result in results.values()):
            return None
        outdated = any(result.code != self._code for result in results.values())
        return _on_corpus(corpus, tuple(results.values()), outdated=outdated)

    def _known(self, competitor: Contestant, corpus: BenchCorpus, run: bool) -> SystemResult:
        nothing = SystemResult(
            competitor.name,
            corpus.plan.name,
            self._setting(competitor, corpus),
            self._reader,
            self._code,
            self._options.day,
        )
        return nothing if run and self._options.again else self._results.read(nothing)

    def _setting(self, competitor: Contestant, corpus: BenchCorpus) -> dict[str, Any]:
        plan, system = corpus.plan, next(one for one in SYSTEMS if one.name == competitor.name)
        return {
            "requirements": list(system.requirements),
            "threads": self._options.threads,
            "passages": corpus.fingerprint,
            "times": [plan.builds, plan.starts, plan.rounds, len(corpus.questions)],
        }

    def _build(self, corpus: BenchCorpus, results: dict[str, SystemResult]) -> None:
        indexes = self._home / "indexes" / corpus.plan.name
        missing = [
            competitor
            for competitor in self._competitors
            if not _is_built(results[competitor.name], corpus, indexes)
        ]
        if missing:
            self._say(f"{corpus.plan.name}: {', '.join(one.name for one in missing)} build")
        for competitor in missing:  # Else half an index could pass for the one built before.
            self._keep(results, replace(results[competitor.name], built=None, asked=None))

        def keep(name: str, built: BuildResult) -> None:
            known = replace(results[name], code=self._code, day=self._options.day)
            self._keep(results, replace(known, built=built, asked=None))

        build_in_turn(missing, corpus, indexes, keep=keep, fail=partial(self._fail, results))

    def _ask(self, corpus: BenchCorpus, results: dict[str, SystemResult]) -> None:
        ready = [
            competitor for competitor in self._competitors if not results[competitor.name].failed
        ]
        unasked = [competitor for competitor in ready if not results[competitor.name].asked]
        if not unasked:
            return
        self._say(f"{corpus.plan.name}: {len(corpus.questions)} questions")
        indexes = self._home / "indexes" / corpus.plan.name
        asking = ready if corpus.plan.together else unasked

        def keep(name: str, asked: AskResult) -> None:
            self._keep(results, replace(results[name], asked=asked))

        ask_in_turn(asking, corpus, indexes, keep=keep, fail=partial(self._fail, results))

    def _fail(self, results: dict[str, SystemResult], name: str, error: BenchError) -> None:
        self._say(str(error))
        self._keep(results, replace(results[name], asked=None, failed=str(error)))

    def _keep(self, results: dict[str, SystemResult], result: SystemResult) -> None:
        results[result.system] = result
        self._results.write(result)


def _is_built(result: SystemResult, corpus: BenchCorpus, indexes: Path) -> bool:
    """Whether there is nothing to build: all is there, or it has failed before."""
    if result.built is None or result.failed:
        return bool(result.failed)
    whole = len(result.built.seconds) >= corpus.plan.builds
    return whole and (indexes / result.system).exists()


def _on_corpus(
    corpus: BenchCorpus, results: tuple[SystemResult, ...], *, outdated: bool
) -> CorpusResults:
    asked: dict[str, AskResult] = {one.system: one.asked for one in results if one.asked}
    everything = qualities(corpus, corpus.questions, asked)
    untuned = held_out(corpus.questions) if corpus.plan.kind == "judged" else corpus.questions
    return CorpusResults(
        corpus.plan.name,
        corpus.plan.kind,
        corpus.articles,
        corpus.passages,
        len(corpus.questions),
        outdated,
        results,
        tuple(qualities(corpus, untuned, asked)) if untuned else (),
        tuple(everything),
    )


def _fingerprint(*folders: Path) -> str:
    """16 digits of the SHA-256 of the files below the folders, with their names; texts on them
    do not matter."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".md" and "__pycache__" not in path.parts:
                name = path.relative_to(folder).as_posix()
                digest.update(f"{name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def run(chosen: argparse.Namespace) -> int:
    """Compare, print the tables and write JSON, Markdown, SVG and a page below ``--work``."""
    options, load = _options(chosen), os.getloadavg()[0]
    if load > BUSY * options.threads:
        _say(f"The machine is busy (load {load:.1f}): wait until it is quiet for figures to keep.")
    try:
        comparison = compare_systems(options, say=_say)
    except KeyboardInterrupt:
        _say(
            "Interrupted; what was measured is kept, and the same command without --again goes on."
        )
        return 130
    about = _about(comparison, options, load)
    found = tables(comparison)
    folder = options.work / ("quick" if options.quick else "full")
    text = markdown(found, about)
    written = {
        "bench.json": json.dumps({"about": about, **asdict(comparison)}, indent=1) + "\n",
        "bench.md": text,
        "bench.html": page_html(comparison, found, about),
        "growth.svg": growth_svg(comparison),
    }
    for name, content in written.items():
        if content:
            (folder / name).write_text(content, "utf-8")
    print(f"{text}\nThe page: {folder / 'bench.html'}")
    return 0


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _options(chosen: argparse.Namespace) -> Options:
    return Options(
        data=chosen.data,
        work=chosen.work,
        models=chosen.models or chosen.work / "models",
        threads=chosen.threads or available_threads(),
        limits=WorkerLimits(memory_mb=1000 * chosen.memory_gb, build_s=3600 * chosen.hours),
        day=datetime.now(UTC).date().isoformat(),
        reader=chosen.reader,
        squad=chosen.squad,
        only=tuple(chosen.only or ()),
        quick=chosen.quick,
        again=chosen.again,
        pip_flags=tuple(shlex.split(chosen.pip_flags)),
    )


def _about(comparison: Comparison, options: Options, load: float) -> list[str]:
    """How, when and where it was measured, one sentence each."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return [
        f"`{_command(options)}`, {now}, {comparison.threads} threads, {_processor()}, "
        f"Python {platform.python_version()}; load of the machine before: {load:.1f}.",
        "Every system is given the same passages, those that Dateline's splitter makes, and the "
        "same weights, all-MiniLM-L6-v2; Dateline's own build reads and splits the articles too, "
        "and puts date and title before what it embeds.",
        "Systems take turns at everything, each in a process and an environment of its own; times "
        "are medians, and in brackets is the multiple of Dateline's.",
        "Corpora above 18,000 articles are copies with other names, numbers and days; their "
        "vectors are those of the originals turned a little and are given to every system, so that "
        "building there is without embedding.",
    ]


def _command(options: Options) -> str:
    """The command without the paths and limits of this machine."""
    chosen = ["python -m evals bench DATA"]
    chosen += ["--reader FOLDER"] if options.reader else []
    chosen += ["--squad FILE"] if options.squad else []
    chosen += ["--quick"] if options.quick else []
    return " ".join(chosen)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
