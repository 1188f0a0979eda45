"""Measures the engine's speed, memory and retrieval on public data.

    python -m evals.figures DATA

DATA holds ``ir/time`` (a folder like BEIR's) and ``news/reuters21578.jsonl.gz``. Whatever is
compared runs in turn, in this process or in child processes; medians and ratios are printed rather
than times. Exit code 0: every figure reaches its target; 1: one misses it, or the data is bad.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.metrics.retrieval import ndcg, reciprocal_rank
from evals.sets import read_question_set
from evals.sets.public import write_corpus
from evals.sets.rows import QuestionSetError, read_rows, write_rows
from evals.types import Question, QuestionSet
from rag.config import AskConfig, BuildConfig
from rag.errors import RagError
from rag.index.local import LocalStore
from rag.ingest.build import build
from rag.models.embedder import open_embedder, reopen_embedder
from rag.models.runtime import model_folder
from rag.retrieval.retriever import Retriever
from rag.text.sentences import sentence_spans
from rag.types import BuildReport, Query

WORDPIECES = 254  # 256 with the two special ones.
WORDS = 150
Encode = Callable[[list[str]], NDArray[np.float32]]
# Not ru_maxrss, which a child takes over from the process that started it.
PEAK = (
    "import sys; from rag.cli import main; main(sys.argv[1:]); "
    "status = open('/proc/self/status').read(); "
    "print(status.split('VmHWM:')[1].split()[0], file=sys.stderr)"
)
NEWS = "news.jsonl"
ADDED = {"id": "new", "date": "2024-05-01", "title": "Veldt harbour", "text": "Ice closed it."}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; ``wanted`` is the value that was aimed at."""

    name: str
    value: str
    wanted: str
    reached: bool

    def __str__(self) -> str:
        mark = "ok  " if self.reached else "MISS"
        return f"{mark} {self.name}: {self.value} (wanted: {self.wanted})"


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: rounds of what is timed, passages embedded, quotations drawn."""

    rounds: int = 6
    passages: int = 64
    quotations: int = 10_000


def in_turn(
    runs: Mapping[str, Callable[[], Any]],
    rounds: int,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Median seconds of each, over ``rounds`` in turn; the first of several only warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            started = clock()
            run()
            seconds[name].append(clock() - started)
    return {name: statistics.median(values[1:] or values) for name, values in seconds.items()}


def embedding(
    stories: Iterable[str], time: QuestionSet, models: Path, effort: Effort
) -> list[Figure]:
    """Passages of 256 tokens embedded in turn; what TIME's queries find by vectors alone."""
    import torch
    from sentence_transformers import SentenceTransformer

    compiled = open_embedder(None, models, threads=0)
    model = SentenceTransformer(str(model_folder(None)), device="cpu")
    texts = _long_texts(stories, effort.passages)

    def original(texts: list[str]) -> Any:
        return model.encode(texts, show_progress_bar=False)

    seconds = in_turn(
        {"compiled": lambda: compiled.encode_passages(texts), "original": lambda: original(texts)},
        effort.rounds,
    )
    ratio = seconds["original"] / seconds["compiled"]
    ours, theirs = _mrr(compiled.encode_passages, time), _mrr(original, time)
    change = ours / theirs - 1
    threads = torch.get_num_threads()
    return [
        Figure(
            f"passages embedded, against SentenceTransformer.encode ({threads} threads each)",
            f"{ratio:.2f}x",
            "3.0x",
            ratio >= 3.0,
        ),
        Figure(
            "the same: MRR@10 on TIME, dense alone",
            f"{ours:.4f} against {theirs:.4f} ({change:+.2%})",
            "within 0.5 %",
            abs(change) <= 0.005 or change > 0,
        ),
    ]


