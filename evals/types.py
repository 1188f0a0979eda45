"""The values of an evaluation: reference questions, their documents, and their outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from rag.types import Kind, Window

Split = Literal["dev", "test"]
Stage = Literal[
    "right", "not_retrieved", "not_read", "refused", "wrong_window", "not_refused", "error"
]


@dataclass(frozen=True, slots=True)
class Gold:
    """One acceptable answer: a literal span of an article, or a text without a place."""

    text: str
    article_id: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One reference question. ``answers`` are alternatives, unless ``all_answers`` is set.

    ``half`` is that of a question of our own; a public set has no halves and is asked whole.
    ``kind_known`` is False where the set does not say what is asked for and ``kind`` only says how
    to score. ``newest`` are those of ``articles`` with the latest date. ``context`` is set for
    reader-only questions: the passage that is read. ``in_full`` says a question that follows on
    ``history`` so that it stands alone. ``grades`` are the graded relevance judgments
    of a retrieval set, by article id. ``near`` is a tempting wrong answer, wherever it stands, and
    ``writer`` who wrote the question, where a set says so. ``source`` is ``file:line``.
    """

    id: str
    question: str
    kind: Kind = "span"
    answers: tuple[Gold, ...] = ()
    articles: tuple[str, ...] = ()
    newest: tuple[str, ...] = ()
    kind_known: bool = True
    unanswerable: bool = False
    history: tuple[str, ...] = ()
    in_full: str = ""
    window: Window | None = None
    as_of: date | None = None
    today: date | None = None
    label: str = ""
    when: Window | None = None
    dates: tuple[date, ...] = ()
    all_answers: bool = False
    context: str | None = None
    grades: Mapping[str, int] = field(default_factory=dict)
    near: tuple[Gold, ...] = ()
    writer: str = ""
    note: str = ""
    half: Split | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One article of a public set, as written in it; ``date`` is empty when it has none."""

    id: str
    text: str
    title: str = ""
    date: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Reference questions and the documents that they are asked of, which may be read repeatedly.

    ``documents`` is None where the articles lie in a folder of their own. ``notes`` say what of
    the set was left out.
    """

    name: str
    questions: tuple[Question, ...]
    documents: Iterable[Document] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one question. ``answer`` is the JSON of ``rag.present.json.answer_json``.

    ``retrieved`` are article ids and ``passages`` (article id, start, end), in order of rank.
    ``error`` is the sentence of a question that raised one: it counts as wrong. ``scores`` are the
    metrics that this question adds to, by name; ``stage`` says where a wrong one was lost.
    """

    question: Question
    answer: Mapping[str, Any]
    retrieved: tuple[str, ...] = ()
    passages: tuple[tuple[str, int, int], ...] = ()
    latency_ms: float = 0.0
    error: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    stage: Stage = "right"
