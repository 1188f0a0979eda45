"""Sections in; a Markdown document whose every quotation is the article's own bytes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answer.export.outline import Entry, Section, Source
from rag.text.escape import exact_markdown


def markdown(sections: Sequence[Section], indexes: Sequence[str], *, address: str) -> str:
    """The document; ``address`` is that of the chat, which the links at its end lead to."""
    links: list[str] = []
    blocks = ["# Dateline", *map(exact_markdown, indexes)]
    for section in sections:
        blocks += _section(section, links)
    targets = (f"[{n}]: <{address}{link}>" for n, link in enumerate(links, start=1))
    return "\n\n".join((*blocks, "\n".join(targets))) + "\n"


def _section(section: Section, links: list[str]) -> Iterator[str]:
    yield f"## {exact_markdown(section.question)}"
    if section.understood:
        yield f"Understood: {exact_markdown(', '.join(section.understood))}"
    yield from map(exact_markdown, section.said)
    if section.heading:
        yield f"{section.heading}:"
    for entry in section.entries:
        yield from _entry(entry, links)
    yield from map(exact_markdown, section.notes)


def _entry(entry: Entry, links: list[str]) -> Iterator[str]:
    yield f"> “{exact_markdown(entry.quote)}”"
    yield f"— {_source(entry.source, links)}"
    if entry.sentence:
        yield f"In its sentence: “{exact_markdown(''.join(part for part, _ in entry.sentence))}”"
    facts = [exact_markdown(fact) for fact in entry.facts]
    facts += [f"Also reported by {_source(source, links)}" for source in entry.also]
    if facts:
        yield "\n".join(f"- {fact}" for fact in facts)


def _source(source: Source, links: list[str]) -> str:
    """Title, day, place and address, and a link whose target is added to ``links``."""
    links.append(source.link)
    place = f"{source.file} [{source.start}:{source.end}]"
    parts = [source.title, source.day, place, *([source.url] if source.url else [])]
    return f"{exact_markdown(', '.join(parts))} · [open in the chat][{len(links)}]"
