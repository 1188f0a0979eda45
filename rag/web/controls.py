"""The controls under an answer: how it was understood, and whether it was right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import gradio as gr

from rag.errors import RagError
from rag.feedback import (
    MAX_SPAN,
    Part,
    Quotation,
    Verdict,
    append,
    feedback_on,
    find_span,
)
from rag.present.wording import KINDS
from rag.service import Service
from rag.text.escape import markdown, one_line
from rag.types import Answer, Kind
from rag.web.conversation import Correction, Turn
from rag.web.source_panel import safe_markdown

MAX_DATES = 120
_LABEL = "Change how the question was understood"


@dataclass(frozen=True, slots=True)
class UnderstandingControls:
    """The controls' components, filled together by the updates of ``show``."""

    box: gr.Accordion
    kind: gr.Radio
    dates: gr.Textbox
    carried: gr.CheckboxGroup

    @property
    def inputs(self) -> list[Any]:
        return [self.kind, self.dates, self.carried]

    @property
    def outputs(self) -> list[Any]:
        return [self.box, *self.inputs]


def understanding_controls() -> UnderstandingControls:
    """Build the controls in the current layout; without a label the page's style hides them."""
    with gr.Accordion("", open=False, elem_id="understood") as box:
        kind = gr.Radio(
            [(words, kind) for kind, words in KINDS.items()], label="Answer with", elem_id="kind"
        )
        dates = gr.Textbox(
            label="Published",
            placeholder="at any time",
            max_length=MAX_DATES,
            max_lines=1,
            submit_btn="Set",
            elem_id="dates",
        )
        carried = gr.CheckboxGroup(
            [], type="index", label="From earlier questions", elem_id="carried"
        )
    return UnderstandingControls(box, kind, dates, carried)


def show_understanding(turn: Turn | None) -> list[Any]:
    """Updates of the controls for the turn that is shown; hidden where nothing was understood."""
    if turn is None or turn.query is None or not turn.query.text:
        return [gr.Accordion(label=""), gr.skip(), gr.skip(), gr.skip()]
    words = [(one_line(word), str(place)) for place, word in enumerate(turn.carried)]
    chosen = [str(n) for n, word in enumerate(turn.carried) if word not in turn.correction.without]
    return [
        gr.Accordion(label=_LABEL),
        gr.Radio(value=turn.query.kind),
        gr.Textbox(value=_said_dates(turn)),
        gr.CheckboxGroup(words, value=chosen),
    ]


def correction_from_browser(turn: Turn, kind: object, dates: object, carried: object) -> Correction:
    """The correction that the values of the controls amount to, as the browser sends them.

    Controls that were left alone correct nothing, nor do values that no control has.
    """
    before = turn.correction
    query = turn.query
    typed = one_line(dates, limit=MAX_DATES) if isinstance(dates, str) else _said_dates(turn)
    places = carried if isinstance(carried, Sequence) else range(len(turn.carried))
    changed = kind in get_args(Kind) and query is not None and kind != query.kind
    return Correction(
        kind=kind if changed else before.kind,  # type: ignore[arg-type]
        dates=typed if typed != _said_dates(turn) else before.dates,
        without=tuple(word for place, word in enumerate(turn.carried) if place not in places),
    )


def _said_dates(turn: Turn) -> str:
    """The words that the days were understood from."""
    if turn.correction.dates is not None:
        return turn.correction.dates
    window = (turn.query.window or turn.query.preferred) if turn.query is not None else None
    return one_line(window.said, limit=MAX_DATES) if window is not None else ""


_ANSWER_VERDICTS: list[tuple[str, Verdict]] = [
    ("Right", "right"),
    ("Right article, wrong answer", "wrong_answer"),
    ("Wrong", "wrong"),
]
_ABSTENTION_VERDICTS: list[tuple[str, Verdict]] = [
    ("Right: no article says so", "right"),
    ("Wrong: an article says so", "wrong"),
]
_NOTED = "Noted. It is kept beside the index, and is not sent anywhere."


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
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
class FeedbackControls:
    """The controls' components, filled together by the updates of ``show``."""

    verdict: gr.Radio
    span: gr.Textbox
    note: gr.Markdown

    @property
    def outputs(self) -> list[Any]:
        return [self.verdict, self.span, self.note]


def feedback_controls() -> FeedbackControls:
    """Build the controls in the current layout; hidden until there is an answer."""
    verdict = gr.Radio(
        _ANSWER_VERDICTS, label="Is this answer right?", visible=False, elem_id="verdict"
    )
    span = gr.Textbox(
        label="The right words, copied from an article (may be left empty)",
        max_length=MAX_SPAN,
        max_lines=4,
        submit_btn="Save",
        visible=False,
        elem_id="right-words",
    )
    return FeedbackControls(verdict, span, safe_markdown(elem_id="feedback-note", visible=False))


def show_feedback(judged: JudgedAnswer | None) -> list[Any]:
    """Updates of the controls for the answer that is shown, without a verdict yet."""
    hidden = [gr.Textbox(value="", visible=False), gr.Markdown(visible=False)]
    if judged is None or judged.answer.reason == "empty_question":
        return [gr.Radio(value=None, visible=False), *hidden]
    choices = _ABSTENTION_VERDICTS if judged.answer.abstained else _ANSWER_VERDICTS
    return [gr.Radio(choices, value=None, visible=True), *hidden]


def pick_verdict(
    service: Service, folder: Path, judged: JudgedAnswer | None, verdict: object, now: datetime
) -> list[Any]:
    """Updates of span and note: "right" is stored, other verdicts ask for the right words first."""
    if verdict == "right":
        return store_feedback(service, folder, judged, verdict, "", now)
    return [gr.Textbox(visible=True), gr.Markdown(visible=False)]


def store_feedback(
    service: Service,
    folder: Path,
    judged: JudgedAnswer | None,
    verdict: object,
    typed: object,
    now: datetime,
) -> list[Any]:
    """Updates of span and note, once the verdict is on disk in ``folder``, the index's.

    If it cannot be stored, the note says why. ``verdict`` and ``typed`` are as the browser
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
    return [gr.Textbox(value="", visible=False), gr.Markdown(_noted_message(chosen), visible=True)]


def connect_feedback(
    view: FeedbackControls,
    service: Service,
    folder: Path,
    states: Sequence[gr.State],
    judged: Callable[..., JudgedAnswer | None],
) -> None:
    """Store verdicts in ``folder``; ``judged`` gives the answer for the states' values."""

    def pick(verdict: object, *held: Any) -> list[Any]:
        return pick_verdict(service, folder, judged(*held), verdict, datetime.now(UTC))

    def save(verdict: object, typed: object, *held: Any) -> list[Any]:
        return store_feedback(service, folder, judged(*held), verdict, typed, datetime.now(UTC))

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    changed = [view.span, view.note]
    view.verdict.input(pick, [view.verdict, *states], changed, **quiet)
    view.span.submit(save, [view.verdict, view.span, *states], changed, **quiet)


def _chosen(service: Service, typed: str, answer: Answer) -> Quotation:
    with service.lease() as engine:
        return find_span(typed, answer, engine.texts)


def _noted_message(chosen: Quotation | None) -> str:
    if chosen is None:
        return _NOTED
    words, article = one_line(chosen.text, limit=80), one_line(chosen.article_id)
    return markdown(f"“{words}” stands in {article}. {_NOTED}")
