"""The articles and questions of ``ferry.py`` in a folder, and the corpora of the side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.bench.corpora import Corpora
from rag.models.embedder import Embedder
from tests.evals.bench_worlds import data_folder
from tests.evals.ferry import ARTICLES, QUESTIONS, row


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evals")
    (folder / "articles").mkdir()
    for name, text in ARTICLES.items():
        (folder / "articles" / f"{name}.txt").write_text(text)
    (folder / "mine.jsonl").write_text("\n".join(row(*one) for one in QUESTIONS))
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_folder(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def corpora(data: Path, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Corpora:
    news = data / "news" / "reuters21578.jsonl.gz"
    return Corpora(tmp_path_factory.mktemp("corpora"), news, embedder, say=lambda said: None)
