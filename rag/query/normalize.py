"""Spells a question plainly: lower case, contractions written out, common misspellings mended.

Rules over questions match this spelling, and find the words as they were typed again by their
spans.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.entities import MAX_WORDS
from rag.text.lexicon import AUXILIARIES

# Not ``word_spans``: the rules need the punctuation marks as words of their own.
_TOKEN = re.compile(r"\w+(?:[-'’.]\w+)*|[,;:.?!]")
_CLITICS = re.compile(
    r"(?P<word>wh(?:at|o|en|ere|y|ich)|how|it|that|there|here|he|she|you|they|we|i)"
    r"(?:'(?P<end>s|re|d|ve|ll)|(?<=what)(?P<s>s)|(?<=where)(?P<s2>s)|(?<=how)(?P<s3>s))"
)
_NEGATED = re.compile(r"(?P<aux>\w{2,6}?)n'?t")
_ENDS = {"s": "is", "re": "are", "d": "would", "ve": "have", "ll": "will"}
_SPELLINGS = {
    "wat": "what",
    "wht": "what",
    "wut": "what",
    "waht": "what",
    "wich": "which",
    "whitch": "which",
    "wen": "when",
    "whn": "when",
    "wher": "where",
    "wether": "whether",
    "hapened": "happened",
    "happend": "happened",
    "hapend": "happened",
    "ther": "there",
    "u": "you",
    "r": "are",
    "pls": "please",
    "plz": "please",
    "plese": "please",
    "sumarize": "summarize",
    "sumarise": "summarise",
    "lastest": "latest",
    "tl": "tldr",
}


@dataclass(frozen=True, slots=True)
class NormalizedQuestion:
    """The words and marks of ``text``: ``plain`` is them in lower case with single spaces.

    ``starts`` are the offsets in ``plain`` where its words begin, ``spans`` the places in ``text``
    where the same words stand.
    """

    text: str
    plain: str
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def said(self, start: int, end: int) -> str:
        """The slice of ``text`` that holds the words of ``plain[start:end]``."""
        inside = [
            span
            for offset, span in zip(self.starts, self.spans, strict=True)
            if start <= offset < end
        ]
        return self.text[inside[0][0] : inside[-1][1]] if inside else ""


def normalize_question(text: str) -> NormalizedQuestion:
    """The first ``MAX_WORDS`` words of ``text``, common misspellings mended and ``'s`` spelled out.

    >>> normalize_question("Whats new, didn't he say?").plain
    'what is new , did not he say ?'
    """
    plain, starts, spans, length = [], [], [], 0
    for number, match in enumerate(_TOKEN.finditer(text)):
        if number == MAX_WORDS:
            break
        for word in _expand(match.group().lower().replace("’", "'")):
            plain.append(word)
            starts.append(length)
            spans.append(match.span())
            length += len(word) + 1
    return NormalizedQuestion(text, " ".join(plain), tuple(starts), tuple(spans))


def _expand(word: str) -> list[str]:
    word = _SPELLINGS.get(word, word)
    if match := _CLITICS.fullmatch(word):
        return [match["word"], _ENDS[match["end"] or "s"]]
    match = _NEGATED.fullmatch(word)
    if match and {"ca": "can", "wo": "will"}.get(match["aux"], match["aux"]) in AUXILIARIES:
        return [{"ca": "can", "wo": "will"}.get(match["aux"], match["aux"]), "not"]
    return [word]
