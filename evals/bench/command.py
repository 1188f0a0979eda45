"""The options of ``python -m evals bench`` in; files and tables out."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from evals.bench.compare import Options, compare_systems
from evals.bench.comparison import Comparison
from evals.bench.growth import growth_svg
from evals.bench.page import page_html
from evals.bench.process import Limits
from evals.bench.table import markdown, tables
from rag.models.runtime import available_threads

BUSY = 0.25  # Of a thread: threads that wait for each other suffer from a little more.


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
        limits=Limits(memory_mb=1000 * chosen.memory_gb, build_s=3600 * chosen.hours),
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
    """The command without what is only so on this machine."""
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
