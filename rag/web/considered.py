"""The passages considered for an answer in; a table of them with their scores, as Markdown, out."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.engine import Considered
from rag.present import wording
from rag.types import Citation
from rag.web.source_text import isolated, reference, title

_HEAD = (
    "| | Passage | Score | Meaning | Words | Reader |\n| ---: | --- | ---: | ---: | ---: | ---: |\n"
)
_LEGEND = (
    "<small>Best first. The score joins nearness in meaning and in words; the reader’s is that of "
    "the best answer it sees in the passage, if it has read it.</small>"
)


def table(considered: Sequence[Considered], cited: Sequence[Citation]) -> str:
    """A row for each passage, with the numbers of the citations that come from it."""
    if not considered:
        return ""
    rows = (_row(one, _numbers(one, cited)) for one in considered)
    return _HEAD + "\n".join(rows) + f"\n\n{_LEGEND}"


def _row(one: Considered, numbers: str) -> str:
    hit, article = one.hit, one.hit.passage.article
    told = f"{title(article)} · {wording.day(article.published)}{numbers}"
    text = isolated(hit.passage.text, limit=160)
    reader = "–" if one.reader is None else f"{one.reader:.2f}"
    return (
        f"| {hit.rank} | {told}<br><small>{text}</small> | {hit.score:.2f} | {hit.dense:.2f} "
        f"| {hit.lexical:.1f} | {reader} |"
    )


def _numbers(one: Considered, cited: Sequence[Citation]) -> str:
    passage = one.hit.passage
    return "".join(
        f" {reference(number)}"
        for number, citation in enumerate(cited, 1)
        if citation.article.id == passage.article.id
        and passage.start <= citation.start
        and citation.end <= passage.end
    )
