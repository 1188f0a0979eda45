"""A question file and the articles in; checked reference questions, each in its split, out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path

from evals.question_row import question_of, split_of
from evals.rows import Problems, QuestionSetError, json_rows
from evals.types import Question
from rag.types import Article

__all__ = ["QuestionSetError", "load_articles", "load_questions", "split_of"]


def load_questions(path: Path, articles: Mapping[str, Article] | None) -> list[Question]:
    """The questions of a file in our own format, every span checked against its article.

    An answer without offsets stands for every place where its text occurs in its article. Without
    ``articles`` spans are taken as they are. Raises QuestionSetError, which names every bad line
    with its number and reason, when any line is bad or none holds a question.
    """
    problems = Problems(path)
    questions: list[Question] = []
    first: dict[str, str] = {}
    for where, row in json_rows(path, problems):
        question = problems.take(where, partial(question_of, row, articles, where))
        if question is None:
            continue
        if question.id in first:
            problems.add(where, f"the id {question.id!r} is that of {first[question.id]}")
        first.setdefault(question.id, where)
        questions.append(question)
    problems.stop_if_any()
    if not questions:
        raise QuestionSetError(f"{path} holds no question; nothing was scored: name another file.")
    return questions


def load_articles(folder: Path) -> dict[str, Article]:
    """The articles below ``folder`` by id, as a build reads them; no date counts as future.

    Raises ArticleError when the folder cannot be read.
    """
    from rag.config import BuildConfig
    from rag.ingest.build import limits
    from rag.ingest.corpus import Corpus

    corpus = Corpus(folder, limits=limits(BuildConfig(articles=folder)), today=date.max)
    return {article.id: article for article in corpus.articles()}
