"""Folders of articles, and an embedder that can be computed by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from rag.config import BuildConfig
from rag.ingest.build import build
from rag.models.runtime import Float32
from rag.types import BuildReport, FileReport

TODAY = date(2026, 1, 1)
DIM = 8


class Hashing:
    """A unit vector that depends on the text alone; it counts what it is given."""

    fingerprint, dim, max_tokens = "hashing", DIM, 64

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> Float32:
        self.encoded += texts
        return np.array([_vector(text) for text in texts], np.float32).reshape(-1, DIM)

    encode_queries = encode_passages

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def _vector(text: str) -> Float32:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    values = np.random.default_rng(seed).standard_normal(DIM)
    return (values / np.linalg.norm(values)).astype(np.float32)


def story(number: int, *, day: str = "2024-05-01") -> str:
    """A text file's article of a few passages' length."""
    sentences = [
        f"Minister {number} met envoy {number + i} in town {i} to discuss the price of grain."
        for i in range(8)
    ]
    return f" date {day} {' '.join(sentences)}"


TWO = {"a.txt": story(1), "b.txt": story(2)}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """``folder`` with exactly these files."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def run(
    articles: Path, index: Path, *, embedder: Hashing | None = None, **options: Any
) -> BuildReport:
    """A build with the hashing embedder and passages of at most 40 tokens."""
    config = BuildConfig(articles, index, max_tokens=40)
    return build(config, embedder=embedder or Hashing(), today=TODAY, **options)


def fates(report: BuildReport) -> dict[str, str]:
    return {file.path: file.fate for file in report.files}


def of(report: BuildReport, path: str) -> FileReport:
    return next(file for file in report.files if file.path == path)
