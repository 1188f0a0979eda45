"""A folder of documents, queries and graded judgments in; a QuestionSet of searches out.

The layout is that of BEIR (Thakur et al. 2021, arXiv:2104.08663): ``corpus.jsonl``,
``queries.jsonl``, either gzipped or not, and ``qrels.tsv`` or ``qrels/test.tsv``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from evals.rows import Bad, Problems, QuestionSetError, json_rows, lines, text_of
from evals.types import Document, Question, QuestionSet

Grades = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class BeirDocuments:
    """The documents of a corpus file, read from it anew each time they are asked for."""

    path: Path

    def __iter__(self) -> Iterator[Document]:
        problems = Problems(self.path)
        for where, row in json_rows(self.path, problems):
            document = problems.take(where, partial(_document, row))
            if document is not None:
                yield document
        problems.stop_if_any()


def is_beir(folder: Path) -> bool:
    """Whether the folder has the files of such a set."""
    return all(
        _file(folder, name) is not None for name in ("corpus.jsonl", "queries.jsonl")
    ) and any(path.exists() for path in _qrels(folder))


def read_beir(folder: Path, name: str) -> QuestionSet:
    """The queries that have a judgment, each with its grades.

    A judgment of a document or query that is not there is left out and noted: it could be met by
    no system. Raises QuestionSetError with every bad line.
    """
    problems = Problems(folder)
    documents = BeirDocuments(_found(folder, "corpus.jsonl"))
    ids = {document.id for document in documents}
    grades, missing = _grades(_found_qrels(folder), ids, problems)
    queries = _queries(_found(folder, "queries.jsonl"), problems)
    problems.stop_if_any()
    questions = tuple(
        _question(query, text, grades[query], where)
        for query, (text, where) in queries.items()
        if any(grade > 0 for grade in grades.get(query, {}).values())
    )
    if not questions:
        raise QuestionSetError(f"{folder} has no judged query; nothing was scored.")
    strangers = [f"there is no query {query!r} to judge" for query in grades.keys() - queries]
    asked = {question.id for question in questions}
    unjudged = [f"query {query!r} has no relevant document" for query in queries.keys() - asked]
    return QuestionSet(name, questions, documents, (*missing, *sorted(strangers + unjudged)))


def _question(query: str, text: str, grades: Mapping[str, int], where: str) -> Question:
    return Question(
        id=query,
        question=text,
        kind="passage",
        kind_known=False,
        articles=tuple(name for name, grade in grades.items() if grade > 0),
        grades=grades,
        source=where,
    )


def _grades(path: Path, ids: set[str], problems: Problems) -> tuple[Grades, list[str]]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    missing: list[str] = []
    for where, line in lines(path, problems):
        if where.endswith(":1") and not line.rstrip("\r\n").split("\t")[-1].strip("-").isdigit():
            continue  # The header
        judgment = problems.take(where, partial(_judgment, line))
        if judgment is None:
            continue
        query, document, grade = judgment
        if document in ids:
            grades[query][document] = grade
        else:
            missing.append(f"{where}: query {query!r} names document {document!r}, not in corpus")
    return grades, missing


def _judgment(line: str) -> tuple[str, str, int]:
    cells = line.rstrip("\r\n").split("\t")
    try:
        query, document, grade = cells
        return query, document, int(grade)
    except ValueError as error:
        raise Bad("is not query, document and whole grade between tabs") from error


def _queries(path: Path, problems: Problems) -> dict[str, tuple[str, str]]:
    queries: dict[str, tuple[str, str]] = {}
    for where, row in json_rows(path, problems):
        query = problems.take(where, partial(_id, row))
        text = problems.take(where, partial(text_of, row, "text"))
        if query in queries:
            problems.add(where, f"the id {query!r} occurs twice")
        if query is not None and text is not None:
            queries[query] = (text, where)
    return queries


def _document(row: dict[str, Any]) -> Document:
    told = {name: str(row.get(name) or "") for name in ("title", "date", "url")}
    return Document(_id(row), text_of(row, "text"), **told)


def _id(row: dict[str, Any]) -> str:
    return text_of(row, "_id" if "_id" in row else "id")


def _file(folder: Path, name: str) -> Path | None:
    paths = (folder / name, folder / f"{name}.gz")
    return next((path for path in paths if path.exists()), None)


def _found(folder: Path, name: str) -> Path:
    path = _file(folder, name)
    if path is None:
        raise QuestionSetError(f"{folder} has no {name}; name a folder that has one.")
    return path


def _qrels(folder: Path) -> tuple[Path, Path]:
    return folder / "qrels.tsv", folder / "qrels" / "test.tsv"


def _found_qrels(folder: Path) -> Path:
    return next((path for path in _qrels(folder) if path.exists()), _qrels(folder)[0])
