"""An index of two versions, and what lies in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.index import small


@pytest.fixture(scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    for count in (3, 4):
        small.build(folder, small.articles(count), files=[{"path": "a0.txt"}])
    return folder


@pytest.fixture
def folder(two_versions: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two_versions, tmp_path / "index"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "versions").iterdir())
