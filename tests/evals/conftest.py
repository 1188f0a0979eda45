"""The articles and questions of ``ferry.py`` in a folder, and the corpora of the side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evals.ferry import ARTICLES, QUESTIONS, row


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evals")
    (folder / "articles").mkdir()
    for name, text in ARTICLES.items():
        (folder / "articles" / f"{name}.txt").write_text(text)
    (folder / "mine.jsonl").write_text("\n".join(row(*one) for one in QUESTIONS))
    return folder
