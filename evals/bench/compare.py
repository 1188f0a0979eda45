"""Options in; every system measured on every corpus, from where an earlier run stopped, out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from evals.bench.asking import ask_in_turn
from evals.bench.building import build_in_turn
from evals.bench.comparison import Comparison, OnCorpus
from evals.bench.competitor import Competitor
from evals.bench.corpora import Corpora, Corpus
from evals.bench.environments import python_of
from evals.bench.plans import Plan, full_plans, quick_plans
from evals.bench.process import ROOT, Limits, start
from evals.bench.quality import held_out, qualities
from evals.bench.results import Asked, Built, Result, Results
from evals.bench.systems import DATELINE, SYSTEMS, BenchError, System
from evals.bench.workers.protocol import Settings
from rag.errors import ConfigError
from rag.models.embedder import open_embedder
from rag.models.runtime import model_folder, weights_fingerprint

NEWS = Path("news") / "reuters21578.jsonl.gz"
WORKERS = ROOT / "evals" / "bench" / "workers"
SQUAD = Path("reader") / "dev" / "squad_v2_dev_half.jsonl.gz"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose; ``only`` names corpora, none for all of them. ``day`` is today."""

    data: Path
    work: Path
    models: Path
    threads: int
    limits: Limits
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
    """Measure what is not measured yet. Raises a RagError for options or data that cannot be."""
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
) -> tuple[list[Competitor], dict[str, dict[str, str]], dict[str, str]]:
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


def _competitor(system: System, options: Options, say: Say) -> Competitor:
    environments = options.work / "environments"
    python = python_of(system, environments, pip_flags=options.pip_flags, say=say)
    settings = Settings(
        model=str(model_folder(None)),
        reader=str(options.reader.resolve()) if options.reader else "",
        models=str(options.models.resolve()),
        threads=options.threads,
    )
    logs = options.work / "logs"
    starting = partial(start, system, python, settings, logs=logs, limits=options.limits)
    return Competitor(
        system.name, starting, answers=system == DATELINE or options.reader is not None
    )


class _Bench:
    """Measures one corpus after the other, and keeps what is measured as it comes."""

    def __init__(self, options: Options, competitors: Sequence[Competitor], say: Say) -> None:
        self._options, self._competitors, self._say = options, competitors, say
        self._home = options.work / ("quick" if options.quick else "full")
        self._results = Results(self._home / "results")
        embedder = open_embedder(None, options.models, threads=options.threads, say=say)
        self._corpora = Corpora(self._home / "corpora", options.data / NEWS, embedder, say=say)
        self._reader = weights_fingerprint(options.reader)[:16] if options.reader else ""
        self._code = _fingerprint(ROOT / "rag", WORKERS)

    def on_corpus(self, plan: Plan, *, run: bool) -> OnCorpus | None:
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

    def _known(self, competitor: Competitor, corpus: Corpus, run: bool) -> Result:
        nothing = Result(
            competitor.name,
            corpus.plan.name,
            self._setting(competitor, corpus),
            self._reader,
            self._code,
            self._options.day,
        )
        return nothing if run and self._options.again else self._results.read(nothing)

    def _setting(self, competitor: Competitor, corpus: Corpus) -> dict[str, Any]:
        plan, system = corpus.plan, next(one for one in SYSTEMS if one.name == competitor.name)
        return {
            "requirements": list(system.requirements),
            "threads": self._options.threads,
            "passages": corpus.fingerprint,
            "times": [plan.builds, plan.starts, plan.rounds, len(corpus.questions)],
        }

    def _build(self, corpus: Corpus, results: dict[str, Result]) -> None:
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

        def keep(name: str, built: Built) -> None:
            known = replace(results[name], code=self._code, day=self._options.day)
            self._keep(results, replace(known, built=built, asked=None))

        build_in_turn(missing, corpus, indexes, keep=keep, fail=partial(self._fail, results))

    def _ask(self, corpus: Corpus, results: dict[str, Result]) -> None:
        ready = [
            competitor for competitor in self._competitors if not results[competitor.name].failed
        ]
        unasked = [competitor for competitor in ready if not results[competitor.name].asked]
        if not unasked:
            return
        self._say(f"{corpus.plan.name}: {len(corpus.questions)} questions")
        indexes = self._home / "indexes" / corpus.plan.name
        asking = ready if corpus.plan.together else unasked

        def keep(name: str, asked: Asked) -> None:
            self._keep(results, replace(results[name], asked=asked))

        ask_in_turn(asking, corpus, indexes, keep=keep, fail=partial(self._fail, results))

    def _fail(self, results: dict[str, Result], name: str, error: BenchError) -> None:
        self._say(str(error))
        self._keep(results, replace(results[name], asked=None, failed=str(error)))

    def _keep(self, results: dict[str, Result], result: Result) -> None:
        results[result.system] = result
        self._results.write(result)


def _is_built(result: Result, corpus: Corpus, indexes: Path) -> bool:
    """Whether there is nothing to build: all is there, or it has failed before."""
    if result.built is None or result.failed:
        return bool(result.failed)
    whole = len(result.built.seconds) >= corpus.plan.builds
    return whole and (indexes / result.system).exists()


def _on_corpus(corpus: Corpus, results: tuple[Result, ...], *, outdated: bool) -> OnCorpus:
    asked: dict[str, Asked] = {one.system: one.asked for one in results if one.asked}
    everything = qualities(corpus, corpus.questions, asked)
    untuned = held_out(corpus.questions) if corpus.plan.kind == "judged" else corpus.questions
    return OnCorpus(
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
