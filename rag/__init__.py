"""Dateline: questions about a collection of news articles, answered with their own words.

>>> from rag import Pipeline
>>> Pipeline.open("index").ask("Where did they meet?").text  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.answer.pipeline import Pipeline
    from rag.config import AskConfig, BuildConfig
    from rag.errors import RagError
    from rag.ingest.build import build
    from rag.types import Answer, Article, Citation, Window

__all__ = [
    "Answer",
    "Article",
    "AskConfig",
    "BuildConfig",
    "Citation",
    "Pipeline",
    "RagError",
    "Window",
    "build",
]

_HOMES = {
    "Pipeline": "rag.answer.pipeline",
    "build": "rag.ingest.build",
    "AskConfig": "rag.config",
    "BuildConfig": "rag.config",
    "RagError": "rag.errors",
    "Answer": "rag.types",
    "Article": "rag.types",
    "Citation": "rag.types",
    "Window": "rag.types",
}


def __getattr__(name: str) -> Any:
    """Import a public name where it is first used, so that ``import rag`` loads nothing heavy."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
