"""What a reader says about the answer that is shown in; a line of the feedback file out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import gradio as gr

from rag.errors import RagError
from rag.feedback import MAX_SPAN, Part, Quotation, Verdict, append, feedback_on, find_span
from rag.text.escape import markdown, one_line
from rag.types import Answer
from rag.web.conversation import Correction
from rag.web.evidence import safe_markdown
from rag.web.permalink import Service

_OF_ANSWER: list[tuple[str, Verdict]] = [
    ("Right", "right"),
    ("Right article, wrong answer", "wrong_answer"),
    ("Wrong", "wrong"),
]
_OF_ABSTENTION: list[tuple[str, Verdict]] = [
    ("Right: no article says so", "right"),
    ("Wrong: an article says so", "wrong"),
]
_NOTED = "Noted. It is kept beside the index, and is not sent anywhere."


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer that is shown, and how it was asked for."""

    answer: Answer
    history: tuple[str, ...]
    today: date
    correction: Correction

    @property
    def corrected(self) -> tuple[Part, ...]:
        """The parts of the understanding that were set by hand."""
        changes: dict[Part, bool] = {
            "kind": self.correction.kind is not None,
            "dates": self.correction.dates is not None,
            "words": bool(self.correction.without),
        }
        return tuple(part for part, changed in changes.items() if changed)


@dataclass(frozen=True, slots=True)
class Judging:
    """The controls' components, filled together by the updates of ``show``."""

    verdict: gr.Radio
    span: gr.Textbox
    note: gr.Markdown

    @property
    def outputs(self) -> list[Any]:
        return [self.verdict, self.span, self.note]


def controls() -> Judging:
    """Lay the controls out where the caller stands; hidden until there is an answer."""
    verdict = gr.Radio(_OF_ANSWER, label="Is this answer right?", visible=False, elem_id="verdict")
    span = gr.Textbox(
        label="The right words, copied from an article (may be left empty)",
        max_length=MAX_SPAN,
        max_lines=4,
        submit_btn="Save",
        visible=False,
        elem_id="right-words",
    )
    return Judging(verdict, span, safe_markdown(elem_id="feedback-note", visible=False))


def show(judged: Judged | None) -> list[Any]:
    """Updates of the controls for the answer that is shown: nothing is said about it yet."""
    hidden = [gr.Textbox(value="", visible=False), gr.Markdown(visible=False)]
    if judged is None or judged.answer.reason == "empty_question":
        return [gr.Radio(value=None, visible=False), *hidden]
    choices = _OF_ABSTENTION if judged.answer.abstained else _OF_ANSWER
    return [gr.Radio(choices, value=None, visible=True), *hidden]


def picked(
    service: Service, folder: Path, judged: Judged | None, verdict: object, now: datetime
) -> list[Any]:
    """Updates of span and note: a right answer is stored; else the right words are asked for."""
    if verdict == "right":
        return store(service, folder, judged, verdict, "", now)
    return [gr.Textbox(visible=True), gr.Markdown(visible=False)]


def store(
    service: Service,
    folder: Path,
    judged: Judged | None,
    verdict: object,
    typed: object,
    now: datetime,
) -> list[Any]:
    """Updates of span and note, once what is said is on the disk in ``folder``, the index's.

    What cannot be stored is told in one sentence. ``verdict`` and ``typed`` are as the browser
    sends them.
    """
    if judged is None or verdict not in get_args(Verdict):
        return [gr.skip(), gr.skip()]
    words = typed if isinstance(typed, str) else ""
    try:
        chosen = _chosen(service, words, judged.answer) if words.strip() else None
        feedback = feedback_on(
            judged.answer,
            verdict,  # type: ignore[arg-type]
            chosen=chosen,
            history=judged.history,
            today=judged.today,
            corrected=judged.corrected,
            given_at=now,
        )
        append(folder, feedback)
    except RagError as error:
        return [gr.skip(), gr.Markdown(markdown(str(error)), visible=True)]
    return [gr.Textbox(value="", visible=False), gr.Markdown(_noted(chosen), visible=True)]


def connect(
    view: Judging,
    service: Service,
    folder: Path,
    states: Sequence[gr.State],
    judged: Callable[..., Judged | None],
) -> None:
    """Store what is said in ``folder``; ``judged`` gives the shown answer of the states' values."""

    def pick(verdict: object, *held: Any) -> list[Any]:
        return picked(service, folder, judged(*held), verdict, datetime.now(UTC))

    def save(verdict: object, typed: object, *held: Any) -> list[Any]:
        return store(service, folder, judged(*held), verdict, typed, datetime.now(UTC))

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    changed = [view.span, view.note]
    view.verdict.input(pick, [view.verdict, *states], changed, **quiet)
    view.span.submit(save, [view.verdict, view.span, *states], changed, **quiet)


def _chosen(service: Service, typed: str, answer: Answer) -> Quotation:
    with service.lease() as engine:
        return find_span(typed, answer, engine.texts)


def _noted(chosen: Quotation | None) -> str:
    if chosen is None:
        return _NOTED
    words, article = one_line(chosen.text, limit=80), one_line(chosen.article_id)
    return markdown(f"“{words}” stands in {article}. {_NOTED}")
