"""What each command of ``python -m evals`` does: options in, files and a table out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evals.ablate import ablate as run_ablations
from evals.compare import compare as compare_records
from evals.gate import BASELINE, failures, read_baseline, write_baseline
from evals.names import ABLATED
from evals.record import read_record, run_json
from evals.report import report_html
from evals.run import Run, run_set
from evals.sets import OWN_SETS, EvalSet, open_set
from evals.summary import summarise
from evals.table import ablation_table, comparison_table, run_table


def run(options: argparse.Namespace) -> int:
    """Ask, print the tables, write the JSON and the report; 1 when a quotation is broken."""
    names = options.sets or list(OWN_SETS)
    if options.json and len(names) != 1:
        print("python -m evals run: --json writes one set; name one SET", file=sys.stderr)
        raise SystemExit(2)
    runs = [_run(_open(name, options), options) for name in names]
    done = [(one, summarise(one.outcomes)) for one in runs]
    options.report.mkdir(parents=True, exist_ok=True)
    for one, summary in done:
        print(run_table(one, summary))
        _write_json(options.json or options.report / f"{one.name}.json", run_json(one, summary))
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
    """Hold both own sets against the baseline, or write it anew; 1 when something fails."""
    baseline = {} if options.update else read_baseline()
    runs = [_run(open_set(name, options.work), options) for name in OWN_SETS]
    if options.update:
        write_baseline(runs)
        print(f"Written: {BASELINE}")
        return 0
    found = failures(runs, baseline)
    for line in found:
        print(line, file=sys.stderr)
    if not found:
        print("Nothing is worse than in the baseline, and every quotation stands in its article.")
    return 1 if found else 0


def ablate(options: argparse.Namespace) -> int:
    """Print what each part of the engine gives on a set."""
    found = run_ablations(
        _open(options.set, options), work=options.work, models=_models(options), say=_note
    )
    print(ablation_table(found, ABLATED))
    return 0


def _open(name: str, options: argparse.Namespace) -> EvalSet:
    opened = open_set(name, options.work, articles=options.articles)
    return opened.part(split=options.split, limit=options.limit)


def _run(asked: EvalSet, options: argparse.Namespace) -> Run:
    return run_set(
        asked,
        work=options.work,
        models=_models(options),
        reader_only=getattr(options, "reader_only", False),
        progress=_meter(asked.name),
    )


def _models(options: argparse.Namespace) -> Path:
    models: Path = options.models or options.work / "models"
    return models


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
