"""Public question sets: SQuAD, flat rows with a context, folders like BEIR's, and MultiHop-RAG.

SQuAD 1.1: Rajpurkar et al. 2016, arXiv:1606.05250. SQuAD 2.0: Rajpurkar et al. 2018,
arXiv:1806.03822. BEIR: Thakur et al. 2021, arXiv:2104.08663, with ``corpus.jsonl`` and
``queries.jsonl``, gzipped or not, and ``qrels.tsv`` or ``qrels/test.tsv``. MultiHop-RAG: Tang and
Yang 2024, arXiv:2401.15391, with ``corpus.json`` and ``MultiHopRAG.json``.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from evals.sets.rows import BadRow, Problems, QuestionSetError, json_file, json_rows, lines, text_of
from evals.types import Document, Gold, Question, QuestionSet

ARTICLES = "articles.jsonl"
Row = dict[str, Any]
Grades = Mapping[str, Mapping[str, int]]
NO_ANSWER = "insufficient information"
LABELS = ("yes", "no")
ByName = Mapping[str, Document]


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
        question = problems.take(where, partial(_context_question, row, documents, where))
        if question is None:
            continue
        if question.id in questions:
            problems.add(where, f"the id {question.id!r} occurs twice")
        questions[question.id] = question
    problems.stop_if_any()
    if not questions:
        raise QuestionSetError(f"{path} holds no question; nothing was scored: name another file.")
    return QuestionSet(name, tuple(questions.values()), tuple(documents.values()))


def _context_question(row: Row, documents: dict[str, Document], source: str) -> Question:
    document = _context_document(row, documents)
    impossible = bool(row.get("is_impossible", False))
    answers = () if impossible else tuple(_golds(row, document))
    if not impossible and not answers:
        raise BadRow("has no answers and is not marked impossible")
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


def _context_document(row: Row, documents: dict[str, Document]) -> Document:
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
            raise BadRow(f"{text!r} does not stand at {start!r} in the context")
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
    except BadRow as reason:
        problems.add(path.name, reason)


def _shared(article: Row, paragraph: Row) -> Row:
    return {"title": article.get("title"), "context": paragraph.get("context")}


def _items(value: Any, name: str) -> list[Row]:
    items = value.get(name) if isinstance(value, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise BadRow(f"{name!r} is not a list of objects")
    return items


@dataclass(frozen=True, slots=True)
class BeirDocuments:
    """The documents of a corpus file, read from it anew each time they are asked for."""

    path: Path

    def __iter__(self) -> Iterator[Document]:
        problems = Problems(self.path)
        for where, row in json_rows(self.path, problems):
            document = problems.take(where, partial(_beir_document, row))
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
    documents = BeirDocuments(_existing(folder, "corpus.jsonl"))
    ids = {document.id for document in documents}
    grades, missing = _grades(_found_qrels(folder), ids, problems)
    queries = _queries(_existing(folder, "queries.jsonl"), problems)
    problems.stop_if_any()
    questions = tuple(
        _search(query, text, grades[query], where)
        for query, (text, where) in queries.items()
        if any(grade > 0 for grade in grades.get(query, {}).values())
    )
    if not questions:
        raise QuestionSetError(f"{folder} has no judged query; nothing was scored.")
    strangers = [f"there is no query {query!r} to judge" for query in grades.keys() - queries]
    asked = {question.id for question in questions}
    unjudged = [f"query {query!r} has no relevant document" for query in queries.keys() - asked]
    return QuestionSet(name, questions, documents, (*missing, *sorted(strangers + unjudged)))


def _search(query: str, text: str, grades: Mapping[str, int], where: str) -> Question:
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
        raise BadRow("is not query, document and whole grade between tabs") from error


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


def _beir_document(row: dict[str, Any]) -> Document:
    given = {name: str(row.get(name) or "") for name in ("title", "date", "url")}
    return Document(_id(row), text_of(row, "text"), **given)


def _id(row: dict[str, Any]) -> str:
    return text_of(row, "_id" if "_id" in row else "id")


def _file(folder: Path, name: str) -> Path | None:
    paths = (folder / name, folder / f"{name}.gz")
    return next((path for path in paths if path.exists()), None)


def _existing(folder: Path, name: str) -> Path:
    path = _file(folder, name)
    if path is None:
        raise QuestionSetError(f"{folder} has no {name}; name a folder that has one.")
    return path


def _qrels(folder: Path) -> tuple[Path, Path]:
    return folder / "qrels.tsv", folder / "qrels" / "test.tsv"


def _found_qrels(folder: Path) -> Path:
    return next((path for path in _qrels(folder) if path.exists()), _qrels(folder)[0])


MULTIHOP_CORPUS, MULTIHOP_QUESTIONS = "corpus.json", "MultiHopRAG.json"


def is_multihop(folder: Path) -> bool:
    """Whether the folder has both files."""
    return (folder / MULTIHOP_CORPUS).exists() and (folder / MULTIHOP_QUESTIONS).exists()


def read_multihop(folder: Path, name: str) -> QuestionSet:
    """Questions over several articles each; inference, comparison, temporal and null ones.

    An answer "Yes" or "No" makes a question of kind ``yesno``, whose answers are the facts quoted
    as evidence; any other is a ``span`` without a place. "Insufficient information." marks an
    unanswerable one. Evidence from an article that is not there is left out and noted.
    """
    problems = Problems(folder)
    documents = _multihop_documents(folder / MULTIHOP_CORPUS, problems)
    by_name = {key: one for one in documents for key in (one.title, one.url) if key}
    notes: list[str] = []
    questions = []
    for number, row in enumerate(_json_list(folder / MULTIHOP_QUESTIONS)):
        where = f"{MULTIHOP_QUESTIONS}[{number}]"
        question = problems.take(
            where, partial(_multihop_question, row, by_name, f"{name}-{number:04}", where, notes)
        )
        if question is not None:
            questions.append(question)
    problems.stop_if_any()
    if not questions:
        raise QuestionSetError(
            f"{folder / MULTIHOP_QUESTIONS} holds no question; nothing was scored."
        )
    return QuestionSet(name, tuple(questions), documents, tuple(notes))


def _multihop_documents(path: Path, problems: Problems) -> tuple[Document, ...]:
    made = [
        problems.take(f"{path.name}[{number}]", partial(_multihop_document, row))
        for number, row in enumerate(_json_list(path))
    ]
    return tuple(document for document in made if document is not None)


def _multihop_document(row: Row) -> Document:
    title, url = str(row.get("title") or ""), str(row.get("url") or "")
    body = text_of(row, "body")
    # The day as published: a time zone does not move it.
    day = str(row.get("published_at") or "")[:10]
    return Document(document_id(url or title or body), body, title=title, date=day, url=url)


def _multihop_question(
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
            raise BadRow("'evidence_list' is not a list of objects")
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


def _json_list(path: Path) -> list[Row]:
    value = json_file(path)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise QuestionSetError(f"{path} is not a JSON list of objects; name another folder.")
    return value
