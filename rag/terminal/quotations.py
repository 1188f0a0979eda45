"""Citations in; each quotation in its sentence, with what is known of its source, as lines out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rag.answer import phrases
from rag.answer.layout import by_sentence, pieces
from rag.terminal.screen import BOLD, DIM, MARK, PLAIN, WIDTH, inline, styled, visible, wrapped
from rag.types import Answer, Citation

_INDENT = "  "
_COLUMNS, _GAP = 2, "   "


def cited(
    *citations: Citation, answered: bool, colour: bool, before: Citation | None = None
) -> list[str]:
    """The sentence that the citations share, with the quotations marked, and the source below.

    The title is not told again where the citation ``before`` is from the same article.
    """
    first = citations[0]
    if phrases.is_date_line(first):
        return [f"{_INDENT}“{visible(first.quote)}”, the date line of {_place(first)}"]
    told = _source(first, colour=colour)
    if before is not None and before.article.id == first.article.id:
        told = ["— the same article", *_below(first, colour=colour)]
    lines = [*_sentence(citations, mark=answered and colour), *told]
    return [f"{_INDENT}{line}" for line in lines]


def _source(citation: Citation, *, colour: bool, width: int = WIDTH) -> list[str]:
    """Title and day, and all that is known of the quotation."""
    article = citation.article
    title = f"— {article.headline}, {phrases.day(article.published)}"
    return [*wrapped(title, width=width), *_below(citation, colour=colour, width=width)]


def _below(citation: Citation, *, colour: bool, width: int = WIDTH) -> list[str]:
    """The place; who says so, which days are meant, and where else it is reported."""
    facts = (wrapped(fact, width=width - len(_INDENT)) for fact in _facts(citation))
    return [
        styled(f"{_INDENT}{_place(citation)}", DIM, colour=colour),
        *(f"{_INDENT}{line}" for lines in facts for line in lines),
    ]


def _place(citation: Citation) -> str:
    return f"{visible(citation.article.path)} [{citation.start}:{citation.end}]"


def _facts(citation: Citation) -> Iterator[str]:
    if who := phrases.speaker(citation):
        yield f"said by {who}"
    for said, meant in phrases.resolved(citation):
        yield f"“{said}” = {meant}"
    if citation.also:
        number = len(citation.also)
        others = "; ".join(_named(other) for other in citation.also)
        yield f"also reported by {number} article{'' if number == 1 else 's'}: {others}"
    if citation.copies:
        yield f"also in {', '.join(copy.article.id for copy in citation.copies)}"


def _named(citation: Citation) -> str:
    article = citation.article
    return f"{article.headline}, {phrases.day(article.published)} ({_place(citation)})"


def _sentence(citations: Sequence[Citation], *, mark: bool) -> list[str]:
    """The sentence, wrapped; the quotations in it stand out if ``mark`` is set."""
    # "inline" leaves no control character, so that these two can hold a quotation's place.
    parts = [
        f"\x02{inline(part)}\x03" if quoted else inline(part) for part, quoted in pieces(citations)
    ]
    lines, inside = [], False
    for line in textwrap.wrap("".join(parts).strip(), WIDTH):
        marked = f"{MARK}{line}" if inside and mark else line
        inside = line.rfind("\x02") > line.rfind("\x03") or (inside and "\x03" not in line)
        closed = f"{marked}{PLAIN}" if inside and mark else marked
        on, off = (MARK, PLAIN) if mark else ("", "")
        lines.append(closed.replace("\x02", on).replace("\x03", off))
    return lines


def numbered(answer: Answer, *, colour: bool) -> Iterator[list[str]]:
    """Every entry in its order, under its number and, where time orders them, its day."""
    number, before = 0, None
    for group in by_sentence(answer.citations):
        heads = [_head(answer, number + n, one) for n, one in enumerate(group, 1)]
        number += len(group)
        lines = [styled(line, BOLD, colour=colour) for head in heads for line in wrapped(head)]
        yield [*lines, *cited(*group, answered=True, colour=colour, before=before)]
        before = group[-1]


def _head(answer: Answer, number: int, citation: Citation) -> str:
    if answer.kind == "list":
        return f"{number}. {citation.quote}"
    said = phrases.day(citation.article.published)
    if answer.kind == "latest":
        said = f"{'The latest' if number == 1 else 'Previously'}, {said}"
    return f"{number}. {said}"


def beside(citations: Sequence[Citation]) -> Iterator[list[str]]:
    """The quotations side by side, two in a row: what each article says, and when."""
    width = (WIDTH - len(_GAP)) // _COLUMNS
    cells = [_cell(citation, width) for citation in citations]
    for at in range(0, len(cells), _COLUMNS):
        yield [
            f"{_INDENT}{_GAP.join(f'{line:<{width}}' for line in lines).rstrip()}"
            for lines in zip_longest(*cells[at : at + _COLUMNS], fillvalue="")
        ]


def _cell(citation: Citation, width: int) -> list[str]:
    sentence = [] if citation.quote == citation.sentence else [f"“{citation.sentence}”"]
    return [
        *wrapped(citation.quote, width=width),
        *(line for said in sentence for line in wrapped(said, width=width)),
        *_source(citation, colour=False, width=width),
    ]
