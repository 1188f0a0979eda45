"""Typed text in, the same on one line without control and format characters out."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """``text`` with every unseen character and run of spaces as one space."""
    return " ".join("".join(map(_shown, text)).split())


def _shown(character: str) -> str:
    return " " if unicodedata.category(character) in _UNSEEN else character
