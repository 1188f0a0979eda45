"""An answer's citations in; the article beside the chat with its quotation marked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.types import Answer, Article, Citation
from rag.web import answer_text, source_text
from rag.web.escape import visible

QUOTED = "quotation"
_EMPTY = "The article that an answer comes from is shown here, with its quotation marked."


@dataclass(frozen=True, slots=True)
class Evidence:
    """The panel's components, filled together by the updates of ``show`` and ``pick``."""

    choices: gr.Radio
    head: gr.Markdown
    article: gr.HighlightedText

    @property
    def outputs(self) -> list[Any]:
        return [self.choices, self.head, self.article]


@dataclass(frozen=True, slots=True)
class Shown:
    """What can be chosen in the panel: an answer's citations, or the passages nearest to it."""

    citations: tuple[Citation, ...] = ()
    answered: bool = True


NOTHING = Shown()


def panel() -> Evidence:
    """Lay the panel out where the caller stands."""
    choices = gr.Radio(
        [], type="index", show_label=True, label="Sources", visible=False, elem_id="sources"
    )
    head = safe_markdown(_EMPTY, elem_id="article-head")
    return Evidence(choices, head, article_text("article"))


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
        visible=False,
        elem_id=elem_id,
    )


def shown(answer: Answer) -> Shown:
    """What the panel offers for an answer."""
    return Shown(answer_text.cited(answer), answered=not answer.abstained)


def show(offered: Shown) -> list[Any]:
    """Updates of the panel: the choices, with the first one open."""
    if not offered.citations:
        return [gr.Radio(visible=False), gr.Markdown(_EMPTY), gr.HighlightedText(visible=False)]
    labels = [answer_text.choice(n, c) for n, c in enumerate(offered.citations, 1)]
    several = gr.Radio(
        labels,
        value=labels[0],
        label="Sources" if offered.answered else "Nearest passages, not an answer",
        visible=len(labels) > 1 or not offered.answered,
    )
    return [several, *open_at(offered.citations[0])]


def pick(offered: Shown, index: int | None) -> list[Any]:
    """Updates of head and article for the chosen citation; an unknown choice changes nothing."""
    if index is None or not 0 <= index < len(offered.citations):
        return [gr.skip(), gr.skip()]
    return open_at(offered.citations[index])


def open_at(citation: Citation) -> list[Any]:
    """The article with the citation's quotation marked."""
    value = pieces(citation.article, citation.start, citation.end)
    return [source_text.heading(citation), gr.HighlightedText(value, visible=True)]


def pieces(article: Article, start: int, end: int) -> Sequence[tuple[str, str | None]]:
    """The article's text before, in and after a span, each as it can be seen."""
    text = article.text
    parts = [(text[:start], None), (text[start:end], QUOTED), (text[end:], None)]
    return [(visible(part), label) for part, label in parts if part]
