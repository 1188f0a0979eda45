"""Writes a folder of files and reads it as a corpus, for the tests of this folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from rag.ingest.corpus import Corpus, SourceFile
from rag.types import Article
from tests.ingest.reading import LIMITS, TODAY

SEEDS = Path(__file__).parents[2] / "seeds"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def corpus(folder: Path, **limits: int) -> tuple[list[Article], list[SourceFile]]:
    reading = Corpus(folder, limits=replace(LIMITS, **limits), today=TODAY)
    return list(reading.articles()), reading.files


def kept(folder: Path) -> dict[str, str]:
    """Paths by article id."""
    return {article.id: article.path for article in corpus(folder)[0]}


def fates(folder: Path) -> dict[str, str]:
    """What was skipped, and why."""
    return {file.path: file.skipped for file in corpus(folder)[1] if file.skipped}


def rows(*fields: dict[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in fields)