def _long_texts(stories: Iterable[str], count: int) -> list[str]:
    """The beginnings of the first stories that are long enough, of 254 WordPieces each."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model_folder(None) / "tokenizer.json"))
    tokenizer.no_truncation()

    def beginnings() -> Iterator[str]:
        for story in stories:
            offsets = tokenizer.encode(story, add_special_tokens=False).offsets
            if len(offsets) >= WORDPIECES:
                yield story[: offsets[WORDPIECES - 1][1]]

    return list(islice(beginnings(), count))


def _mrr(encode: Encode, time: QuestionSet) -> float:
    """MRR@10 of articles by the best of their stretches of 150 words, whatever the date."""
    places: list[str] = []
    texts: list[str] = []
    for document in time.documents or ():
        words = document.text.split()
        for start in range(0, len(words), WORDS):
            places.append(document.id)
            texts.append(" ".join(words[start : start + WORDS]))
    passages = encode(texts)
    queries = encode([question.question for question in time.questions])
    found = [_ranked(places, passages @ query) for query in queries]
    return statistics.mean(
        reciprocal_rank(ranked, question.grades, k=10)
        for ranked, question in zip(found, time.questions, strict=True)
    )


def _ranked(places: Sequence[str], scores: NDArray[np.float32]) -> list[str]:
    order = [places[row] for row in np.argsort(-scores, kind="stable")]
    return list(dict.fromkeys(order))


def cold_start(config: BuildConfig, effort: Effort) -> Figure:
    """From the start of the process to an answer, against importing sentence-transformers."""
    commands = {
        "ask": ["-m", "rag", *_ask("Where did they meet?", config)],
        "import": ["-c", "import sentence_transformers"],
    }
    seconds = in_turn({name: _process(words) for name, words in commands.items()}, effort.rounds)
    ratio = seconds["ask"] / seconds["import"]
    return Figure(
        "cold `dateline ask`, against `import sentence_transformers`",
        f"{ratio:.2f}x ({seconds['ask']:.2f} s to {seconds['import']:.2f} s)",
        "at most 0.35x",
        ratio <= 0.35,
    )


def memory(config: BuildConfig) -> Figure:
    """The most memory that a process holds while it answers (Linux)."""
    done = _run(["-c", PEAK, *_ask("What did OPEC decide on oil prices?", config)])
    megabytes = int(done.stderr.split()[-1]) * 1024 / 1e6
    return Figure(
        "peak memory of asking over that index",
        f"{megabytes:.0f} MB",
        "at most 500 MB",
        megabytes <= 500,
    )


def _ask(question: str, config: BuildConfig) -> list[str]:
    places = ["--index", str(config.index), "--models", str(config.models_folder)]
    return ["ask", question, *places]


def _process(words: Sequence[str]) -> Callable[[], Any]:
    return lambda: _run(words)


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], check=True, capture_output=True, text=True)


def build_time(time: QuestionSet, folder: Path, models: Path) -> BuildConfig:
    """Index the articles of TIME below ``folder``."""
    articles = write_corpus(time, folder / "time").parent
    config = BuildConfig(articles, folder / "time-index", models=models)
    build(config)
    return config


def retrieval(time: QuestionSet, config: BuildConfig) -> list[Figure]:
    """Articles found by the queries with an even number, which the fusion was tuned on, and others.

    A judgment of a document that is not in the collection is left out, as everywhere in the evals.
    """
    tuned = [question for question in time.questions if int(question.id) % 2 == 0]
    held_out = [question for question in time.questions if int(question.id) % 2 == 1]
    with LocalStore.open(config.index) as index:
        embedder = reopen_embedder(
            index.model_fingerprint, None, config.models_folder, threads=config.threads
        )
        retriever = Retriever(index, embedder, AskConfig(passages_per_article=1, top_k=10))
        known, new = _mean_ndcg(retriever, tuned), _mean_ndcg(retriever, held_out)
    return [
        Figure("TIME, tuned half of the queries: nDCG@10", f"{known:.3f}", "-", True),
        Figure("TIME, held-out half of the queries: nDCG@10", f"{new:.3f}", ".70", new >= 0.70),
    ]


def _mean_ndcg(retriever: Retriever, questions: Sequence[Question]) -> float:
    return statistics.mean(
        ndcg(
            [
                hit.passage.article.id
                for hit in retriever.retrieve(Query(question.question, question.question))
            ],
            question.grades,
            k=10,
        )
        for question in questions
    )


def updating(
    news: Iterable[Mapping[str, Any]], folder: Path, models: Path
) -> tuple[Figure, BuildConfig]:
    """A full build of the news, then one with one article more; the index is left for others."""
    articles = folder / "news"
    articles.mkdir()
    rows = list(news)
    config = BuildConfig(articles, folder / "news-index", models=models)
    write_rows(articles / NEWS, rows)
    full = _built(config)
    write_rows(articles / NEWS, [*rows, ADDED])
    again = _built(config)
    share = again.seconds / full.seconds
    figure = Figure(
        f"one article added to {full.articles:,}: time against the full build",
        f"{share:.1%} ({again.embedded} of {again.passages:,} passages embedded)",
        "at most 3 %, one embedded",
        share <= 0.03 and again.embedded == 1,
    )
    return figure, config


def _built(config: BuildConfig) -> BuildReport:
    report = build(config)
    print(
        f"  {report.articles:,} articles, {report.passages:,} passages, "
        f"{report.embedded:,} embedded, {report.seconds:.1f} s",
        file=sys.stderr,
    )
    return report


def quotations(config: BuildConfig, effort: Effort) -> Figure:
    """Passages and sentences drawn at random, compared with the rows that they came from."""
    texts = _texts(config.articles / NEWS)
    draw, right, total = random.Random(0), 0, 0
    with LocalStore.open(config.index) as index:
        while total < effort.quotations:
            passage = index.passage(draw.randrange(len(index)))
            article = passage.article
            spans = sentence_spans(article.text, passage.start, passage.end)
            for start, end in [(passage.start, passage.end), *spans][: effort.quotations - total]:
                total += 1
                right += texts[article.id][start:end] == article.text[start:end] != ""
    return Figure(
        "quotations with text[start:end] == quote",
        f"{right:,} of {total:,}",
        f"{total:,} of {total:,}",
        right == total,
    )


def _texts(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return {row["id"]: row["text"] for row in rows}


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
