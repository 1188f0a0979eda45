"""The path of a question set in, its format found out by looking; a QuestionSet out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evals.adapters.beir import is_beir, read_beir
from evals.adapters.multihop import QUESTIONS, is_multihop, read_multihop
from evals.adapters.squad import read_flat, read_squad
from evals.questions import load_questions
from evals.rows import Problems, QuestionSetError, json_rows
from evals.types import QuestionSet
from rag.types import Article


def read_question_set(path: Path, articles: Mapping[str, Article] | None = None) -> QuestionSet:
    """The set at ``path``: a folder like BEIR's or MultiHop-RAG's, SQuAD's JSON, flat rows, ours.

    ``articles`` are those that a file in our own format is about; without them its spans are not
    checked. Raises QuestionSetError when the format is not known or the set is bad.
    """
    if not path.exists():
        raise QuestionSetError(f"There is no question set at {path}; name a file or folder.")
    name = path.resolve().name.split(".")[0]
    if path.is_dir():
        return _folder(path, name)
    if path.name == QUESTIONS and is_multihop(path.parent):
        return read_multihop(path.parent, path.parent.resolve().name)
    suffix = path.name.removesuffix(".gz").rpartition(".")[2]
    if suffix == "json":
        return read_squad(path, name)
    if suffix == "jsonl":
        return _rows(path, name, articles)
    raise _unknown(path)


def _folder(path: Path, name: str) -> QuestionSet:
    if is_beir(path):
        return read_beir(path, name)
    if is_multihop(path):
        return read_multihop(path, name)
    raise _unknown(path)


def _rows(path: Path, name: str, articles: Mapping[str, Article] | None) -> QuestionSet:
    problems = Problems(path)
    _, first = next(json_rows(path, problems), ("", None))
    problems.stop_if_any()
    if first is None:
        raise QuestionSetError(f"{path} holds no question; nothing was scored: name another file.")
    if "context" in first:
        return read_flat(path, name)
    if "kind" in first or "articles" in first:
        return QuestionSet(name, tuple(load_questions(path, articles)))
    raise _unknown(path)


def _unknown(path: Path) -> QuestionSetError:
    return QuestionSetError(
        f"{path} is no question set that is known here: name SQuAD's .json, a .jsonl of rows with "
        "a context, a .jsonl in our own format, or a folder with corpus.jsonl, queries.jsonl and "
        f"qrels.tsv or with corpus.json and {QUESTIONS}."
    )
