"""The engine's figures: public data on disk in, measured ratios and scores, in one table, out.

    python -m evals.figures DATA

DATA holds ``ir/time`` (BEIR-like: ``corpus.jsonl.gz``, ``queries.jsonl.gz``, ``qrels.tsv``) and
``news/reuters21578.jsonl.gz``. Everything that is compared runs in turn in this one process or in
child processes started in turn; medians are quoted, and ratios rather than times.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evals.collections import TimeMagazine, read_rows, write_rows
from evals.metrics.retrieval import ndcg, reciprocal_rank
from rag.answer.retriever import Retriever
from rag.config import AskConfig, BuildConfig
from rag.index.index import Index
from rag.ingest.builder import build
from rag.models.embedder import (
    Embedder,
    SentenceTransformerEmbedder,
    open_embedder,
    reopen_embedder,
)
from rag.models.weights import model_folder
from rag.text import sentence_spans
from rag.types import BuildReport, Query

ROUNDS = 5
PASSAGES = 64
QUOTATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; ``wanted`` is the value that was aimed at."""

    name: str
    value: str
    wanted: str
    reached: bool


def embedding(news: Path, models: Path, times: TimeMagazine) -> list[Figure]:
    """Passages of 256 tokens by the compiled model and by sentence-transformers, in turn."""
    import torch

    compiled = open_embedder(None, models, threads=0)
    original = SentenceTransformerEmbedder(model_folder(None))
    threads = torch.get_num_threads()
    texts = _long_texts(news, original)
    runs: dict[str, Callable[[], Any]] = {
        "compiled": lambda: compiled.encode_passages(texts),
        "original": lambda: original._model.encode(texts, show_progress_bar=False),
    }
    seconds = in_turn(runs)
    ratio = seconds["original"] / seconds["compiled"]
    mrr = {"c": _dense_mrr(compiled, times), "o": _dense_mrr(original, times)}
    change = mrr["c"] / mrr["o"] - 1
    return [
        Figure(
            f"passages embedded, against SentenceTransformer.encode ({threads} threads each)",
            f"{ratio:.2f}x",
            "3.0x",
            ratio >= 3.0,
        ),
        Figure(
            "the same: MRR@10 on TIME, dense alone",
            f"{mrr['c']:.4f} against {mrr['o']:.4f} ({change:+.2%})",
            "within 0.5 %",
            abs(change) <= 0.005 or change > 0,
        ),
    ]


def _long_texts(news: Path, embedder: Embedder) -> list[str]:
    """Texts of 254 tokens, 256 with the two special ones."""
    tokenizer = embedder._tokenizer  # type: ignore[attr-defined]
    texts: list[str] = []
    for row in read_rows(news):
        encoded = tokenizer(
            row["text"], add_special_tokens=False, return_offsets_mapping=True, truncation=False
        )
        offsets = encoded["offset_mapping"]
        if len(offsets) >= 254:
            texts.append(row["text"][: offsets[253][1]])
        if len(texts) == PASSAGES:
            return texts
    return texts


def _dense_mrr(embedder: Embedder, times: TimeMagazine) -> float:
    """Each article by its best stretch of about 180 words."""
    places: list[str] = []
    texts: list[str] = []
    for article in times.articles:
        words = article["text"].split()
        for start in range(0, len(words), 150):
            places.append(article["id"])
            texts.append(" ".join(words[start : start + 150]))
    passages = embedder.encode_passages(texts)
    values = []
    for query, text in times.queries.items():
        scores = passages @ embedder.encode_queries([text])[0]
        order = [places[row] for row in np.argsort(-scores, kind="stable")]
        values.append(reciprocal_rank(list(dict.fromkeys(order)), times.relevant[query], k=10))
    return statistics.mean(values)


def cold_start(index: Path, models: Path) -> Figure:
    """From the start of the process to an answer, against importing sentence-transformers."""
    ask = ["-m", "rag", "ask", "Where did they meet?", "--index", str(index)]
    commands = {
        "ask": [sys.executable, *ask, "--models", str(models)],
        "import": [sys.executable, "-c", "import sentence_transformers"],
    }
    seconds = in_turn({name: _process(command) for name, command in commands.items()})
    ratio = seconds["ask"] / seconds["import"]
    return Figure(
        "cold `rag ask`, against `import sentence_transformers`",
        f"{ratio:.2f}x ({seconds['ask']:.2f} s to {seconds['import']:.2f} s)",
        "at most 0.35x",
        ratio <= 0.35,
    )


def _process(command: Sequence[str]) -> Callable[[], Any]:
    return lambda: subprocess.run(command, check=True, capture_output=True)


