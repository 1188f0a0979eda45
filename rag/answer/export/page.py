"""Sections in; one HTML page that needs nothing and runs nothing out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence

from rag.answer.export.outline import Entry, Section, Source
from rag.text.escape import exact_html

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


def page(sections: Sequence[Section], indexes: Sequence[str], *, address: str) -> str:
    """The page; ``address`` is that of the chat, which the links lead to.

    The text of each ``blockquote`` is the quotation and nothing else. Nothing but the style of the
    page is allowed to load, and no script to run.
    """
    body = "\n".join(line for section in sections for line in _section(section, address))
    footer = "".join(f"<p>{exact_html(index)}</p>" for index in indexes)
    return f"{_HEAD}{body}\n<footer>{footer}</footer>\n</body>\n</html>\n"


def _section(section: Section, address: str) -> Iterator[str]:
    yield f"<section>\n<h2>{exact_html(section.question)}</h2>"
    if section.understood:
        yield f'<p class="dim exact">Understood: {exact_html(", ".join(section.understood))}</p>'
    yield from (f'<p class="exact">{exact_html(said)}</p>' for said in section.said)
    if section.heading:
        yield f"<p>{exact_html(section.heading)}:</p>"
    for entry in section.entries:
        yield from _entry(entry, address)
    yield from (f'<p class="dim exact">{exact_html(note)}</p>' for note in section.notes)
    yield "</section>"


def _entry(entry: Entry, address: str) -> Iterator[str]:
    yield f"<blockquote>{exact_html(entry.quote)}</blockquote>"
    yield f'<p class="dim">— {_source(entry.source, address)}</p>'
    if entry.sentence:
        parts = (_piece(text, quoted=quoted) for text, quoted in entry.sentence)
        yield f'<p class="sentence">{"".join(parts)}</p>'
    facts = [f'<span class="exact">{exact_html(fact)}</span>' for fact in entry.facts]
    facts += [f"Also reported by {_source(source, address)}" for source in entry.also]
    if facts:
        yield f'<ul class="dim">{"".join(f"<li>{fact}</li>" for fact in facts)}</ul>'


def _piece(text: str, *, quoted: bool) -> str:
    return f"<mark>{exact_html(text)}</mark>" if quoted else exact_html(text)


def _source(source: Source, address: str) -> str:
    place = f"<samp>{exact_html(source.file)}</samp> [{source.start}:{source.end}]"
    parts = [f"<bdi>{exact_html(source.title)}</bdi>", exact_html(source.day), place]
    parts += [f"<bdi>{exact_html(source.url)}</bdi>"] if source.url else []
    return (
        f'{", ".join(parts)} · <a href="{exact_html(address + source.link)}">open in the chat</a>'
    )
