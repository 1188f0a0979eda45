"""Turns text into the terms that BM25 indexes, the same for passages and queries."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Raised with every change to what ``analyse`` returns: an index of another analysis is refused.
ANALYSIS = 1

# The sets and patterns below are part of the index format: they are kept apart from the lexicon and
# ``word_spans``, so that a change there does not invalidate an index.
_LONGEST = 64
_TOKEN = re.compile(r"[^\W_]+(?:(?:\.?[-‐‑]|[.'’&]|(?<=\d),(?=\d{3}(?!\d)))[^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s\b")
_SILENT = re.compile(r"['’,]")
_INITIALS = re.compile(r"\b[^\W\d_](?:\.[^\W\d_])+\b")
_JOINT = re.compile(r"\.?[-‐‑]|&|(?<!\d)\.|\.(?!\d)")
_ARTICLES = {"a", "an", "the"}
_PREPOSITIONS = {"as", "at", "by", "for", "from", "in", "of", "on", "to", "with"}
_STOP = _ARTICLES | _PREPOSITIONS | {"and", "or", "that", "it", "is", "are", "be", "was"}


def analyse(text: str) -> list[str]:
    """The terms of ``text`` in order, for BM25.

    Letters lose case and accents, words their possessive and, by Snowball's English rules, their
    ending. Initials are joined; a compound gives itself and its parts:

    >>> analyse("The U.S.-led D-8 Summit's 1,500 ministers")
    ['us-led', 'us', 'led', 'd-8', '8', 'summit', '1500', 'minist']
    """
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    terms: list[str] = []
    for token in _TOKEN.findall(text.casefold()):
        terms.extend(_terms(token[:_LONGEST]))
    return terms


@lru_cache(maxsize=1 << 17)
def _terms(token: str) -> tuple[str, ...]:
    """The term of a simple token, none for a stop word; of a compound, itself and its parts."""
    token = _SILENT.sub("", _POSSESSIVE.sub("", _without_accents(token)))
    token = _INITIALS.sub(lambda letters: letters[0].replace(".", ""), token)
    parts = [part for part in _JOINT.split(token) if part]
    terms = tuple(_stem(part) for part in parts if part not in _STOP and _stands_alone(part))
    if len(parts) == 1:
        return tuple(_stem(part) for part in parts if part not in _STOP)
    return ("-".join(map(_stem, parts)), *terms) if parts else ()


def _without_accents(token: str) -> str:
    if token.isascii():
        return token
    letters = unicodedata.normalize("NFKD", token)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _stands_alone(part: str) -> bool:
    """Whether a part of a compound is worth finding: the ``d`` of ``D-8`` is not."""
    return len(part) > 1 or part.isdigit()


def _stem(word: str) -> str:
    import Stemmer

    # A stemmer costs less than a microsecond to make and may not be shared between threads.
    return str(Stemmer.Stemmer("english", 0).stemWord(word))
