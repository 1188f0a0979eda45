"""The article beside the conversation, with its quotation marked, and links to quotations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import gradio as gr

from rag.answer.citations import citation
from rag.answer.engine import Answered, ConsideredPassage
from rag.errors import QuestionError, RagError
from rag.index.base import TextSearch
from rag.present import wording
from rag.quotes.selector import PARAMETER, FoundQuotation, LostQuotation, Selector, find
from rag.text.escape import markdown, visible
from rag.types import Article, Citation
from rag.web import markup
from rag.web.markup import isolated, reference, title


class Engine(Protocol):
    """An engine that has the texts of its articles."""

    @property
    def texts(self) -> TextSearch: ...


class Service(Protocol):
    """Lends the live engine."""

    def lease(self) -> AbstractContextManager[Engine]: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """The quotation of a link, to be shown in its article, and in Markdown what to know of it.

    Without a citation the text is gone or the link is damaged, and ``said`` says so.
    """

    said: str
    citation: Citation | None = None


def link(selector: Selector) -> str:
    """The relative address of a quotation: ``?quote=…``."""
    return selector.link


def link_to(cited: Citation) -> str:
    """The same as a link in Markdown."""
    address = link(Selector.of(cited.article, cited.start, cited.end))
    return f"[Link to this quotation]({address})"


def opened(service: Service, query_params: Mapping[str, str]) -> Opened | None:
    """What the page's address links to; ``None`` where it names no quotation."""
    encoded = query_params.get(PARAMETER)
    if encoded is None:
        return None
    try:
        selector = Selector.decode(encoded)
        with service.lease() as engine:
            return _told(find(selector, engine.texts))
    except QuestionError as error:
        return Opened(markdown(str(error)))
    except RagError as error:
        return Opened(markdown(f"The quotation cannot be looked for: {error}"))


def _told(result: FoundQuotation | LostQuotation) -> Opened:
    if isinstance(result, LostQuotation):
        return Opened(_gone(result))
    return Opened(_moved(result), citation(result.place))


def _moved(found: FoundQuotation) -> str:
    """What the reader should know: nothing where all is as it was."""
    if found.unchanged:
        return ""
    if found.renamed:
        file = markup.file(found.place.article)
        return f"The quotation now stands in another article than when it was linked: {file}"
    if found.agrees:
        return "The article has changed since this was linked; the quotation still stands in it."
    return (
        "The article has changed since this was linked: the words still stand in it, "
        "but not between the words that they stood between."
    )


def _gone(gone: LostQuotation) -> str:
    selector = gone.selector
    quote = f"“{markup.isolated(selector.exact, limit=300)}”"
    place = f"at characters {selector.start:,} to {selector.end:,}"
    if gone.article is not None:
        title = markup.title(gone.article)
        return f"The text is gone: {quote} stood in {title}, {place}, and no longer does."
    name = f"<samp>{markup.label(selector.article_id)}</samp>"
    return (
        f"The text is gone: {quote} stood in the article {name}, {place}; "
        "that article is no longer here, and no other has these words in their place."
    )


_HEAD = (
    "| | Passage | Score | Meaning | Words | Reader |\n| ---: | --- | ---: | ---: | ---: | ---: |\n"
)
_LEGEND = (
    "<small>Best first. The score joins nearness in meaning and in words; the reader’s is that of "
    "the best answer it sees in the passage, if it has read it.</small>"
)


def passages_table(considered: Sequence[ConsideredPassage], cited: Sequence[Citation]) -> str:
    """A row for each passage, with the numbers of the citations that come from it."""
    if not considered:
        return ""
    rows = (_passage_row(one, _numbers(one, cited)) for one in considered)
    return _HEAD + "\n".join(rows) + f"\n\n{_LEGEND}"


def _passage_row(one: ConsideredPassage, numbers: str) -> str:
    hit, article = one.hit, one.hit.passage.article
    told = f"{title(article)} · {wording.day(article.published)}{numbers}"
    text = isolated(hit.passage.text, limit=160)
    reader = "–" if one.reader is None else f"{one.reader:.2f}"
    return (
        f"| {hit.rank} | {told}<br><small>{text}</small> | {hit.score:.2f} | {hit.dense:.2f} "
        f"| {hit.lexical:.1f} | {reader} |"
    )


def _numbers(one: ConsideredPassage, cited: Sequence[Citation]) -> str:
    passage = one.hit.passage
    return "".join(
        f" {reference(number)}"
        for number, citation in enumerate(cited, 1)
        if citation.article.id == passage.article.id
        and passage.start <= citation.start
        and citation.end <= passage.end
    )


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
    cited = markup.cited(stage.answer)
    passages = passages_table(stage.considered, cited)
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
        head = f"{markup.heading(citation)}\n\n<small>{link_to(citation)}</small>"
        text = list(pieces(citation.article, citation.start, citation.end))
    return [gr.Radio(value=_choice(offered, place)), *steps, head, text]


def _choices(offered: Offered) -> list[str]:
    """What can be chosen from: nothing where an answer has but one quotation."""
    if offered.answered and len(offered.citations) < 2:
        return []
    return [markup.choice(n, citation) for n, citation in enumerate(offered.citations, 1)]


def _choice(offered: Offered, place: int) -> str | None:
    choices = _choices(offered)
    return choices[place] if choices else None


def pieces(article: Article, start: int, end: int) -> Sequence[tuple[str, str | None]]:
    """The article's text before, in and after a span, each as it can be seen."""
    text = article.text
    parts = [(text[:start], None), (text[start:end], QUOTED), (text[end:], None)]
    return [(visible(part), label) for part, label in parts if part]
