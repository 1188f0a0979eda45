"""MultiHop-RAG's two JSON files in; a QuestionSet over its news articles out.

Tang and Yang 2024, arXiv:2401.15391: ``corpus.json`` and ``MultiHopRAG.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from evals.adapters.corpus import document_id
from evals.rows import Bad, Problems, QuestionSetError, json_file, text_of
from evals.types import Document, Gold, Question, QuestionSet

CORPUS, QUESTIONS = "corpus.json", "MultiHopRAG.json"
NO_ANSWER = "insufficient information"
LABELS = ("yes", "no")

Row = dict[str, Any]
ByName = Mapping[str, Document]


def is_multihop(folder: Path) -> bool:
    """Whether the folder has both files."""
    return (folder / CORPUS).exists() and (folder / QUESTIONS).exists()


def read_multihop(folder: Path, name: str) -> QuestionSet:
    """Questions over several articles each; inference, comparison, temporal and null ones.

    An answer "Yes" or "No" makes a question of kind ``yesno``, whose answers are the facts quoted
    as evidence; any other is a ``span`` without a place. "Insufficient information." marks an
    unanswerable one. Evidence from an article that is not there is left out and noted.
    """
    problems = Problems(folder)
    documents = _documents(folder / CORPUS, problems)
    by_name = {key: one for one in documents for key in (one.title, one.url) if key}
    notes: list[str] = []
    questions = []
    for number, row in enumerate(_rows(folder / QUESTIONS)):
        where = f"{QUESTIONS}[{number}]"
        question = problems.take(
            where, partial(_question, row, by_name, f"{name}-{number:04}", where, notes)
        )
        if question is not None:
            questions.append(question)
    problems.stop_if_any()
    if not questions:
        raise QuestionSetError(f"{folder / QUESTIONS} holds no question; nothing was scored.")
    return QuestionSet(name, tuple(questions), documents, tuple(notes))


def _documents(path: Path, problems: Problems) -> tuple[Document, ...]:
    made = [
        problems.take(f"{path.name}[{number}]", partial(_document, row))
        for number, row in enumerate(_rows(path))
    ]
    return tuple(document for document in made if document is not None)


def _document(row: Row) -> Document:
    title, url = str(row.get("title") or ""), str(row.get("url") or "")
    body = text_of(row, "body")
    # The day as published: a time zone does not move it.
    day = str(row.get("published_at") or "")[:10]
    return Document(document_id(url or title or body), body, title=title, date=day, url=url)


def _question(
    row: Row, by_name: ByName, question_id: str, where: str, notes: list[str]
) -> Question:
    answer = text_of(row, "answer")
    nothing = row.get("question_type") == "null_query" or _plain(answer) == NO_ANSWER
    label = _plain(answer) if _plain(answer) in LABELS else ""
    evidence = [] if nothing else _evidence(row, by_name, where, notes)
    golds = tuple(_gold(fact, document) for fact, document in evidence)
    return Question(
        id=question_id,
        question=text_of(row, "query"),
        kind="yesno" if label else "span",
        kind_known=False,
        answers=() if nothing else (golds if label else (Gold(answer),)),
        articles=tuple(dict.fromkeys(document.id for _, document in evidence)),
        unanswerable=nothing,
        label=label,
        note=str(row.get("question_type") or ""),
        source=where,
    )


def _evidence(
    row: Row, by_name: ByName, where: str, notes: list[str]
) -> list[tuple[str, Document]]:
    found = []
    for item in row.get("evidence_list") or ():
        if not isinstance(item, dict):
            raise Bad("'evidence_list' is not a list of objects")
        names = [str(item.get(key) or "") for key in ("url", "title")]
        document = next((by_name[name] for name in names if name in by_name), None)
        if document is None:
            notes.append(f"{where}: evidence from {' '.join(names)!r}, not in the corpus")
        else:
            found.append((str(item.get("fact") or ""), document))
    return found


def _gold(fact: str, document: Document) -> Gold:
    """The fact in its place; without offsets where it is not quoted to the letter."""
    start = document.text.find(fact) if fact else -1
    if start < 0:
        return Gold(fact, document.id)
    return Gold(fact, document.id, start, start + len(fact))


def _plain(answer: str) -> str:
    return answer.strip().rstrip(".").lower()


def _rows(path: Path) -> list[Row]:
    value = json_file(path)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise QuestionSetError(f"{path} is not a JSON list of objects; name another folder.")
    return value
