"""Makes untrusted text safe to show: nothing in it is interpreted as markup or control."""

from __future__ import annotations

import html
import re
import unicodedata

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def single_line(text: str) -> str:
    """``text`` with every unseen character and run of spaces as one space."""
    return " ".join("".join(map(_space_if_unseen, text)).split())


def _space_if_unseen(character: str) -> str:
    return " " if unicodedata.category(character) in _UNSEEN_CATEGORIES else character


_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+\-.!|<>~&$:]")
_LAYOUT = {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
_EDGE_SPACE = re.compile(r"^ +| +$")
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SEPARATORS = "\u2028\u2029\ufeff\ufff9-\ufffb"
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_UNSEEN = re.compile(f"[{_CONTROLS}{_SEPARATORS}{_DIRECTION}\ud800-\udfff]")
# HTML and Markdown turn the number of any other control character into a replacement sign.
_NUMBERED = re.compile(f"[{_SEPARATORS}{_DIRECTION}]")


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
    return _escaped(visible(text))


def exact_markdown(text: str) -> str:
    """The same for a document on disk: its rendering holds ``text`` itself, to the last byte.

    What could reorder its neighbours is written as its number, so that the source shows it.
    """
    return _NUMBERED.sub(lambda match: f"&#{ord(match.group())};", _escaped(text))


def _escaped(text: str) -> str:
    escaped = _MARKDOWN.sub(lambda match: "\\" + match.group(), text)
    escaped = _EDGE_SPACE.sub(lambda match: "&#32;" * len(match.group()), escaped)
    return "".join(_LAYOUT.get(char, char) for char in escaped)


def exact_html(text: str) -> str:
    """``text`` as HTML in which the text is ``text`` itself, to the last byte but for NUL.

    What could hide, or reorder its neighbours, stands alone in an element of the class ``unseen``,
    whose ``data-code`` is its number: as an inline block it reorders nothing outside.
    """
    return _UNSEEN.sub(_unseen, html.escape(text))


def _unseen(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\r":
        return _LAYOUT[character]
    return f'<span class="unseen" data-code="U+{ord(character):04X}">{character}</span>'


__all__ = ["markdown", "one_line", "visible"]
