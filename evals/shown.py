"""The JSON of an answer in; what of it a reader of the question was shown, parsed, out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from evals.types import Question
from rag.dates.calendar import parse_day


@dataclass(frozen=True, slots=True)
class Quoted:
    """One citation: a quotation ``[start, end)`` of an article inside its sentence."""

    article_id: str
    start: int
    end: int
    quote: str
    sentence: str
    published: date | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown as the answer; without ``quoted`` and ``text`` when nothing was answered.

    ``text`` is the line shown first. ``window`` is (after, before), None when there is none.
    """

    answered: bool
    kind: str
    text: str
    quoted: tuple[Quoted, ...]
    window: tuple[date | None, date | None] | None

    @property
    def first_quote(self) -> str:
        """The first quotation; the text itself where there are no quotations."""
        return self.quoted[0].quote if self.quoted else self.text


def shown(question: Question, answer: Mapping[str, Any]) -> Shown:
    """Parse the answer to ``question``, as ``rag.present.json.answer_json`` wrote it.

    "unclear" refuses to answer, unless that is the right label.
    """
    text = str(answer.get("answer") or "")
    refused = not text or bool(answer.get("abstained"))
    if question.kind == "yesno" and text == "unclear" and question.label != "unclear":
        refused = True
    citations = () if refused else answer.get("citations", ())
    return Shown(
        answered=not refused,
        kind=str(answer.get("kind", "")),
        text="" if refused else text,
        quoted=tuple(_quoted(citation) for citation in citations),
        window=_window(answer.get("window")),
    )


def _quoted(citation: Mapping[str, Any]) -> Quoted:
    return Quoted(
        article_id=citation["article_id"],
        start=citation["start"],
        end=citation["end"],
        quote=citation["quote"],
        sentence=citation["sentence"],
        published=parse_day(citation.get("published") or ""),
    )


def _window(window: Mapping[str, Any] | None) -> tuple[date | None, date | None] | None:
    if window is None:
        return None
    return parse_day(window.get("after") or ""), parse_day(window.get("before") or "")
