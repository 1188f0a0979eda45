"""News in; what one article more costs, and whether every quotation is literal, out."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evals.collections import write_rows
from evals.figures.figure import Effort, Figure
from rag.config import BuildConfig
from rag.index.local import LocalStore
from rag.ingest.build import build
from rag.text.sentences import sentence_spans
from rag.types import BuildReport

NEWS = "news.jsonl"
ADDED = {"id": "new", "date": "2024-05-01", "title": "Veldt harbour", "text": "Ice closed it."}


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
