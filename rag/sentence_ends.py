"""One paragraph in, the spans of its sentences out.

A sentence ends at a mark such as ``.``, ``?``, ``…`` or ``۔`` together with the quotation marks and
brackets that close on it, unless what stands around the mark says otherwise: an abbreviation, an
initial, a decimal, a quotation that its speaker follows. Every look around is bounded, so that the
time taken is linear in the length of the paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag import abbreviations as words

_MARKS = r"(?<![.!?…؟۔।])(?<![.!?…][ \xa0])(?P<marks>[.!?…؟۔।]++(?:[ \xa0][.!?…](?!\w))*+)"
_CLOSERS = (
    r"(?P<closers>[\"'”’“»›«)\]}」』]*+)(?:\[\d{1,3}\])*+"  # and footnotes: left.”[12]
    r"(?:\s[”»›)\]}](?=\s|\Z))?+(?=\s|\Z)"
)
_WIDE = r"(?P<wide>[。！？｡]++[\"'”’»)\]」』）】]*+)"
_GLUED = r"(?P<glued>(?<=[a-z][a-z])[.!?][”\"]?+(?=[“\"]?+[A-Z][a-z]*+\s))"  # left.The
_CANDIDATE = re.compile(f"{_MARKS}{_CLOSERS}|{_WIDE}|{_GLUED}")
_NEXT = re.compile(r"\s*+(?P<opened>(?:[“\"‘'«»‹„‚(\[{<¿¡$£€¥₹]\s?+)*+)(?P<word>\w{0,24})")
_LOOSE_QUOTE = re.compile(r"\s\"(?=\s|\Z)")
_SPACE = re.compile(r"\s*+")
_QUOTES = frozenset("\"'”’“»›«")
_OPENERS = "“\"‘'«»‹„‚([{<¿¡—–"
_NO_BEGINNING = "-–—,;:&+=%/)]}"

_SPEECH = (
    r"(?:said|says|asked|asks|told|tells|added|adds|replied|shouted|shouts|cried|cries|yelled|"
    r"exclaimed|exulted|demanded|wondered|wonders|wrote|writes|snapped|insisted|declared|called|"
    r"screamed|joked|quipped|recalled|answered|responded|continued|tweeted|roared|growled|mused)\b"
)
_NAME = r"(?:[A-Z][\w.’'-]{0,30}|de|van|von|bin|al|el|ul|du|la|le),?\s+"
_SPEAKER = re.compile(rf"(?:{_NAME}){{1,6}}(?:[^!?“”\"]{{1,60}},\s+)?{_SPEECH}")
_SPEAKER_ANY_CASE = re.compile(rf"(?:[\w.’'-]{{1,30}},?\s+){{0,5}}{_SPEECH}", re.IGNORECASE)
_CLOCK_OF_PLACE = re.compile(r"(?:\w{1,20}\s+){1,2}time\b", re.IGNORECASE)
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_HYPHEN = re.compile(r"[-–—/]")
_ITEM = re.compile(r"\d{1,3}|[A-Za-z]")
_ADDRESS = re.compile(r"[/@]|^www\.")
_LETTER_OR_DIGIT = re.compile(r"\w")
_LOWER = re.compile("[a-zà-öø-ÿα-ωа-я]{3}")
_UPPER = re.compile("[A-ZÀ-ÖØ-ÞΑ-ΩА-Я]")


def split_paragraph(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of ``text``, trimmed and in order; line breaks count as spaces."""
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    cased = bool(_LOWER.search(text) and _UPPER.search(text))
    closing = _closing_quotes(text)
    for match in _CANDIDATE.finditer(text):
        stop = match.end()
        if stop + 1 in closing and _LOOSE_QUOTE.match(text, stop):
            stop += 2
        if stop >= end:
            break
        if _Candidate(text, begin, stop, cased, match).ends_sentence():
            yield begin, stop
            begin = next(_SPACE.finditer(text, stop)).end()
    if begin < end:
        yield begin, end


def _closing_quotes(text: str) -> frozenset[int]:
    """Offsets of the straight quotes that close, if any stands loose between two spaces."""
    if not _LOOSE_QUOTE.search(text):
        return frozenset()
    return frozenset(match.start() for match in list(re.finditer('"', text))[1::2])


