"""A service in; the tab that shows what a question finds, under one setting or two, out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import gradio as gr

from rag.errors import ConfigError, RagError
from rag.text.escape import markdown
from rag.web.conversation import MAX_QUESTION
from rag.web.evidence import safe_markdown
from rag.web.inspected import MOST, Engine, Setting, inspected
from rag.web.understood import MAX_DATES

_WELCOME = (
    "Ask to see which passages are found, in which order, and with which scores. The score joins "
    "how near a passage is in meaning, and how near it and its whole article are in words; higher "
    "is better. Where several articles compete, only the best passages of each come first."
)


class Service(Protocol):
    """Lends the live engine."""

    def lease(self) -> AbstractContextManager[Engine]: ...


@dataclass(frozen=True, slots=True)
class _Controls:
    """A setting's components."""

    box: gr.Column
    top_k: gr.Slider
    dense_weight: gr.Slider
    collapse: gr.Checkbox

    @property
    def inputs(self) -> list[Any]:
        return [self.top_k, self.dense_weight, self.collapse]


def inspect_tab(service: Service, start: Setting) -> None:
    """Lay out the tab where the caller stands, and connect it; both settings begin as ``start``."""
    with gr.Row(elem_id="inspect-asked"):
        question, dates = _question(), _dates()
    with gr.Row(elem_id="inspect-settings"):
        first = _setting("Setting", start, "first")
        second = _setting("Second setting", start, "second", visible=False)
    compare = gr.Checkbox(False, label="Compare with a second setting", elem_id="compare")
    head = safe_markdown(_WELCOME, elem_id="inspect-head")
    with gr.Row(elem_id="inspect-lists"):
        with gr.Column(min_width=320):
            left = safe_markdown(elem_id="inspect-first")
        with gr.Column(min_width=320, visible=False) as beside:
            right = safe_markdown(elem_id="inspect-second")
    inputs = [question, dates, compare, *first.inputs, *second.inputs]
    _connect(service, inputs, [head, left, right])
    _show_second(compare, second.box, beside)


def _question() -> gr.Textbox:
    return gr.Textbox(
        label="Question",
        placeholder="Which passages does it find?",
        max_length=MAX_QUESTION,
        max_lines=4,
        submit_btn="Search",
        scale=7,
        min_width=320,
        elem_id="inspect-question",
    )


def _dates() -> gr.Textbox:
    return gr.Textbox(
        label="Published",
        placeholder="as the question says",
        max_length=MAX_DATES,
        max_lines=1,
        scale=3,
        min_width=240,
        elem_id="inspect-dates",
    )


def _setting(name: str, start: Setting, elem_id: str, *, visible: bool = True) -> _Controls:
    with gr.Column(min_width=320, visible=visible, elem_id=f"{elem_id}-setting") as box:
        top_k = gr.Slider(1, MOST, value=start.top_k, step=1, label=f"{name}: stories")
        weight = gr.Slider(
            0, 1, value=start.dense_weight, step=0.05, label=f"{name}: meaning (1) or words (0)"
        )
        collapse = gr.Checkbox(start.collapse, label="Copies of a story take one place")
    return _Controls(box, top_k, weight, collapse)


def _connect(service: Service, inputs: list[Any], outputs: list[Any]) -> None:
    def look(question: object, dates: object, compare: object, *values: object) -> list[str]:
        return looked(service, question, dates, values if compare else values[:3], date.today())

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    question, dates = inputs[:2]
    gr.on([question.submit, dates.submit], look, inputs, outputs, concurrency_id="ask", **quiet)
    changed = [
        control.release if isinstance(control, gr.Slider) else control.input
        for control in inputs[2:]
    ]
    gr.on(changed, look, inputs, outputs, trigger_mode="always_last", **quiet)


def _show_second(compare: gr.Checkbox, *boxes: gr.Column) -> None:
    def show(wanted: bool) -> list[Any]:
        return [gr.Column(visible=bool(wanted)) for _ in boxes]

    compare.change(show, compare, list(boxes), api_visibility="private", show_progress="hidden")


def looked(
    service: Service, question: object, dates: object, values: Sequence[object], today: date
) -> list[str]:
    """Markdown of head, first and second list for what the browser sends; an error as the head.

    ``values`` are top-k, weight and whether copies collapse, of one setting or of two.
    """
    asked = question[:MAX_QUESTION] if isinstance(question, str) else ""
    typed = dates[:MAX_DATES] if isinstance(dates, str) else ""
    if not asked.strip():
        return [_WELCOME, "", ""]
    try:
        settings = [_read(*values[at : at + 3]) for at in range(0, len(values), 3)]
        with service.lease() as engine:
            found = inspected(engine, asked, typed, settings, today)
    except RagError as error:
        return [markdown(str(error)), "", ""]
    return [found.head, *found.lists, ""][:3]


def _read(top_k: object, weight: object, collapse: object) -> Setting:
    """A setting as the browser sends it. Raises ConfigError for what is none."""
    if not isinstance(top_k, int | float) or not isinstance(weight, int | float):
        raise ConfigError(f"{top_k!r} and {weight!r} are not numbers; move the sliders again.")
    if not 1 <= top_k <= MOST:
        raise ConfigError(f"{top_k} stories cannot be searched for; choose 1 to {MOST}.")
    return Setting(int(top_k), float(weight), bool(collapse))
