"""An answer in; the Markdown that the chat shows, with every untrusted character escaped, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rag.present import wording
from rag.present.wording import by_sentence
from rag.text.escape import one_line
from rag.types import Answer, Citation, Query
from rag.web import words
from rag.web.source_text import (
    facts,
    isolated,
    label,
    named,
    quotation,
    reference,
    sentence,
    source,
    when,
)

MOST = 30
NEAREST = 3
_APART = "The articles do not agree on this. Each is quoted, and none is preferred."


def answer(value: Answer, today: date) -> str:
    """How the question was understood; the quotations with their sources, or why there are none."""
    parts = [chips(value.query)]
    parts += _abstention(value, today) if value.abstained else _Told(value, today).parts()
    return "\n\n".join(part for part in parts if part)


def chips(query: Query) -> str:
    """Kind, window and words of earlier questions, each for itself; what they are tells its tag."""
    if not query.text:
        return ""
    shown = [f"<kbd>{isolated(wording.KINDS[query.kind])}</kbd>"]
    if query.window is not None:
        shown.append(f"<kbd><time>{isolated(wording.window(query.window))}</time></kbd>")
    shown += [f"<kbd><cite>{isolated(f'with “{word}”')}</cite></kbd>" for word in query.carried]
    note = f"\n\n<small>{label(query.note, limit=300)}</small>" if query.note else ""
    return " ".join(shown) + note


def error(told: str) -> str:
    """A sentence about what went wrong."""
    return label(told, limit=500)


def working(told: str) -> str:
    """What is being done at the moment."""
    return f"<small>{label(told, limit=300)}</small>\n\n<progress></progress>"


def stopped() -> str:
    """What stands below a question whose answer was not waited for."""
    return "<small>Stopped before it was answered. Ask again whenever you like.</small>"


def cited(value: Answer) -> tuple[Citation, ...]:
    """All that can be opened, in the order of their numbers: the citations, then who agrees."""
    agreeing = tuple(other for citation in value.citations for other in citation.also)
    return (*value.citations, *agreeing) or value.nearest


def choice(number: int, citation: Citation) -> str:
    """A citation's label in a list of plain text: number, quotation and date."""
    quote = one_line(citation.quote, limit=80)
    return f"{number} · “{quote}” · {wording.day(citation.article.published)}"


class _Told:
    """The parts of an answer, for its kind."""

    def __init__(self, value: Answer, today: date) -> None:
        self._value = value
        self._today = today
        self._numbers = {citation: n for n, citation in enumerate(cited(value), 1)}

    def parts(self) -> Iterator[str]:
        value = self._value
        if value.disagreement:
            yield _APART
        elif lead := wording.lead(value):
            yield f"**{label(lead, limit=400)}**"
        yield from self._quotations()
        yield _small(f"Confidence: {words.confidence(value.confidence)}")
        yield from (_changed(path) for path in value.changed_files)

    def _quotations(self) -> Iterator[str]:
        value, citations = self._value, self._value.citations[:MOST]
        if value.kind == "list":
            yield from self._items(citations)
        elif value.kind == "latest":
            yield from self._latest(citations)
        elif value.kind in wording.ORDERED:
            yield self._entries(citations, None)
        elif value.disagreement:
            yield self._beside(citations)
        else:
            yield from self._one(citations)
        if left := len(value.citations) - len(citations):
            yield _small(f"{words.count(left, 'more quotation')} under Sources")

    def _one(self, citations: Sequence[Citation]) -> Iterator[str]:
        """The first quotation with all that is known of it, and the others after it."""
        rest = list(citations)
        while rest and wording.is_date_line(rest[0]):
            line = rest.pop(0)
            yield _small(f"{self._reference(line)} Date line of the article: {sentence(line)}")
        if rest:
            yield quotation(rest[0])
            yield self._source(rest[0])
        if rest[1:]:
            yield "Also quoted:"
            yield self._entries(rest[1:MOST], rest[0])

    def _items(self, citations: Sequence[Citation]) -> Iterator[str]:
        """The items of a list, those of one sentence above it."""
        for group in by_sentence(citations):
            yield "\n".join(f"{self._item(one)}**{label(one.quote, limit=400)}**" for one in group)
            yield quotation(*group)
            yield source(group[0], self._numbers, self._today)

    def _latest(self, citations: Sequence[Citation]) -> Iterator[str]:
        first = citations[0]
        yield f"**The latest: {when(first.article, self._today)}**"
        yield quotation(first)
        yield self._source(first)
        if citations[1:]:
            yield "Previously:"
            yield self._entries(citations[1:], None)

    def _entries(self, citations: Sequence[Citation], before: Citation | None) -> str:
        """One quotation after another, under its day where time orders them."""
        shown = zip(citations, (before, *citations), strict=False)
        return "\n".join(self._entry(citation, previous) for citation, previous in shown)

    def _entry(self, citation: Citation, before: Citation | None) -> str:
        lines = [sentence(citation), _small(_origin(citation, before, self._today))]
        if self._value.kind in {"timeline", "latest"}:
            head = f"**{when(citation.article, self._today)}**"
            lines = [head, sentence(citation), _small(named(citation))]
        lines += map(_small, facts(citation, self._numbers))
        indent = " " * len(f"{self._numbers[citation]}. ")
        return self._item(citation) + f"\n{indent}".join(lines)

    def _beside(self, citations: Sequence[Citation]) -> str:
        """A row for each value, which the page lays out side by side."""
        rows = [
            f"| **{label(one.quote, limit=400)}** | {sentence(one)} "
            f"| {self._source(one).replace(chr(10), '<br>')} |"
            for one in citations
        ]
        return "\n".join(("| Value | Sentence | Article |", "| --- | --- | --- |", *rows))

    def _source(self, citation: Citation) -> str:
        return f"{self._reference(citation)} {source(citation, self._numbers, self._today)}"

    def _reference(self, citation: Citation) -> str:
        return reference(self._numbers[citation])

    def _item(self, citation: Citation) -> str:
        """How an entry of a numbered list begins."""
        return f"{self._numbers[citation]}. {self._reference(citation)} "


def _small(text: str) -> str:
    return f"<small>{text}</small>"


def _changed(path: str) -> str:
    name = f"<samp>{label(path)}</samp>"
    return f"<small>{name} has changed or gone since it was indexed; rebuild the index.</small>"


def _abstention(value: Answer, today: date) -> Iterator[str]:
    yield f"**{words.reason(value)}**"
    yield label(value.advice, limit=400)
    if value.nearest:
        shown = zip(value.nearest[:NEAREST], (None, *value.nearest), strict=False)
        yield "Nearest passages, not an answer:"
        yield "\n".join(_near(n, *pair, today) for n, pair in enumerate(shown, 1))


def _near(number: int, citation: Citation, before: Citation | None, today: date) -> str:
    text = label(citation.sentence, limit=220)
    origin = _small(_origin(citation, before, today))
    return f"{number}. {reference(number)} {text}\n   {origin}"


def _origin(citation: Citation, before: Citation | None, today: date) -> str:
    """Where a quotation is from, told shortly if the one before it is from there too."""
    if before is not None and before.article.id == citation.article.id:
        return "the same article"
    return f"{named(citation)} · {when(citation.article, today)}"
