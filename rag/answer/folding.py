"""Two texts in; whether only typography keeps them apart, and the names of what does, out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from itertools import combinations

_DOUBLE, _SINGLE = '"“”„‟«»″', "'‘’‚‛‹›′`´"
_DOUBLES, _SINGLES = re.compile(f"[{_DOUBLE}]"), re.compile(f"[{_SINGLE}]")
_DASHES = re.compile("[‐‑‒–—―−]")
_SOFT_HYPHEN, _UNSEEN = "\u00ad", re.compile("[\u200b\u2060\ufeff]")
# Beside a sign there may be a space or none: “D – 8” is printed like “D–8”.
_SPACE_BY_SIGN = re.compile(r"(?<![\w\s])\s+|\s++(?!\w)")
_SPACES = re.compile(r"\s+")
_OUTER = re.compile(rf"\A[\s{_DOUBLE}{_SINGLE}]+|[\s{_DOUBLE}{_SINGLE}]+\Z")


def _spaces(text: str) -> str:
    return _SPACES.sub(" ", _SPACE_BY_SIGN.sub("", _UNSEEN.sub("", text)))


def _quotation_marks(text: str) -> str:
    return _SINGLES.sub("'", _DOUBLES.sub('"', text))


def _hyphens(text: str) -> str:
    return _DASHES.sub("-", text.replace(_SOFT_HYPHEN, ""))


def _accents(text: str) -> str:
    return unicodedata.normalize("NFC", text)


# Each makes texts equal that are but printed or stored differently.
FOLDS: Mapping[str, Callable[[str], str]] = {
    "stored accents": _accents,
    "spaces": _spaces,
    "quotation marks": _quotation_marks,
    "hyphens": _hyphens,
}


def fold(text: str) -> str:
    """``text`` without the differences that typography makes."""
    return _folded(text, tuple(FOLDS))


def differences(one: str, other: str) -> tuple[str, ...]:
    """The fewest of the names of ``FOLDS`` without which both texts are equal; else none.

    >>> differences("the “D–8” talks", "the  'D-8' talks")
    ()
    >>> differences("the “D–8” talks", 'the "D-8" talks')
    ('quotation marks', 'hyphens')
    """
    for count in range(len(FOLDS) + 1):
        for names in combinations(FOLDS, count):
            if _folded(one, names) == _folded(other, names):
                return names
    return ()


def unquoted(text: str) -> str:
    """``text`` without the whitespace and the quotation marks around it; may be empty."""
    return _OUTER.sub("", text)


def _folded(text: str, names: tuple[str, ...]) -> str:
    for name in names:
        text = FOLDS[name](text)
    return text
