"""The Quote check tab: whether a pasted text is a quotation, and from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.answer.citations import citation, inside_word
from rag.errors import RagError
from rag.present.wording import count
from rag.quotes.check import (
    MAX_TEXT,
    CheckedQuotation,
    DiffRun,
    NearestText,
    check_quotation,
)
from rag.service import Service
from rag.text.escape import markdown, visible
from rag.types import Citation
from rag.web import markup
from rag.web.source_panel import article_text, link_to, pieces, safe_markdown

MAX_SHOWN = 20
MISSING, ADDED = "only in the article", "only in your text"
_LABELS = {"equal": None, "missing": MISSING, "added": ADDED}
_WELCOME = (
    "Paste a sentence to see whether an article says it to the letter, or nearly so, and where."
)
_NOT_FOUND = "**Not found.** No article says this, nor anything like it word for word."

Pieces = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class QuoteCheckResult:
    """What the tab shows: Markdown, the difference if there is one, and the places."""

    message: str
    difference: Pieces
    places: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class _QuoteView:
    """The tab's components."""

    text: gr.Textbox
    message: gr.Markdown
    difference: gr.HighlightedText
    choices: gr.Radio
    head: gr.Markdown
    article: gr.HighlightedText

    @property
    def opened(self) -> list[Any]:
        return [self.head, self.article]

    @property
    def outputs(self) -> list[Any]:
        return [self.message, self.difference, self.choices, *self.opened]


def quote_tab(service: Service) -> None:
    """Build the tab in the current layout and connect its events."""
    with gr.Row(elem_id="quote-desk"):
        with gr.Column(scale=5, min_width=320):
            text = gr.Textbox(
                label="Is this a quotation?",
                placeholder="Paste a sentence",
                lines=4,
                max_lines=12,
                max_length=MAX_TEXT,
                submit_btn="Check",
                elem_id="quote-text",
            )
            message = safe_markdown(_WELCOME, elem_id="quote-said")
            difference = _difference()
        with gr.Column(scale=6, min_width=320):
            choices = gr.Radio(
                [], type="index", label="Places", visible=False, elem_id="quote-places"
            )
            head = safe_markdown(elem_id="quote-head")
            article = article_text("quote-article")
    _connect(service, _QuoteView(text, message, difference, choices, head, article))


def _difference() -> gr.HighlightedText:
    return gr.HighlightedText(
        color_map={MISSING: "#b8923f", ADDED: "#c06a58"},
        show_legend=True,
        show_inline_category=False,
        show_label=False,
        combine_adjacent=False,
        interactive=False,
        visible=False,
        elem_id="quote-difference",
    )


def _connect(service: Service, view: _QuoteView) -> None:
    places = gr.State(())

    def look(text: str | None) -> list[Any]:
        result = check_pasted_text(service, text or "")
        return [result.places, *show(result)]

    def pick(found: tuple[Citation, ...], index: int | None) -> list[Any]:
        if index is None or not 0 <= index < len(found):
            return [gr.skip(), gr.skip()]
        return open_place(found[index])

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    view.text.submit(look, view.text, [places, *view.outputs], **quiet)
    view.choices.input(pick, [places, view.choices], view.opened, **quiet)


def check_pasted_text(service: Service, text: str) -> QuoteCheckResult:
    """The result for ``text``; an error becomes the sentence that explains it."""
    try:
        with service.lease() as engine:
            return _result(check_quotation(text, engine.texts))
    except RagError as error:
        return QuoteCheckResult(markdown(str(error)), [])


def _result(found: CheckedQuotation) -> QuoteCheckResult:
    if found.near is not None:
        near = found.near
        runs = [] if near.but_for else [_piece(run) for run in near.runs]
        return QuoteCheckResult(_near(near), runs, (citation(near.place),))
    if not found.places:
        return QuoteCheckResult(_NOT_FOUND, [])
    return QuoteCheckResult(_exact(found), [], tuple(map(citation, found.places[:MAX_SHOWN])))


def _exact(found: CheckedQuotation) -> str:
    many = len(found.places)
    number = f"{many:,} or more places" if found.more else count(many, "place")
    message = f"**Exact.** The text stands to the letter in {number}."
    if many > MAX_SHOWN:
        message += f" The first {MAX_SHOWN} are listed."
    if all(map(inside_word, found.places)):
        message += " It begins or ends inside a word."
    return message


def _near(near: NearestText) -> str:
    if near.but_for:
        return f"**Exact but for {near.typography}.**"
    return "**Not to the letter.** This is the nearest an article comes to it:"


def _piece(run: DiffRun) -> tuple[str, str | None]:
    return visible(run.display), _LABELS[run.kind]


def show(result: QuoteCheckResult) -> list[Any]:
    """Updates of the tab, with the first place open."""
    difference = gr.HighlightedText(result.difference, visible=bool(result.difference))
    if not result.places:
        hidden = [gr.Radio(visible=False), "", gr.HighlightedText(visible=False)]
        return [result.message, difference, *hidden]
    labels = [markup.choice_label(n, place) for n, place in enumerate(result.places, 1)]
    choices = gr.Radio(labels, value=labels[0], visible=len(labels) > 1)
    return [result.message, difference, choices, *open_place(result.places[0])]


def open_place(place: Citation) -> list[Any]:
    """Its article with the text marked, and above it the source and a link."""
    head = f"{markup.heading(place)}\n\n{link_to(place)}"
    value = pieces(place.article, place.start, place.end)
    return [head, gr.HighlightedText(value, visible=True)]
