"""How a question was understood in; controls that show it and change it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import gradio as gr

from rag.present.wording import KINDS
from rag.text.escape import one_line
from rag.types import Kind
from rag.web.conversation import Correction, Turn

MAX_DATES = 120
_LABEL = "Change how the question was understood"


@dataclass(frozen=True, slots=True)
class Understood:
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


def controls() -> Understood:
    """Lay the controls out where the caller stands; without a label the page's style hides them."""
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
    return Understood(box, kind, dates, carried)


def show(turn: Turn | None) -> list[Any]:
    """Updates of the controls for the turn that is shown; hidden where nothing was understood."""
    if turn is None or turn.query is None or not turn.query.text:
        return [gr.Accordion(label=""), gr.skip(), gr.skip(), gr.skip()]
    words = [(one_line(word), str(place)) for place, word in enumerate(turn.carried)]
    kept = [str(n) for n, word in enumerate(turn.carried) if word not in turn.correction.without]
    return [
        gr.Accordion(label=_LABEL),
        gr.Radio(value=turn.query.kind),
        gr.Textbox(value=_dates(turn)),
        gr.CheckboxGroup(words, value=kept),
    ]


def corrected(turn: Turn, kind: object, dates: object, kept: object) -> Correction:
    """What the user wants now, from the values of the controls as the browser sends them.

    What was left as it was understood stays understood; what is no such value changes nothing.
    """
    before = turn.correction
    query = turn.query
    typed = one_line(dates, limit=MAX_DATES) if isinstance(dates, str) else _dates(turn)
    places = kept if isinstance(kept, Sequence) else range(len(turn.carried))
    changed = kind in get_args(Kind) and query is not None and kind != query.kind
    return Correction(
        kind=kind if changed else before.kind,  # type: ignore[arg-type]
        dates=typed if typed != _dates(turn) else before.dates,
        without=tuple(word for place, word in enumerate(turn.carried) if place not in places),
    )


def _dates(turn: Turn) -> str:
    """The words that the days were understood from."""
    if turn.correction.dates is not None:
        return turn.correction.dates
    window = turn.query.window if turn.query is not None else None
    return one_line(window.said, limit=MAX_DATES) if window is not None else ""
