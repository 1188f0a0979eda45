"""The engine's figures: public data on disk in, measured ratios and scores, line by line, out.

    python -m evals.figures DATA

DATA holds ``ir/time`` (a folder like BEIR's) and ``news/reuters21578.jsonl.gz``. Everything that is
compared runs in turn in this one process or in child processes started in turn; medians are quoted,
and ratios rather than times. 0: every figure is as wanted; 1: one is not, or the data is bad.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.adapters import read_question_set
from evals.collections import read_rows
from evals.figures.embedding import embedding
from evals.figures.figure import Effort, Figure
from evals.figures.processes import cold_start, memory
from evals.figures.retrieval import build_time, retrieval
from evals.figures.updating import quotations, updating
from evals.rows import QuestionSetError
from rag.errors import RagError


def measure(data: Path, folder: Path, models: Path, effort: Effort) -> Iterator[Figure]:
    """Every figure, one after another; indexes are built in ``folder``."""
    time = read_question_set(data / "ir" / "time")
    news = data / "news" / "reuters21578.jsonl.gz"
    if not news.exists():
        raise QuestionSetError(f"There is no {news}; name the folder that has it.")
    time_index = build_time(time, folder, models)
    yield from retrieval(time, time_index)
    yield from embedding((row["text"] for row in read_rows(news)), time, models, effort)
    yield cold_start(time_index, effort)
    figure, news_index = updating(read_rows(news), folder, models)
    yield figure
    yield memory(news_index)
    yield quotations(news_index, effort)


def main(argv: Sequence[str] | None = None, effort: Effort | None = None) -> int:
    """Print each figure as it is measured."""
    options = argparse.ArgumentParser(
        prog="python -m evals.figures",
        description="Measure speed, memory and retrieval of the engine on public data.",
    )
    options.add_argument("data", type=Path, metavar="DATA", help="with ir/time and news")
    options.add_argument("--models", type=Path, default=Path("index/models"), metavar="DIR")
    options.add_argument("--work", type=Path, metavar="DIR", help="build in a folder in there")
    chosen = options.parse_args(argv)
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    with tempfile.TemporaryDirectory(dir=chosen.work) as folder:
        missed = 0
        try:
            for figure in measure(chosen.data, Path(folder), chosen.models, effort or Effort()):
                print(figure, flush=True)
                missed += not figure.reached
        except RagError as error:
            print(f"python -m evals.figures: {error}", file=sys.stderr)
            return 1
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
