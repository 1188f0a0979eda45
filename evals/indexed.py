"""A set and an index on disk in; how the index was built out, if it is of the set's articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from evals.sets import EvalSet
from evals.settings import ELSEWHERE
from rag.config import BuildConfig
from rag.errors import IndexMismatch
from rag.index.local import LocalStore

# An index notes more than its settings: by which rules its passages were cut.
_OF_A_BUILD = {field.name for field in fields(BuildConfig)} - ELSEWHERE


def check_index(asked: EvalSet, folder: Path) -> Mapping[str, Any]:
    """The settings that the index in ``folder`` was built with.

    Raises IndexMismatch when it holds other articles than those that the set is about, and another
    IndexUnusable when it cannot be opened.
    """
    with LocalStore.open(folder) as index:
        held = {entry.id: entry.sha256 for entry in index.entries()}
        built = {name: index.settings[name] for name in index.settings if name in _OF_A_BUILD}
    wanted = {name: article.sha256 for name, article in asked.articles.items()}
    if held != wanted:
        differing = sorted({name for name, _ in held.items() ^ wanted.items()})
        raise IndexMismatch(
            f"The index {folder} is not of the articles of {asked.name!r} ({len(differing)} are "
            f"missing, foreign or changed, {differing[0]!r} first); build it from {asked.folder} "
            "with: dateline build --articles … --index …"
        )
    return built
