"""Untrusted text in, text that a page shows but never interprets out."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+\-.!|<>~&$:]")
_LAYOUT = {"\n": "&#10;", "\t": "&#9;"}
_EDGE_SPACE = re.compile(r"^ +| +$")
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\ufffb{_BIDI}\ud800-\udfff]"
)


def visible(text: str) -> str:
    """``text`` with control and direction characters replaced by signs that can be seen.

    A line feed and a tab stay; everything else that could reorder or hide its neighbours becomes
    a control picture (``␇``) or its number (``[U+202E]``).
    """
    return _UNSEEN.sub(_sign, text.replace("\r\n", "\n"))


def _sign(match: re.Match[str]) -> str:
    code = ord(match.group())
    return chr(0x2400 + code) if code < 0x20 else f"[U+{code:04X}]"


def one_line(text: str, *, limit: int = 160) -> str:
    """``text`` as a label: visible, on one line, at most ``limit`` characters."""
    line = " ".join(visible(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def markdown(text: str) -> str:
    """``text`` as Markdown whose rendering holds exactly ``visible(text)``, inside one paragraph.

    Every character that Markdown or HTML gives a meaning to is preceded by a backslash; line feeds,
    tabs and spaces at the edges become entities, which no block rule of Markdown sees.
    """
    escaped = _MARKDOWN.sub(lambda match: "\\" + match.group(), visible(text))
    escaped = _EDGE_SPACE.sub(lambda match: "&#32;" * len(match.group()), escaped)
    return "".join(_LAYOUT.get(char, char) for char in escaped)
