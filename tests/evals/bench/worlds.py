"""A small world for the comparison: a scripted worker, and a folder of data."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from evals.bench.corpora import Plan
from evals.bench.systems import (
    DATELINE,
    INSTALLED,
    Contestant,
    System,
    Worker,
    WorkerLimits,
    environment,
    python_of,
    start,
)
from evals.bench.workers.protocol import WorkerSettings
from rag.models.runtime import default_model

# It finds the passages that share most words with the question. Named by its first argument, it
# fails at one thing: by an error, by dying, by hanging, by holding memory, or by losing a passage.
WORKER = """
import json, os, sys, time
from pathlib import Path
from evals.bench.workers.protocol import BuildCost, main, read_passages

BAD, AT = sys.argv[2].split(" at ") if " at " in sys.argv[2] else ("", "")


class Words:
    packages = ("pip",)

    def __init__(self, settings):
        print("a library greets on standard output", flush=True)

    def _stumble(self, where):
        if where != AT:
            return
        if BAD == "error":
            raise RuntimeError("the paper is wet\\nand torn")
        if BAD == "dies":
            print("out of ink", file=sys.stderr, flush=True)
            os._exit(3)
        if BAD == "hangs":
            time.sleep(600)
        if BAD == "memory":
            self.held = bytearray(os.urandom(1)) * 400_000_000
            time.sleep(600)

    def build(self, corpus, index):
        self._stumble("build")
        rows = [[one.article, one.text] for one in read_passages(corpus)]
        rows = rows[1:] if BAD == "loses" else rows
        Path(index).mkdir(parents=True)
        (Path(index) / "rows.json").write_text(json.dumps(rows))
        return BuildCost(len(rows), 0.0)

    def open(self, index):
        self._stumble("open")
        self.rows = json.loads((Path(index) / "rows.json").read_text())

    def search(self, question, top_k):
        self._stumble("search")
        words = set(question.lower().split())
        ranked = sorted(self.rows, key=lambda row: -len(words & set(row[1].lower().split())))
        return [article for article, _ in ranked[:top_k]]

    def ask(self, question, top_k):
        self._stumble("ask")
        return self.search(question, 1)[0]


main(Words, sys.argv)
"""
NEWS = Plan("news", "news", 4, starts=1, rounds=2, questions=2)
SETTINGS = json.dumps({"model": "", "reader": "", "models": "", "threads": 1})


def worker_starter(
    folder: Path, name: str, bad: str = "", limits: WorkerLimits | None = None
) -> Callable[[], Worker]:
    """Starts the small worker, each time in a fresh process."""
    script = folder / "worker.py"
    script.write_text(WORKER)

    def start() -> Worker:
        return Worker(
            name,
            [sys.executable, str(script), SETTINGS, bad],
            log=folder / f"{name}.log",
            limits=limits or WorkerLimits(),
            environment=environment(1),
        )

    return start


def competitor(folder: Path, name: str, bad: str = "", *, answers: bool = True) -> Contestant:
    return Contestant(name, worker_starter(folder, name, bad), answers)


def dateline_competitor(folder: Path, models: Path) -> Contestant:
    """Dateline itself, with one thread."""
    settings = WorkerSettings(str(default_model()), "", str(models), 1)
    python = python_of(DATELINE, folder)
    starting = partial(start, DATELINE, python, settings, logs=folder, limits=WorkerLimits())
    return Contestant("dateline", starting, answers=True)


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


STORIES = (
    ("Harbour freezes", "The harbour of Lund froze on Monday. Captain Ida Holm lost 12 barges."),
    ("Bridge closed", "The old bridge was closed. On Friday Mayor Per Dahl promised a new one."),
    ("Herring dearer", "Herring cost 9 crowns at the market of Sund. Trader Eva Lind sold it all."),
    ("Play opens", "The theatre opened a new play in June. Its author Karl Berg stayed away."),
)


def data_folder(folder: Path) -> Path:
    """Four dated stories as news, and as a judged collection with a question on each."""
    news = [
        {"id": f"n-{i}", "date": f"1987-03-0{i}", "title": title, "text": text}
        for i, (title, text) in enumerate(STORIES, 1)
    ]
    time = folder / "ir" / "time"
    _write(folder / "news" / "reuters21578.jsonl.gz", news)  # type: ignore[arg-type]
    _write(time / "corpus.jsonl.gz", [{**row, "title": ""} for row in news])
    _write(
        time / "queries.jsonl.gz",
        [{"id": str(i), "text": title} for i, (title, _) in enumerate(STORIES, 1)],
    )
    judged = "".join(f"{i}\tn-{i}\t1\n" for i in range(1, 5))
    (time / "qrels.tsv").write_text("query\tdocument\tgrade\n" + judged)
    return folder


def make_environment(folder: Path, system: System, program: str = "") -> Path:
    """An environment as it is left behind by an installation."""
    python = folder / system.name / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(program)
    python.chmod(0o755)
    (folder / system.name / INSTALLED).write_text("\n".join(system.requirements) + "\n")
    return python