def in_turn(runs: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """Median seconds of each, over rounds in turn; the first round only warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(ROUNDS + 1):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            if number:
                seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in seconds.items()}


def retrieval(times: TimeMagazine, folder: Path, models: Path) -> list[Figure]:
    """Articles found in TIME by the retriever as it is shipped."""
    articles = folder / "time"
    articles.mkdir()
    write_rows(articles / "time.jsonl", times.articles)
    config = BuildConfig(articles, folder / "time-index", models=models)
    build(config)
    with Index.open(config.index) as index:
        embedder = reopen_embedder(index.model_fingerprint, None, models, threads=0)
        values = {
            half: _mean_ndcg(Retriever(index, embedder, _by_article()), times, times.half(half))
            for half in (False, True)
        }
    return [
        Figure("TIME, tuned half of the queries: nDCG@10", f"{values[False]:.3f}", "-", True),
        Figure(
            "TIME, held-out half of the queries: nDCG@10",
            f"{values[True]:.3f}",
            ".70",
            values[True] >= 0.70,
        ),
    ]


def _by_article() -> AskConfig:
    return AskConfig(passages_per_article=1, top_k=10)


def _mean_ndcg(retriever: Retriever, times: TimeMagazine, queries: Mapping[str, str]) -> float:
    return statistics.mean(
        ndcg(
            [hit.passage.article.id for hit in retriever.retrieve(Query(text, text))],
            times.relevant[query],
            k=10,
        )
        for query, text in queries.items()
    )


def large_index(news: Path, folder: Path, models: Path) -> tuple[list[Figure], BuildConfig]:
    """A full build of the news, then one with one article more."""
    articles = folder / "news"
    articles.mkdir()
    rows = list(read_rows(news))
    write_rows(articles / "news.jsonl", rows)
    config = BuildConfig(articles, folder / "news-index", models=models)
    full = _report(build(config))
    added = {"id": "new", "date": "2024-05-01", "title": "Veldt harbour", "text": "Ice closed it."}
    write_rows(articles / "news.jsonl", [*rows, added])
    again = _report(build(config))
    share = again.seconds / full.seconds
    return [
        Figure(
            f"one article added to {full.articles:,}: time against the full build",
            f"{share:.1%} ({again.embedded} of {again.passages:,} passages embedded)",
            "at most 3 %, one embedded",
            share <= 0.03 and again.embedded == 1,
        )
    ], config


def _report(report: BuildReport) -> BuildReport:
    print(
        f"  {report.articles:,} articles, {report.passages:,} passages, "
        f"{report.embedded:,} embedded, {report.seconds:.1f} s",
        file=sys.stderr,
    )
    return report


def memory(config: BuildConfig) -> Figure:
    """The most memory that a process holds while it answers from the large index."""
    # Not ru_maxrss, which a child takes over from the process that started it.
    code = (
        "import sys; from rag.cli import main; main(sys.argv[1:]); "
        "status = open('/proc/self/status').read(); "
        "print(status.split('VmHWM:')[1].split()[0], file=sys.stderr)"
    )
    places = ["--index", str(config.index), "--models", str(config.models)]
    command = [sys.executable, "-c", code, "ask", "What did OPEC decide on oil prices?", *places]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    megabytes = int(done.stderr.split()[-1]) / 1000
    return Figure(
        "peak memory of asking over that index",
        f"{megabytes:.0f} MB",
        "at most 500 MB",
        megabytes <= 500,
    )


def quotations(config: BuildConfig) -> Figure:
    """Passages and sentences drawn at random, compared with the rows that they came from."""
    texts = {}
    with (config.articles / "news.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            texts[row["id"]] = row["text"]
    rng, right, total = random.Random(0), 0, 0
    with Index.open(config.index) as index:
        while total < QUOTATIONS:
            passage = index.passage(rng.randrange(len(index)))
            spans = sentence_spans(passage.article.text, passage.start, passage.end)
            for start, end in [(passage.start, passage.end), *spans][: QUOTATIONS - total]:
                total += 1
                quote = passage.article.text[start:end]
                right += texts[passage.article.id][start:end] == quote != ""
    return Figure(
        "quotations with text[start:end] == quote",
        f"{right:,} of {total:,}",
        f"{QUOTATIONS:,} of {QUOTATIONS:,}",
        right == total == QUOTATIONS,
    )


def measure(data: Path, folder: Path, models: Path) -> Iterator[Figure]:
    """Every figure, one after another."""
    times, news = TimeMagazine(data / "ir" / "time"), data / "news" / "reuters21578.jsonl.gz"
    yield from retrieval(times, folder, models)
    yield from embedding(news, models, times)
    yield cold_start(folder / "time-index", models)
    figures, config = large_index(news, folder, models)
    yield from figures
    yield memory(config)
    yield quotations(config)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("data", type=Path, metavar="DATA")
    options.add_argument("--models", type=Path, default=Path("index/models"))
    options.add_argument("--work", type=Path, help="where to build; emptied first")
    chosen = options.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    if chosen.work:
        shutil.rmtree(chosen.work, ignore_errors=True)
        chosen.work.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=chosen.work) as name:
        missed = 0
        for figure in measure(chosen.data, Path(name), chosen.models):
            mark = "ok  " if figure.reached else "MISS"
            print(f"{mark} {figure.name}: {figure.value} (wanted: {figure.wanted})", flush=True)
            missed += not figure.reached
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
