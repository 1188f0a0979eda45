"""The commands of ``python -m evals``: each takes its options, writes files and prints a table."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evals.compare import Record, compare_in_full, read_record, run_json
from evals.compare import ablate as run_ablations
from evals.compare import compare as compare_records
from evals.engine import settings_of
from evals.gate import (
    BASELINE,
    failures,
    fallen_in_noise,
    part_of,
    read_baseline,
    write_baseline,
)
from evals.report.outcomes import misses_tsv
from evals.report.page import report_html
from evals.report.terminal import ablation_table, comparison_table, run_table
from evals.run import Run, run_set
from evals.sets import OWN_SETS, EvalSet, open_bundles, open_set
from evals.summary import ABLATED, summarise
from rag.errors import ConfigError


def run(options: argparse.Namespace) -> int:
    """Ask, print the tables, write the JSON and the report; 1 when a quotation is broken."""
    for flag in ("json", "index"):
        if getattr(options, flag) and len(options.sets) + len(options.bundles) != 1:
            raise _wrong_usage(f"run: --{flag} is for one set; name one SET")
    opened = _open_all(options)
    runs = [_run(one.in_full() if options.in_full else one, options) for one in opened]
    done = [(one, summarise(one.outcomes)) for one in runs]
    options.report.mkdir(parents=True, exist_ok=True)
    for one, summary in done:
        print(run_table(one, summary))
        _write_json(options.json or options.report / f"{one.name}.json", run_json(one, summary))
        misses = options.report / f"{one.name}-misses.tsv"
        misses.write_text(misses_tsv(one.outcomes), encoding="utf-8")
    page = options.report / "report.html"
    page.write_text(report_html(done), encoding="utf-8")
    print(f"\nThe report: {page}")
    return 1 if any(one.broken for one in runs) else 0


def compare(options: argparse.Namespace) -> int:
    """Print what changed from one run to another of the same questions."""
    before, after = read_record(options.before), read_record(options.after)
    print(comparison_table(compare_records(before, after), after.asked))
    return 0


def gate(options: argparse.Namespace) -> int:
    """Compare sets with the baseline, or write it anew; 1 when something fails."""
    if options.update and options.every > 1:
        raise _wrong_usage("gate: --update asks every question; leave out --every")
    path = options.baseline or BASELINE
    anew = options.update and not (options.sets and path.exists())
    baseline = {} if anew else read_baseline(path)
    runs = []
    for whole in _open_all(options):
        part = whole.every(options.every)
        runs.append(_run(part, options))
        if whole.name in baseline:
            baseline |= {whole.name: part_of(baseline[whole.name], whole, part)}
    for line in fallen_in_noise(runs, baseline or _before(path)):
        print(line)
    if options.update:
        write_baseline(runs, path, others=baseline)
        print(f"Written: {path}")
        return 0
    found = failures(runs, baseline)
    for line in found:
        print(line, file=sys.stderr)
    if not found:
        print("Nothing is worse than in the baseline, and every quotation stands in its article.")
    return 1 if found else 0


def _before(path: Path) -> dict[str, Record]:
    """The baseline that is about to be replaced, if it can be read."""
    try:
        return read_baseline(path)
    except ConfigError:
        return {}


def followups(options: argparse.Namespace) -> int:
    """Print how follow-ups are answered, and how the same questions are when asked in full."""
    for one in _open_all(options):
        compared = compare_in_full(one, lambda part: _run(part, options))
        written = {question.id: question.in_full for question in one.questions}
        print(f"\n{one.name}: before, as follow-ups; after, in full")
        print(comparison_table(compared, written))
    return 0


def ablate(options: argparse.Namespace) -> int:
    """Print what each part of the engine gives on a set."""
    options.sets = [options.set] if options.set else []
    if len(options.sets) + len(options.bundles) != 1:
        raise _wrong_usage("ablate: name one SET, or one DIR with --bundles")
    (asked,) = _open_all(options)
    found = run_ablations(asked, work=options.work, models=_models(options), say=_note)
    print(ablation_table(found, ABLATED))
    return 0


def bench(options: argparse.Namespace) -> int:
    """Measure Dateline beside other systems on the same articles."""
    from evals.bench.compare import run as run_bench

    return run_bench(options)


def feedback(options: argparse.Namespace) -> int:
    """Make a question set of readers' feedback on answers."""
    from evals.feedback import run as export

    return export(options)


def _open_all(options: argparse.Namespace) -> list[EvalSet]:
    """The sets and bundles that are named, or both own sets; a name is that of a file, too."""
    names = options.sets or (() if options.bundles else OWN_SETS)
    opened = [open_set(name, options.work, articles=options.articles) for name in names]
    opened += [open_bundles(folder, options.work) for folder in options.bundles]
    names = [one.name for one in opened]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"Two sets are called {twice!r}; rename a file, or run them one by one.")
    for line in (line for one in opened for line in one.left_out):
        _note(f"left out: {line}")
    return [one.part(split=options.split, limit=options.limit) for one in opened]


def _wrong_usage(label: str) -> SystemExit:
    print(f"python -m evals {label}", file=sys.stderr)
    return SystemExit(2)


def _run(asked: EvalSet, options: argparse.Namespace) -> Run:
    return run_set(
        asked,
        work=options.work,
        models=_models(options),
        settings=settings_of(options.changes),
        index=options.index,
        reader_only=options.reader_only,
        progress=_meter(asked.name),
    )


def _models(options: argparse.Namespace) -> Path:
    """The folder of compiled models: by default in the index, if one is given."""
    models: Path | None = options.models
    return models or (options.index or options.work) / "models"


def _meter(name: str) -> Callable[[int, int], None]:
    """Shows the progress in place on a terminal; elsewhere, only that the set is done."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty() or done == total:
            end = "\n" if done == total else "\r"
            print(f"{name}: {done} of {total}", end=end, file=sys.stderr, flush=True)

    return show


def _note(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
