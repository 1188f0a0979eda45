"""A folder of public data, and the corpora prepared from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.bench.corpora import Corpora
from rag.models.embedder import Embedder
from tests.evals.bench.worlds import data_folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_folder(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def corpora(data: Path, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Corpora:
    news = data / "news" / "reuters21578.jsonl.gz"
    return Corpora(tmp_path_factory.mktemp("corpora"), news, embedder, say=lambda said: None)
