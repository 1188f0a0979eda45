"""An answer's citations in; the article beside the chat with its quotation marked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.answer.engine import Answered
from rag.text.escape import visible
from rag.types import Article, Citation
from rag.web import answer_text, considered, permalink, source_text

QUOTED = "quotation"
_EMPTY = "The article that an answer comes from is shown here, with its quotation marked."


@dataclass(frozen=True, slots=True)
class Evidence:
    """The panel's components, filled together by the updates of ``show`` and ``open_at``."""

    choices: gr.Radio
    previous: gr.Button
    following: gr.Button
    head: gr.Markdown
    article: gr.HighlightedText
    passages: gr.Accordion
    table: gr.Markdown

    @property
    def opened(self) -> list[Any]:
        """Those that change with the citation that is open."""
        return [self.choices, self.previous, self.following, self.head, self.article]

    @property
    def outputs(self) -> list[Any]:
        return [*self.opened, self.passages, self.table]


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be opened: an answer's citations, or the passages nearest to it.

    ``considered`` is the Markdown of all passages that were considered.
    """

    citations: tuple[Citation, ...] = ()
    answered: bool = True
    considered: str = ""


NOTHING = Offered()


def panel() -> Evidence:
    """Lay the panel out where the caller stands. What is empty in it, the page's style hides."""
    choices = gr.Radio([], type="index", show_label=True, label="Sources", elem_id="sources")
    with gr.Row(elem_id="steps"):
        previous = gr.Button("‹ Previous", size="sm", interactive=False, elem_id="previous")
        following = gr.Button("Next ›", size="sm", interactive=False, elem_id="next")
    head = safe_markdown(_EMPTY, elem_id="article-head")
    article = article_text("article")
    with gr.Accordion("", open=False, elem_id="considered") as passages:
        table = safe_markdown(elem_id="passages")
    return Evidence(choices, previous, following, head, article, passages, table)


def safe_markdown(value: str = "", *, elem_id: str, visible: bool = True) -> gr.Markdown:
    """Markdown without formulas, and sanitised although what it is given is escaped already."""
    return gr.Markdown(
        value,
        latex_delimiters=[],
        sanitize_html=True,
        line_breaks=True,
        elem_id=elem_id,
        visible=visible,
    )


def article_text(elem_id: str) -> gr.HighlightedText:
    """A component that shows an article as text alone, with the quotation marked."""
    return gr.HighlightedText(
        color_map={QUOTED: "#f3d9a4"},
        show_legend=False,
        show_inline_category=False,
        show_label=False,
        container=False,
        combine_adjacent=False,
        interactive=False,
        elem_id=elem_id,
    )


def offer(stage: Answered) -> Offered:
    """What the panel offers for an answer."""
    cited = answer_text.cited(stage.answer)
    passages = considered.table(stage.considered, cited)
    return Offered(cited, answered=not stage.answer.abstained, considered=passages)


def show(offered: Offered, place: int = 0) -> list[Any]:
    """Updates of the whole panel, with the citation at ``place`` open."""
    title = "Sources" if offered.answered else "Nearest passages, not an answer"
    label = "Passages considered" if offered.considered else ""
    choices = gr.Radio(_choices(offered), value=_choice(offered, place), label=title)
    passages = [gr.Accordion(label=label), offered.considered]
    return [choices, *open_at(offered, place)[1:], *passages]


def open_at(offered: Offered, place: int) -> list[Any]:
    """Updates of what changes with the citation: its article, its quotation marked in it."""
    last = len(offered.citations) - 1
    steps = [gr.Button(interactive=place > 0), gr.Button(interactive=place < last)]
    head, text = _EMPTY, []
    if offered.citations:
        citation = offered.citations[place]
        head = f"{source_text.heading(citation)}\n\n<small>{permalink.link_to(citation)}</small>"
        text = list(pieces(citation.article, citation.start, citation.end))
    return [gr.Radio(value=_choice(offered, place)), *steps, head, text]


def _choices(offered: Offered) -> list[str]:
    """What can be chosen from: nothing where an answer has but one quotation."""
    if offered.answered and len(offered.citations) < 2:
        return []
    return [answer_text.choice(n, citation) for n, citation in enumerate(offered.citations, 1)]


def _choice(offered: Offered, place: int) -> str | None:
    choices = _choices(offered)
    return choices[place] if choices else None


def pieces(article: Article, start: int, end: int) -> Sequence[tuple[str, str | None]]:
    """The article's text before, in and after a span, each as it can be seen."""
    text = article.text
    parts = [(text[:start], None), (text[start:end], QUOTED), (text[end:], None)]
    return [(visible(part), label) for part, label in parts if part]
