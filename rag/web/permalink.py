"""The address that a page was opened with in; the quotation that it links to, or why not, out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from rag.answer.citations import citation
from rag.errors import QuestionError, RagError
from rag.index.local import Texts
from rag.quotes.selector import PARAMETER, Found, Gone, Selector, find
from rag.text.escape import markdown
from rag.types import Citation
from rag.web import source_text


class Engine(Protocol):
    """An engine that has the texts of its articles."""

    @property
    def texts(self) -> Texts: ...


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


def _told(result: Found | Gone) -> Opened:
    if isinstance(result, Gone):
        return Opened(_gone(result))
    return Opened(_moved(result), citation(result.place))


def _moved(found: Found) -> str:
    """What the reader should know: nothing where all is as it was."""
    if found.unchanged:
        return ""
    if found.renamed:
        file = source_text.file(found.place.article)
        return f"The quotation now stands in another article than when it was linked: {file}"
    if found.agrees:
        return "The article has changed since this was linked; the quotation still stands in it."
    return (
        "The article has changed since this was linked: the words still stand in it, "
        "but not between the words that they stood between."
    )


def _gone(gone: Gone) -> str:
    selector = gone.selector
    quote = f"“{source_text.isolated(selector.exact, limit=300)}”"
    place = f"at characters {selector.start:,} to {selector.end:,}"
    if gone.article is not None:
        title = source_text.title(gone.article)
        return f"The text is gone: {quote} stood in {title}, {place}, and no longer does."
    name = f"<samp>{source_text.label(selector.article_id)}</samp>"
    return (
        f"The text is gone: {quote} stood in the article {name}, {place}; "
        "that article is no longer here, and no other has these words in their place."
    )
