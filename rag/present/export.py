"""Exports a conversation as Markdown, HTML or JSON; every quotation is the article's own bytes."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from rag.present import wording
from rag.present.json import linked_answer_json
from rag.present.wording import Facts, pieces
from rag.quotes.selector import Selector
from rag.text.escape import exact_html, exact_markdown
from rag.types import Answer, Article, Citation, IndexInfo


@dataclass(frozen=True, slots=True)
class ExportSource:
    """Where a quotation is from; ``link`` opens it in the chat."""

    title: str
    day: str
    file: str
    start: int
    end: int
    url: str
    link: str


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """A quotation with its source and facts.

    ``sentence`` holds the slices of its sentence, each with whether it is quoted; it is empty where
    the quotation is the sentence, or where the entry before has the same one. ``also`` are the
    other articles that say the same.
    """

    quote: str
    sentence: tuple[tuple[str, bool], ...]
    source: ExportSource
    facts: tuple[str, ...]
    also: tuple[ExportSource, ...]


@dataclass(frozen=True, slots=True)
class ExportSection:
    """A question and its answer.

    Where there is none, ``introduction`` says why, and ``entries`` came nearest.
    """

    question: str
    understood: tuple[str, ...]
    introduction: tuple[str, ...]
    heading: str
    entries: tuple[ExportEntry, ...]
    notes: tuple[str, ...]


def sections(answers: Sequence[Answer]) -> list[ExportSection]:
    """One section an answer, in order."""
    return [_section(answer) for answer in answers]


def indexes(answers: Sequence[Answer]) -> list[str]:
    """A line about each index that answered, in the order in which they first did."""
    return [_index(info) for info in dict.fromkeys(answer.index for answer in answers)]


def _section(answer: Answer) -> ExportSection:
    cited = answer.nearest if answer.abstained else answer.citations
    return ExportSection(
        question=answer.query.question,
        understood=tuple(wording.understood(answer.query)),
        introduction=tuple(_introduction(answer)),
        heading=wording.NEAREST if answer.abstained and cited else "",
        entries=tuple(_entries(cited)),
        notes=tuple(_notes(answer)),
    )


def _introduction(answer: Answer) -> Iterator[str]:
    if answer.reason is not None:
        yield wording.REASONS[answer.reason]
        if answer.advice:
            yield answer.advice
    elif answer.disagreement:
        yield wording.DISAGREEMENT
    elif lead := wording.lead(answer):
        yield lead


def _notes(answer: Answer) -> Iterator[str]:
    for path in answer.changed_files:
        yield wording.changed_file(path)
    if answer.citations:
        yield f"Confidence {answer.confidence:.0%}"


def _entries(cited: Sequence[Citation]) -> Iterator[ExportEntry]:
    for before, citation in pairwise((None, *cited)):
        assert citation is not None
        repeated = before is not None and _sentence(before) == _sentence(citation)
        whole = citation.quote == citation.sentence
        facts = wording.facts(citation)
        yield ExportEntry(
            quote=citation.quote,
            sentence=() if repeated or whole else tuple(pieces([citation])),
            source=_source(citation),
            facts=tuple(_facts(facts)),
            also=tuple(_source(other) for other in facts.also),
        )


def _sentence(citation: Citation) -> tuple[str, int, int]:
    return citation.article.id, citation.sentence_start, citation.sentence_end


def _source(citation: Citation) -> ExportSource:
    article: Article = citation.article
    return ExportSource(
        title=article.headline,
        day=wording.day(article.published),
        file=article.path,
        start=citation.start,
        end=citation.end,
        url=article.url,
        link=Selector.of(article, citation.start, citation.end).link,
    )


def _facts(facts: Facts) -> Iterator[str]:
    if facts.speaker:
        yield f"Said by {facts.speaker}"
    for words, days in facts.dates:
        yield f"“{words}” = {days}"
    if facts.copies:
        yield f"The same story is in {', '.join(copy.path for copy in facts.copies)}"


def _index(info: IndexInfo) -> str:
    newest = f", the newest of {wording.day(info.newest_article)}" if info.newest_article else ""
    return (
        f"Index {info.version} of {info.built_at}: {info.articles:,} articles{newest}; "
        f"fingerprint {info.fingerprint}"
    )


def markdown_document(
    sections: Sequence[ExportSection], indexes: Sequence[str], *, address: str
) -> str:
    """The document; ``address`` is that of the chat, which the links at its end lead to."""
    links: list[str] = []
    blocks = ["# Dateline", *map(exact_markdown, indexes)]
    for section in sections:
        blocks += _markdown_section(section, links)
    targets = (f"[{n}]: <{address}{link}>" for n, link in enumerate(links, start=1))
    return "\n\n".join((*blocks, "\n".join(targets))) + "\n"


def _markdown_section(section: ExportSection, links: list[str]) -> Iterator[str]:
    yield f"## {exact_markdown(section.question)}"
    if section.understood:
        yield f"Understood: {exact_markdown(', '.join(section.understood))}"
    yield from map(exact_markdown, section.introduction)
    if section.heading:
        yield f"{section.heading}:"
    for entry in section.entries:
        yield from _markdown_entry(entry, links)
    yield from map(exact_markdown, section.notes)


def _markdown_entry(entry: ExportEntry, links: list[str]) -> Iterator[str]:
    yield f"> “{exact_markdown(entry.quote)}”"
    yield f"— {_markdown_source(entry.source, links)}"
    if entry.sentence:
        yield f"In its sentence: “{exact_markdown(''.join(part for part, _ in entry.sentence))}”"
    facts = [exact_markdown(fact) for fact in entry.facts]
    facts += [f"Also reported by {_markdown_source(source, links)}" for source in entry.also]
    if facts:
        yield "\n".join(f"- {fact}" for fact in facts)


def _markdown_source(source: ExportSource, links: list[str]) -> str:
    """Title, day, place and address, and a link whose target is added to ``links``."""
    links.append(source.link)
    place = f"{source.file} [{source.start}:{source.end}]"
    parts = [source.title, source.day, place, *([source.url] if source.url else [])]
    return f"{exact_markdown(', '.join(parts))} · [open in the chat][{len(links)}]"


_STYLE = """
:root { color-scheme: light dark; --ink: #1d1b18; --paper: #fdfcf9; --dim: #6a655d;
  --accent: #8c2f1b; --mark: #f3d9a4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e5dc; --paper: #191816; --dim: #a39d92;
  --accent: #e0937d; --mark: #5a4a22; } }
body { max-width: 42rem; margin: 3rem auto; padding: 0 1rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-family: Georgia, serif; } h2 { margin-top: 3rem; font-size: 1.2rem; }
h2, blockquote, .sentence, .exact { white-space: pre-wrap; unicode-bidi: isolate; }
blockquote { margin: 1.5rem 0 .5rem; padding-left: 1rem; border-left: 3px solid var(--accent);
  font: 1.2rem/1.5 Georgia, serif; }
.sentence { font-family: Georgia, serif; } mark { color: inherit; background: var(--mark); }
.dim, footer { color: var(--dim); font-size: .875rem; } a { color: var(--accent); }
.unseen { display: inline-block; } .unseen::before { content: "[" attr(data-code) "]";
  color: var(--dim); font-size: .75em; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
_HEAD = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dateline</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Dateline</h1>
"""


def html_document(
    sections: Sequence[ExportSection], indexes: Sequence[str], *, address: str
) -> str:
    """The page; ``address`` is that of the chat, which the links lead to.

    The text of each ``blockquote`` is the quotation and nothing else. Nothing but the style of the
    page is allowed to load, and no script to run.
    """
    body = "\n".join(line for section in sections for line in _html_section(section, address))
    footer = "".join(f"<p>{exact_html(index)}</p>" for index in indexes)
    return f"{_HEAD}{body}\n<footer>{footer}</footer>\n</body>\n</html>\n"


def _html_section(section: ExportSection, address: str) -> Iterator[str]:
    yield f"<section>\n<h2>{exact_html(section.question)}</h2>"
    if section.understood:
        yield f'<p class="dim exact">Understood: {exact_html(", ".join(section.understood))}</p>'
    yield from (f'<p class="exact">{exact_html(line)}</p>' for line in section.introduction)
    if section.heading:
        yield f"<p>{exact_html(section.heading)}:</p>"
    for entry in section.entries:
        yield from _html_entry(entry, address)
    yield from (f'<p class="dim exact">{exact_html(note)}</p>' for note in section.notes)
    yield "</section>"


def _html_entry(entry: ExportEntry, address: str) -> Iterator[str]:
    yield f"<blockquote>{exact_html(entry.quote)}</blockquote>"
    yield f'<p class="dim">— {_html_source(entry.source, address)}</p>'
    if entry.sentence:
        parts = (_html_piece(text, quoted=quoted) for text, quoted in entry.sentence)
        yield f'<p class="sentence">{"".join(parts)}</p>'
    facts = [f'<span class="exact">{exact_html(fact)}</span>' for fact in entry.facts]
    facts += [f"Also reported by {_html_source(source, address)}" for source in entry.also]
    if facts:
        yield f'<ul class="dim">{"".join(f"<li>{fact}</li>" for fact in facts)}</ul>'


def _html_piece(text: str, *, quoted: bool) -> str:
    return f"<mark>{exact_html(text)}</mark>" if quoted else exact_html(text)


def _html_source(source: ExportSource, address: str) -> str:
    place = f"<samp>{exact_html(source.file)}</samp> [{source.start}:{source.end}]"
    parts = [f"<bdi>{exact_html(source.title)}</bdi>", exact_html(source.day), place]
    parts += [f"<bdi>{exact_html(source.url)}</bdi>"] if source.url else []
    return (
        f'{", ".join(parts)} · <a href="{exact_html(address + source.link)}">open in the chat</a>'
    )


Format = Literal["md", "html", "json", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)
ADDRESS = "http://127.0.0.1:7860/"


def export(answers: Sequence[Answer], form: Format, *, address: str = ADDRESS) -> str:
    """The conversation as a document; the same answers give the same text.

    ``json`` is a list and ``jsonl`` lines of the objects of docs/json.md, each citation with its
    ``link``; ``dateline verify`` reads both. ``address`` is that of the chat, which links lead to.
    """
    if form == "md":
        return markdown_document(sections(answers), indexes(answers), address=address)
    if form == "html":
        return html_document(sections(answers), indexes(answers), address=address)
    objects = [linked_answer_json(answer) for answer in answers]
    if form == "json":
        return json.dumps(objects, ensure_ascii=False, indent=1) + "\n"
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)
