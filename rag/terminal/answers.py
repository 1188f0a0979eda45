"""An Answer or a Hit in, text to read in a terminal out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rag.answer import phrases
from rag.answer.render import REASONS
from rag.terminal.quotations import beside, cited, numbered
from rag.terminal.screen import BOLD, DIM, WIDTH, styled, visible, wrapped
from rag.types import Answer, Hit


def answer_text(answer: Answer, *, colour: bool) -> str:
    """What was understood, and the quotations with their sources; or why there are none."""
    parts = [_understood(answer, colour=colour)]
    parts += _abstention(answer, colour=colour) if answer.abstained else _told(answer, colour)
    parts += [
        [f"{visible(path)} has changed or gone since the index was built."]
        for path in answer.changed_files
    ]
    if answer.citations:
        parts.append([f"confidence {answer.confidence:.0%}"])
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _understood(answer: Answer, *, colour: bool) -> list[str]:
    """One line, long as it may be: it is about the question, and no part of the answer."""
    parts = phrases.understood(answer.query)
    text = f"Understood: {', '.join(visible(part) for part in parts)}" if parts else ""
    return [styled(text, DIM, colour=colour)] if text else []


def _told(answer: Answer, colour: bool) -> Iterator[list[str]]:
    if answer.disagreement:
        yield ["The articles do not agree on this; each is quoted, and none preferred."]
    elif lead := phrases.lead(answer):
        yield [styled(line, BOLD, colour=colour) for line in wrapped(lead)]
    if answer.disagreement and answer.kind not in phrases.ORDERED:
        yield from beside(answer.citations)
    elif answer.kind in phrases.ORDERED:
        yield from numbered(answer, colour=colour)
    else:
        for citation in answer.citations:
            yield cited(citation, answered=True, colour=colour)


def _abstention(answer: Answer, *, colour: bool) -> Iterator[list[str]]:
    assert answer.reason is not None
    yield [REASONS[answer.reason], *wrapped(answer.advice)]
    if answer.nearest:
        yield ["Nearest, but not an answer:"]
    for citation in answer.nearest:
        yield cited(citation, answered=False, colour=colour)


def hit_text(hit: Hit, *, colour: bool) -> str:
    """A passage with its rank, source and scores."""
    passage = hit.passage
    title = visible(passage.article.headline)
    head = f"{hit.rank}. {title}, {phrases.day(passage.article.published)}"
    scores = f"score {hit.score:.3f}  dense {hit.dense:.3f}  lexical {hit.lexical:.2f}"
    place = f"{visible(passage.article.path)} [{passage.start}:{passage.end}]  {scores}"
    text = textwrap.fill(
        visible(passage.text), WIDTH, initial_indent="   ", subsequent_indent="   "
    )
    head, place = styled(head, BOLD, colour=colour), styled(place, DIM, colour=colour)
    return f"{head}\n{text}\n   {place}\n"
