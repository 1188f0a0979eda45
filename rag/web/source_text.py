"""A citation in; its quotation, its source and what is known of both, as escaped Markdown, out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rag.present import wording
from rag.present.wording import pieces
from rag.text.escape import markdown, one_line
from rag.types import Article, Citation
from rag.web import words


def label(text: str, *, limit: int = 160) -> str:
    """Text on one line, escaped."""
    return markdown(one_line(text, limit=limit))


def isolated(text: str, *, limit: int = 160) -> str:
    """The same, kept apart from the direction of the text around it."""
    return f"<bdi>{label(text, limit=limit)}</bdi>"


def sentence(*citations: Citation) -> str:
    """The whole sentence that the citations share, the quoted words in it marked."""
    parts = pieces(citations)
    whole = all(quoted or not part.strip() for part, quoted in parts)
    shown = (
        f"<mark>{markdown(part)}</mark>" if quoted and not whole else markdown(part)
        for part, quoted in parts
    )
    return f"<q>{''.join(shown)}</q>"


def quotation(*citations: Citation) -> str:
    """The same as a block quotation."""
    return f"> {sentence(*citations)}"


def title(article: Article) -> str:
    """The article's title, as it is shown."""
    return isolated(article.headline)


def named(citation: Citation) -> str:
    """The article's title; its file's name where the title is but the beginning of the sentence."""
    article = citation.article
    if article.title_derived and citation.sentence.startswith(article.title):
        return file(article)
    return title(article)


def file(article: Article) -> str:
    """The name of the article's file."""
    return f"<samp>{label(article.path)}</samp>"


def heading(citation: Citation) -> str:
    """Title, day and file of the article."""
    article = citation.article
    place = f"{wording.day(article.published)} · {file(article)}"
    return f"**{title(article)}**\n<small>{place}</small>"


def reference(number: int) -> str:
    """A citation's number, which opens its article."""
    return f"<sup>{number}</sup>"


def source(citation: Citation, numbers: dict[Citation, int], today: date) -> str:
    """Title, day and file, and below them all that is known of the quotation."""
    article = citation.article
    place = f"{when(article, today)} · {file(article)}"
    lines = [place, *facts(citation, numbers)]
    return "\n".join((f"**{title(article)}**", *(f"<small>{line}</small>" for line in lines)))


def when(article: Article, today: date) -> str:
    """The article's day, and how long ago that was."""
    passed = wording.ago(article.published, today)
    return f"{wording.day(article.published)}{f', {passed}' if passed else ''}"


def facts(citation: Citation, numbers: dict[Citation, int]) -> Iterator[str]:
    """Who says it, which days its words mean, and who else reports it: a line each."""
    if who := wording.speaker(citation):
        yield f"Said by {isolated(who)}"
    if dates := [f"{_quoted(said)} = {meant}" for said, meant in wording.resolved(citation)]:
        yield " · ".join(dates)
    if citation.also:
        others = " · ".join(_other(other, numbers) for other in citation.also)
        yield f"Also reported by {words.count(len(citation.also), 'article')}: {others}"
    copies = {passage.article.id for passage in citation.copies} - {citation.article.id}
    if copies:
        yield f"The same story is in {words.count(len(copies), 'other article')}"


def _other(citation: Citation, numbers: dict[Citation, int]) -> str:
    article = citation.article
    told = f"{named(citation)}, {wording.day(article.published)}"
    return f"{reference(numbers[citation])} {told}"


def _quoted(text: str) -> str:
    return f"“{isolated(text)}”"
