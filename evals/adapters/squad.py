"""Questions on given contexts in (SQuAD's JSON, or one flat row each); a QuestionSet out.

SQuAD 1.1: Rajpurkar et al. 2016, arXiv:1606.05250. SQuAD 2.0: Rajpurkar et al. 2018,
arXiv:1806.03822.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from evals.adapters.corpus import document_id
from evals.rows import Bad, Problems, QuestionSetError, json_file, json_rows, text_of
from evals.types import Document, Gold, Question, QuestionSet

Row = dict[str, Any]


def read_squad(path: Path, name: str) -> QuestionSet:
    """SQuAD 1.1 or 2.0 as published: ``data`` > ``paragraphs`` > ``qas``.

    Raises QuestionSetError, which names each bad question by its place in the file.
    """
    problems = Problems(path)
    return _question_set(path, name, _published_rows(path, problems), problems)


def read_flat(path: Path, name: str) -> QuestionSet:
    """JSON lines ``{id, title, context, question, answers[{text, answer_start}], is_impossible}``.

    Read one line at a time; a context is kept once, however many questions it has. Raises
    QuestionSetError with every bad line.
    """
    problems = Problems(path)
    return _question_set(path, name, json_rows(path, problems), problems)


def _question_set(
    path: Path, name: str, rows: Iterable[tuple[str, Row]], problems: Problems
) -> QuestionSet:
    documents: dict[str, Document] = {}
    questions: dict[str, Question] = {}
    for where, row in rows:
        question = problems.take(where, partial(_question, row, documents, where))
        if question is None:
            continue
        if question.id in questions:
            problems.add(where, f"the id {question.id!r} occurs twice")
        questions[question.id] = question
    problems.stop_if_any()
    if not questions:
        raise QuestionSetError(f"{path} holds no question; nothing was scored: name another file.")
    return QuestionSet(name, tuple(questions.values()), tuple(documents.values()))


def _question(row: Row, documents: dict[str, Document], source: str) -> Question:
    document = _document(row, documents)
    impossible = bool(row.get("is_impossible", False))
    answers = () if impossible else tuple(_golds(row, document))
    if not impossible and not answers:
        raise Bad("has no answers and is not marked impossible")
    return Question(
        id=text_of(row, "id"),
        question=text_of(row, "question"),
        answers=answers,
        articles=() if impossible else (document.id,),
        kind_known=False,
        unanswerable=impossible,
        context=document.text,
        source=source,
    )


def _document(row: Row, documents: dict[str, Document]) -> Document:
    context = text_of(row, "context")
    title = row.get("title") or ""
    return documents.setdefault(
        context, Document(document_id(context), context, title=str(title).replace("_", " "))
    )


def _golds(row: Row, document: Document) -> Iterator[Gold]:
    """Each annotator's answer, once."""
    seen = set()
    for answer in _items(row, "answers"):
        text, start = text_of(answer, "text"), answer.get("answer_start")
        if type(start) is not int or not document.text.startswith(text, start) or start < 0:
            raise Bad(f"{text!r} does not stand at {start!r} in the context")
        if (text, start) not in seen:
            seen.add((text, start))
            yield Gold(text, document.id, start, start + len(text))


def _published_rows(path: Path, problems: Problems) -> Iterator[tuple[str, Row]]:
    value = json_file(path)
    try:
        for a, article in enumerate(_items(value, "data")):
            for p, paragraph in enumerate(_items(article, "paragraphs")):
                for q, row in enumerate(_items(paragraph, "qas")):
                    where = f"{path.name}: data[{a}].paragraphs[{p}].qas[{q}]"
                    yield where, {**_shared(article, paragraph), **row}
    except Bad as reason:
        problems.add(path.name, reason)


def _shared(article: Row, paragraph: Row) -> Row:
    return {"title": article.get("title"), "context": paragraph.get("context")}


def _items(value: Any, name: str) -> list[Row]:
    items = value.get(name) if isinstance(value, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Bad(f"{name!r} is not a list of objects")
    return items
