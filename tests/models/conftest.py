"""Small readers, made and compiled once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.models.compile import export_reader
from rag.models.reader import SpanReader
from tests.models import readers


@pytest.fixture(scope="session")
def bert_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A question-answering BERT as transformers saves it; tests only read it."""
    folder = tmp_path_factory.mktemp("bert")
    readers.bert(folder)
    return folder


@pytest.fixture(scope="session")
def bert_compiled(bert_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, compiled; tests only read it."""
    out = tmp_path_factory.mktemp("compiled") / "bert"
    export_reader(bert_folder, out)
    return out


@pytest.fixture(scope="session")
def bert_reader(bert_compiled: Path) -> SpanReader:
    return SpanReader(bert_compiled, threads=2)


@pytest.fixture(scope="session")
def distilbert_reader(tmp_path_factory: pytest.TempPathFactory) -> SpanReader:
    return _compiled(readers.distilbert, tmp_path_factory)


@pytest.fixture(scope="session")
def roberta_reader(tmp_path_factory: pytest.TempPathFactory) -> SpanReader:
    return _compiled(readers.roberta, tmp_path_factory)


@pytest.fixture(scope="session")
def planted_reader(tmp_path_factory: pytest.TempPathFactory) -> SpanReader:
    """Finds ``Zanzibar`` and ``New York`` and nothing else."""
    return _compiled(readers.planted, tmp_path_factory)


def _compiled(
    make: Callable[[Path], object], tmp_path_factory: pytest.TempPathFactory
) -> SpanReader:
    folder = tmp_path_factory.mktemp("model")
    make(folder)
    export_reader(folder, folder / "compiled")
    return SpanReader(folder / "compiled", threads=2)
