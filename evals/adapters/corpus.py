"""The documents of a question set in; a folder of articles that Dateline can index out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from evals.rows import QuestionSetError
from evals.types import QuestionSet

ARTICLES = "articles.jsonl"


def write_corpus(question_set: QuestionSet, folder: Path) -> Path:
    """Write every document as a row of ``articles.jsonl`` in ``folder``, and give its path.

    The same set gives the same bytes. Raises QuestionSetError for a set without documents.
    """
    if question_set.documents is None:
        raise QuestionSetError(
            f"The set {question_set.name!r} holds questions only; name the folder of its articles."
        )
    folder.mkdir(parents=True, exist_ok=True)
    path, unfinished = folder / ARTICLES, folder / f".{ARTICLES}"
    with unfinished.open("w", encoding="utf-8", newline="\n") as stream:
        for document in question_set.documents:
            stream.write(json.dumps(asdict(document)) + "\n")
    unfinished.replace(path)
    return path


def document_id(text: str) -> str:
    """A stable id for a document that has none: 16 digits of the SHA-256 of ``text``."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
