"""An answer in; the Markdown that the chat shows, with every untrusted character escaped, out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rag.types import Answer, Article, Citation
from rag.web import words
from rag.web.escape import markdown, one_line

MORE = 5
NEAREST = 3


def answer(value: Answer) -> str:
    """The quotation in its sentence with its source; or why there is none, and what is nearest."""
    return _abstention(value) if value.abstained else _cited(value)


def error(sentence: str) -> str:
    """A sentence about what went wrong."""
    return markdown(one_line(sentence, limit=500))


def source(citation: Citation) -> str:
    """Title, date and file of a quotation, and in how many further articles it stands."""
    article = citation.article
    facts = [words.day(article.published), f"<samp>{_label(article.path)}</samp>"]
    if citation.copies:
        others = {passage.article.id for passage in citation.copies} - {article.id}
        if others:
            facts.append(f"also in {words.count(len(others), 'other article')}")
    return f"**{title(article)}**\n<small>{' · '.join(facts)}</small>"


def title(article: Article) -> str:
    """The article's title, escaped, isolated from the direction of the text around it."""
    return f"<bdi>{_label(article.headline)}</bdi>"


def choice(number: int, citation: Citation) -> str:
    """A citation's label in a list of plain text: number, quotation and date."""
    quote = one_line(citation.quote, limit=80)
    return f"{number} · “{quote}” · {words.day(citation.article.published)}"


def quotation(citation: Citation) -> str:
    """The whole sentence as a block quotation, the quoted words in it marked."""
    text = citation.article.text
    before = text[citation.sentence_start : citation.start]
    after = text[citation.end : citation.sentence_end]
    quote = markdown(citation.quote)
    if before.strip() or after.strip():
        quote = f"<mark>{quote}</mark>"
    return f"> <q>{markdown(before)}{quote}{markdown(after)}</q>"


def _cited(value: Answer) -> str:
    first = value.citations[0]
    parts = [_lead(value, first), quotation(first), source(first)]
    parts.append(f"<small>Confidence: {words.confidence(value.confidence)}</small>")
    if value.disagreement:
        parts.append("The articles do not agree on this; compare the quotations.")
    parts.extend(_changed(path) for path in value.changed_files)
    if len(value.citations) > 1:
        parts.append("Also quoted:")
        parts.append("\n".join(_further(value.citations)))
    return "\n\n".join(part for part in parts if part)


def _changed(path: str) -> str:
    name = f"<samp>{_label(path)}</samp>"
    return f"<small>{name} has changed or gone since it was indexed; rebuild the index.</small>"


def _lead(value: Answer, first: Citation) -> str:
    """What the answer is called before its evidence, where that is not the quotation itself."""
    if not value.text or value.text == first.quote:
        return ""
    return f"**{markdown(one_line(value.text, limit=400))}**"


def _abstention(value: Answer) -> str:
    parts = [words.reason(value)]
    if value.nearest:
        parts.append("Nearest passages, not an answer:")
        parts.append("\n".join(_near(value.nearest[:NEAREST])))
    return "\n\n".join(parts)


def _near(citations: tuple[Citation, ...]) -> Iterator[str]:
    for citation, before in zip(citations, (None, *citations), strict=False):
        text = markdown(one_line(citation.sentence, limit=220))
        yield f"- {text}\n  <small>{_origin(citation, before)}</small>"


def _further(citations: tuple[Citation, ...]) -> Iterator[str]:
    shown = citations[: MORE + 1]
    for number, (before, citation) in enumerate(pairwise(shown), 2):
        quote = markdown(one_line(citation.quote, limit=160))
        yield f"{number}. {quote}\n   <small>{_origin(citation, before)}</small>"


def _origin(citation: Citation, before: Citation | None) -> str:
    if before is not None and before.article.id == citation.article.id:
        return "the same article"
    return f"{title(citation.article)} · {words.day(citation.article.published)}"


def _label(text: str) -> str:
    return markdown(one_line(text))
