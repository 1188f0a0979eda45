"""The collection in; a list to search and sort, and to switch articles off and on in, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import gradio as gr

from rag.errors import RagError
from rag.present import wording
from rag.text.escape import markdown, one_line
from rag.web import words
from rag.web.collection import Collection, Look
from rag.web.evidence import safe_markdown
from rag.web.listing import STATES, Order, Row, State, matching, ordered
from rag.web.service import Service

ROWS = 50
MAX_WANTED = 200
_HEAD = "| Date | Title and file | State |\n| --- | --- | --- |\n"
_ANY = "any"
_STATES = [("In any state", _ANY), *((said.capitalize(), state) for state, said in STATES.items())]
_ORDERS = [
    ("Newest first", "date"),
    ("By title", "title"),
    ("By file", "file"),
    ("By state", "state"),
]


@dataclass(frozen=True, slots=True)
class List:
    """The list's components, filled together by the updates of ``listing``."""

    count: gr.Markdown
    find: gr.Textbox
    state: gr.Dropdown
    order: gr.Dropdown
    table: gr.Markdown
    more: gr.Button
    box: gr.Accordion
    switches: gr.CheckboxGroup
    switched: gr.Markdown
    rows: gr.State

    @property
    def asked(self) -> list[Any]:
        """What is searched, and how it is filtered and sorted."""
        return [self.find, self.state, self.order]

    @property
    def outputs(self) -> list[Any]:
        return [self.count, self.table, self.more, self.box, self.switches, self.rows]


def article_list() -> List:
    """Lay the list out where the caller stands."""
    count = safe_markdown(elem_id="count")
    with gr.Row(elem_id="finding"):
        find = gr.Textbox(
            label="Find articles",
            show_label=False,
            container=False,
            placeholder="Find by title, file or date",
            max_length=MAX_WANTED,
            max_lines=1,
            scale=3,
            min_width=200,
            elem_id="find",
        )
        state = _choice("State", _STATES, "state")
        order = _choice("Order", _ORDERS, "order")
    table = safe_markdown(elem_id="table")
    more = gr.Button("List more", size="sm", visible=False, elem_id="more")
    with gr.Accordion(
        "Switch articles off or on", open=False, visible=False, elem_id="switching"
    ) as box:
        switches = gr.CheckboxGroup(
            [],
            interactive=True,
            label="Only the ticked ones are searched; the others stay in the folder",
            elem_id="switches",
        )
        switched = safe_markdown(elem_id="switched", visible=False)
    return List(count, find, state, order, table, more, box, switches, switched, gr.State(ROWS))


def _choice(label: str, choices: list[Any], elem_id: str) -> gr.Dropdown:
    return gr.Dropdown(
        choices,
        value=choices[0][1],
        label=label,
        show_label=False,
        container=False,
        filterable=False,
        scale=1,
        min_width=165,
        elem_id=elem_id,
    )


def listing(
    collection: Collection, wanted: object, state: object, by: object, rows: int
) -> list[Any]:
    """Updates of the line about the index, and of the list with at most ``rows`` rows.

    The values come from the browser: what is no such value counts as not given.
    """
    try:
        look = collection.look()
    except RagError as error:
        nothing = [gr.Button(visible=False), gr.Accordion(visible=False), gr.skip(), ROWS]
        return [markdown(str(error)), "", "", *nothing]
    chosen: State | None = state if state in get_args(State) else None  # type: ignore[assignment]
    order: Order = by if by in get_args(Order) else "date"  # type: ignore[assignment]
    text = wanted[:MAX_WANTED] if isinstance(wanted, str) else ""
    found = ordered(matching(look.rows, text, chosen), order)
    return [line(look), _counted(look, found, rows), *_listed(found, rows)]


def line(look: Look) -> str:
    """The line about the index, as Markdown."""
    said = words.index_line(look.info, off=look.off, changes=look.changes)
    return markdown(" · ".join([said, *map(one_line, look.warnings)]))


def _counted(look: Look, found: Sequence[Row], rows: int) -> str:
    articles = sum(bool(row.id) for row in look.rows)
    text = words.count(articles, "article")
    if others := len(look.rows) - articles:
        text += f" and {words.count(others, 'other file')}"
    if len(found) < len(look.rows):
        text = f"{len(found):,} of {text}"
    return f"{text}, the first {rows:,} listed" if len(found) > rows else text


def _listed(found: Sequence[Row], rows: int) -> list[Any]:
    first = found[:rows]
    articles = [row for row in first if row.id]
    labels = [(_label(row), row.id) for row in articles]
    ticked = [row.id for row in articles if row.on]
    return [
        _HEAD + "\n".join(map(_row, first)) if first else "",
        gr.Button(visible=len(found) > rows),
        gr.Accordion(visible=bool(articles)),
        gr.CheckboxGroup(labels, value=ticked),
        rows,
    ]


def _label(row: Row) -> str:
    """Plain text: the component shows it as it is."""
    return " · ".join(
        (one_line(row.title, limit=80), wording.day(row.published), one_line(row.path, limit=60))
    )


def _row(row: Row) -> str:
    file = f"<samp>{markdown(one_line(row.path))}</samp>"
    if not row.id:
        return f"| – | {file} | {_state(row)} |"
    name = f"<bdi>{markdown(one_line(row.title))}</bdi><br><small>{file}</small>"
    return f"| {wording.day(row.published)} | {name} | {_state(row)} |"


def _state(row: Row) -> str:
    said = ", ".join(STATES[state] for state in row.states)
    before = " " if row.states == ("duplicate",) else ": "
    why = f"{before}{markdown(one_line(row.why, limit=300))}" if row.why else ""
    passages = f"<br><small>{words.count(row.passages, 'passage')}</small>" if row.id else ""
    return f"{said}{why}{passages}" if row.states == ("indexed",) else f"**{said}**{why}{passages}"


def switch(service: Service, article_id: object, *, on: bool) -> str:
    """Switch the article whose box was changed, and say in Markdown what came of it.

    The browser names it, and may name one that has gone meanwhile.
    """
    try:
        with service.lease() as engine:
            known = {entry.id for entry in engine.entries()}
        if not isinstance(article_id, str) or article_id not in known:
            return "This article is not in the index any more."
        service.switch([article_id], on=on)
    except RagError as error:
        return markdown(one_line(str(error), limit=400))
    said = markdown(one_line(article_id))
    if on:
        return f"{said} is searched again."
    return f"{said} is switched off: no answer comes from there until switched on again."