class _Candidate:
    """A mark that may end the sentence from ``begin``; the next one would start after ``stop``."""

    __slots__ = ("begin", "cased", "match", "opened", "start", "stop", "text", "word", "word_start")

    def __init__(self, text: str, begin: int, stop: int, cased: bool, match: re.Match[str]) -> None:
        self.text, self.begin, self.start, self.stop = text, begin, match.start(), stop
        self.cased, self.match = cased, match
        following = next(_NEXT.finditer(text, stop))
        self.opened, self.word = following["opened"], following["word"]
        self.word_start = following.start("word")

    def ends_sentence(self) -> bool:
        if self.match["wide"]:
            return True
        if self.start - self.begin < 3 and not self._says_something():
            return False
        if self.match["glued"]:
            address = _ADDRESS.search(self._words_before()[-1])
            return self.word.lower() in words.STARTERS and not address
        if self.match["marks"][-1] in "؟۔।":
            return True
        if not self.word:
            return self.text[self.word_start : self.word_start + 1] not in _NO_BEGINNING
        return not self._lower_case_follows() and self._ends_before_capital()

    def _ends_before_capital(self) -> bool:
        marks = self.match["marks"]
        if marks == ".":
            return self._point_ends()
        if self._speaker_follows():
            return False
        return self._cry_ends() if "!" in marks or "?" in marks else self._ellipsis_ends()

    def _says_something(self) -> bool:
        return _LETTER_OR_DIGIT.search(self.text, self.begin, self.start) is not None

    def _words_before(self) -> list[str]:
        """The last words before the mark, at most 40 characters of them; never empty."""
        return self.text[max(self.begin, self.start - 40) : self.start].split() or [""]

    def _lower_case_follows(self) -> bool:
        brand = self.word[1:2].isupper()  # iPhone, eBay
        return self.cased and self.word[0].islower() and not brand

    def _starter_follows(self) -> bool:
        """Whether the next word opens sentences rather than goes on with a name."""
        after = self.word_start + len(self.word)
        if self.text[after : after + 1] == ".":
            return self.word.lower() in words.HONORIFICS
        return self.word.lower() in (words.STARTERS if self.cased else words.PRONOUNS)

    def _speaker_follows(self) -> bool:
        """``“Why?” Khan asked.``"""
        if self.opened or _QUOTES.isdisjoint(self.text[self.start : self.stop]):
            return False
        if not self.cased:
            return _SPEAKER_ANY_CASE.match(self.text, self.word_start) is not None
        if self.word.lower() in words.STARTERS - words.HONORIFICS:
            return False
        return _SPEAKER.match(self.text, self.word_start) is not None

    def _cry_ends(self) -> bool:
        if self._words_before()[-1].lower() == "yahoo" or self._closes_inner_bracket():
            return self._starter_follows()
        return True

    def _ellipsis_ends(self) -> bool:
        before = self.text[self.start - 1]
        if before in "([" or self.word.lower() == "i":
            return False
        return not before.isspace() or self._starter_follows()

    def _closes_inner_bracket(self) -> bool:
        """``Lt. Khan (retd.) said``: the bracket opened inside the sentence."""
        if not self.match["closers"].endswith((")", "]")):
            return False
        near = self.text[max(self.begin, self.start - 200) : self.start]
        return max(near.rfind("("), near.rfind("[")) > 0

    def _point_ends(self) -> bool:
        before = self._words_before()
        if self.text[self.start - 1].isspace():
            return True
        if self._closes_inner_bracket():
            return self._starter_follows()
        token = _HYPHEN.split(before[-1].lstrip(_OPENERS))[-1]
        if _ITEM.fullmatch(token) and self._opens_item(before):
            return False
        if not _DOTTED.fullmatch(token):
            token = token.rpartition(".")[2]
        return self._word_ends(token, before)

    def _opens_item(self, before: list[str]) -> bool:
        """``1. Raise the tax.`` at the start of a sentence or after a colon."""
        first = self.start - self.begin == len(before[-1])
        return first or (len(before) > 1 and before[-2].endswith((":", ";")))

    def _word_ends(self, token: str, before: list[str]) -> bool:
        """Whether the word ``token``, perhaps an abbreviation, ends the sentence with its point."""
        name, previous = token.lower(), before[-2] if len(before) > 1 else ""
        number = self.word[0].isdecimal()
        if len(token) == 1 and token.isalpha():
            return self._letter_ends(token, previous)
        if name in words.TITLES:
            return False
        if name in {"a.m", "p.m"}:
            return not number and self._clock_ends()
        if name in words.BEFORE_NUMBERS:
            return not number and not (token[0].isupper() and self._number_word_follows())
        if name in words.MONTHS or name in words.DAYS:
            return self._calendar_ends(token, number)
        if name in words.STATES and previous.endswith(","):
            return "(" not in self.opened and (self.cased or self._starter_follows())
        if name in words.SHORTENED or _DOTTED.fullmatch(token):
            return self._shortened_ends(name, previous, before[-1])
        return True

    def _number_word_follows(self) -> bool:
        return self.word.lower() in words.NUMBER_WORDS

    def _letter_ends(self, letter: str, previous: str) -> bool:
        if letter.islower() and self.cased:
            return letter not in "vcp" and self._starter_follows()
        if previous.lower().strip(_OPENERS) in words.LETTERED:
            return True
        return self._starter_follows() and self.word.lower() not in words.SURNAMES

    def _clock_ends(self) -> bool:
        if self.word.lower() in words.CALENDAR | words.TIME_ZONES:
            return False
        return self.cased and not _CLOCK_OF_PLACE.match(self.text, self.word_start)

    def _calendar_ends(self, token: str, number: bool) -> bool:
        other_word = token.islower() if self.cased else token.lower() in words.ALSO_WORDS
        return other_word or not (number or self.word.lower() in words.CALENDAR)

    def _shortened_ends(self, name: str, previous: str, raw: str) -> bool:
        if not _QUOTES.isdisjoint(self.match["closers"]) and raw[0] not in _OPENERS:
            return True
        if name in words.COMPANY_FORMS and not {"“", '"'}.isdisjoint(self.opened):
            return True
        # in the U.S. Officials said; but: senior U.S. Officials
        adjective = name not in words.SHORTENED and previous.lower() != "the"
        if adjective and self.word.lower() in words.PLURALS:
            return False
        return self._starter_follows()
