"""Questions: one as typed in, its words in a plain spelling that still know their place, out."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_WORDS = 400
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
AUXILIARIES = frozenset(
    "am is are was were do does did has have had can could will would should shall must".split()
)
AUXILIARY = "(?:" + "|".join(sorted(AUXILIARIES)) + ")"

QUESTION_WORDS = frozenset("who whom whose what which where when why how".split())
PREPOSITIONS = frozenset(
    "about above across after against along among around as at before behind below besides between "
    "beyond by despite during except for from in inside into like near of off on onto out outside "
    "over per regarding since than through throughout till to toward towards under until up upon "
    "via with within without".split()
)
FUNCTION_WORDS = (
    AUXILIARIES
    | QUESTION_WORDS
    | PREPOSITIONS
    | frozenset(
        "a an the this that these those some any no not all both each every either neither other "
        "others another such same own one ones i me my mine myself you your yours he him his she "
        "her hers it its we us our ours they them their theirs himself herself itself themselves "
        "there here then now and or but so if whether because while although though be been being "
        "may might ought also too very just only still already yet ever never again else even more "
        "most less least much many few little several exactly precisely really please ok okay "
        "well yes thanks thank hello hi".split()
    )
)


@dataclass(frozen=True, slots=True)
class Wording:
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


def wording(text: str) -> Wording:
    """The first ``MAX_WORDS`` words of ``text``, common misspellings mended and ``'s`` spelled out.

    >>> wording("Whats new, didn't he say?").plain
    'what is new , did not he say ?'
    """
    plain, starts, spans, length = [], [], [], 0
    for number, match in enumerate(_TOKEN.finditer(text)):
        if number == MAX_WORDS:
            break
        for word in _plain_words(match.group().lower().replace("’", "'")):
            plain.append(word)
            starts.append(length)
            spans.append(match.span())
            length += len(word) + 1
    return Wording(text, " ".join(plain), tuple(starts), tuple(spans))


def _plain_words(word: str) -> list[str]:
    word = _SPELLINGS.get(word, word)
    if match := _CLITICS.fullmatch(word):
        return [match["word"], _ENDS[match["end"] or "s"]]
    match = _NEGATED.fullmatch(word)
    if match and {"ca": "can", "wo": "will"}.get(match["aux"], match["aux"]) in AUXILIARIES:
        return [{"ca": "can", "wo": "will"}.get(match["aux"], match["aux"]), "not"]
    return [word]
