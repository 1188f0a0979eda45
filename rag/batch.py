"""Answers JSON lines of questions, one JSON object per line, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, get_args

from rag.answer.engine import AskOptions, Engine, final_stage
from rag.dates.calendar import parse_day
from rag.dates.windows import explicit_window
from rag.errors import IndexUnusable, ModelError, QuestionError, RagError
from rag.present.json import answer_json, json_object
from rag.query.understand import Corrections
from rag.types import Answer, Kind


def answer_lines(
    lines: Iterable[str],
    engine: Engine,
    *,
    top_k: int | None,
    timings: bool,
    answered: Callable[[Answer], object] = lambda answer: None,
) -> Iterator[dict[str, Any]]:
    """One object per non-blank line: an answer, or ``{"id", "question", "error"}``.

    With ``top_k``, ``retrieved`` lists the ids of the articles in rank order. Every answer is
    passed to ``answered``.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _answer_line(line, number, engine, top_k, timings, answered)


def _answer_line(
    line: str,
    number: int,
    engine: Engine,
    top_k: int | None,
    timings: bool,
    answered: Callable[[Answer], object],
) -> dict[str, Any]:
    asked: Mapping[str, Any] = {}
    try:
        asked = _parse(line, number)
        question = _text(asked, "question", number)
        last_stage = final_stage(engine.asking(question, _options(asked, number, top_k)))
        answered(last_stage.answer)
        values = answer_json(last_stage.answer, question_id=_question_id(asked), timings=timings)
        if top_k is not None:
            ids = (one.hit.passage.article.id for one in last_stage.considered)
            values["retrieved"] = list(dict.fromkeys(ids))
        return values
    except (IndexUnusable, ModelError):
        raise
    except RagError as error:
        return {"id": _question_id(asked), "question": asked.get("question"), "error": str(error)}


def _options(asked: Mapping[str, Any], number: int, top_k: int | None) -> AskOptions:
    return AskOptions(
        window=explicit_window(
            after=_day(asked, "after", number),
            before=_day(asked, "before", number),
            as_of=_day(asked, "as_of", number),
        ),
        today=_day(asked, "today", number),
        top_k=top_k,
        corrections=_corrections(asked, number),
        history=_history(asked, number),
    )


def _parse(line: str, number: int) -> Mapping[str, Any]:
    try:
        return json_object(line)
    except ValueError as error:
        raise QuestionError(f"Line {number} {error}; correct that line.") from error


def _question_id(asked: Mapping[str, Any]) -> str | None:
    value = asked.get("id")
    return None if value is None else str(value)


def _text(asked: Mapping[str, Any], name: str, number: int) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        raise QuestionError(f"Line {number} has no text in {name!r}; add one.")
    return value


def _history(asked: Mapping[str, Any], number: int) -> list[str]:
    value = [] if asked.get("history") is None else asked["history"]
    if not isinstance(value, list) or not all(isinstance(turn, str) for turn in value):
        raise QuestionError(f"Line {number}: 'history' is not a list of texts; correct it.")
    return value


def _corrections(asked: Mapping[str, Any], number: int) -> Corrections:
    kind, undated = asked.get("kind"), asked.get("undated", False)
    if kind is not None and kind not in get_args(Kind):
        raise QuestionError(
            f"Line {number}: 'kind' is none of {', '.join(get_args(Kind))}; choose one."
        )
    if not isinstance(undated, bool):
        raise QuestionError(f"Line {number}: 'undated' is neither true nor false; correct it.")
    return Corrections(kind=kind, undated=undated)


def _day(asked: Mapping[str, Any], name: str, number: int) -> date | None:
    value = asked.get(name)
    if value is None:
        return None
    day = parse_day(value) if isinstance(value, str) else None
    if day is None:
        raise QuestionError(f"Line {number}: {name!r} is not a day such as 2024-12-20; correct it.")
    return day
