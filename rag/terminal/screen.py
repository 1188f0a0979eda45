"""Text from anywhere in, text that a terminal shows without being steered by it out.

Control characters could move the cursor or colour the screen: they are shown as their pictures.
"""

from __future__ import annotations

import os
import re
import sys
import textwrap
import unicodedata
from typing import TextIO

WIDTH = 78
_SPACE = re.compile(r"\s+")
BOLD, DIM, MARK, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[7m", "\x1b[0m"


def has_colour(stream: TextIO) -> bool:
    """Whether to colour: a terminal, and https://no-color.org is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def note(message: str) -> None:
    """Something to know that is no answer goes to stderr."""
    print(visible(message), file=sys.stderr)


def visible(text: str) -> str:
    """``text`` on one line, with control and bidirectional characters made visible."""
    return inline(text).strip()


def inline(text: str) -> str:
    """The same for a part of a line, whose spaces at the edges stay."""
    return "".join(map(_picture, _SPACE.sub(" ", text)))


def _picture(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Cs"}:
        return f"\\u{ord(character):04x}"
    return character


def styled(text: str, style: str, *, colour: bool) -> str:
    """``text`` in a style, if there is colour."""
    return f"{style}{text}{PLAIN}" if colour else text


def wrapped(text: str, *, width: int = WIDTH) -> list[str]:
    """``text``, made visible, in lines of at most ``width`` characters."""
    return textwrap.wrap(visible(text), width)
