"""Finds sentences and words in a text, as spans; the text itself is never altered.

Sentence ends are found by rule: a point after an abbreviation or an initial, inside a quotation or
before a lower-case word does not end a sentence. ``tests/data`` holds the hand-marked sentences
that the rules are measured on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.text.lexicon import (
    CARDINALS,
    MONTH_NAMES,
    MONTHS,
    WEEKDAY_NAMES,
    WEEKDAYS,
    word_set,
)

Offsets = tuple[int, int]

# Marks that belong to the letter before them, and the joiners inside Persian and Indic words.
_COMBINING = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963"
    "\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d"
    "\u20d0-\u20ff"
)
_WORD = re.compile(
    rf"(?<!\w)[^\W\d_](?:\.[^\W\d_])+(?![\w{_COMBINING}])\.?(?:-[\w{_COMBINING}]+)*"
    rf"|\w[\w{_COMBINING}]*+"
    rf"(?:['’‐‑-]\w[\w{_COMBINING}]*+|(?<=\d)[.,]\d\w*+|\.[a-z]\w*+)*+"
)


def word_spans(text: str, start: int = 0, end: int | None = None) -> list[Offsets]:
    """Spans of the words of ``text[start:end]``, in order.

    A word is letters and digits with inner apostrophes, hyphens and points (``Iran’s``, ``D-8``,
    ``5.93``, ``1,250``, ``dawn.com``); an acronym keeps its last point (``U.S.``).
    """
    piece = text[start:end]
    return [(start + match.start(), start + match.end()) for match in _WORD.finditer(piece)]


_LONGEST_WRAPPED_LINE = 120
_NEWLINE = r"(?:\r\n|[\n\r\x0b\x85\u2028])"
_BLANK_LINE = re.compile(rf"(?:{_NEWLINE}[^\S\n\r\x0b\x85\u2028]*+{_NEWLINE}|[\f\u2029])\s*+")
_LINE_BREAK = re.compile(rf"{_NEWLINE}\s*+")
_LINE_END = re.compile(r"[.!?…。！？؟۔।][\"'”’»›)\]}]{0,4}\Z")
_BULLET = re.compile(r"[•▪◦‣*]\s")
# A line that ends with one of these goes on in the next line.
_LINKING = word_set(
    "a an and as at but by for from in into of on or over than that the their to under with"
)


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[Offsets]:
    """Spans of the sentences of ``text[start:end]``, in order, disjoint and trimmed.

    Together they cover every character that is not whitespace. Only that part is looked at, so it
    is split as it would be alone. The time taken grows linearly with its length.
    """
    piece = text[start:end]
    return [
        (start + offset + first, start + offset + last)
        for offset, stop in _paragraphs(piece)
        for first, last in _split_paragraph(piece[offset:stop])
    ]


def _paragraphs(text: str) -> Iterator[Offsets]:
    start = 0
    for gap in _BLANK_LINE.finditer(text):
        yield from _unwrap(text, start, gap.start())
        start = gap.end()
    yield from _unwrap(text, start, len(text))


def _unwrap(text: str, start: int, end: int) -> Iterator[Offsets]:
    """Cut where a line break is more than a wrapped line."""
    breaks = [match.span() for match in _LINE_BREAK.finditer(text, start, end)]
    starts = [start, *(after for _, after in breaks)]
    ends = [*(before for before, _ in breaks), end]
    lines = [text[first:last].strip() for first, last in zip(starts, ends, strict=True)]
    width = max(map(len, lines))
    for number, (before, after) in enumerate(breaks):
        if _ends_paragraph(lines[number], lines[number + 1], width):
            yield start, before
            start = after
    yield start, end


def _ends_paragraph(line: str, following: str, width: int) -> bool:
    """Whether the writer broke the line although the next word fits into the paragraph's width.

    Then a line that ends like a sentence, or a heading above a new beginning, stands alone.
    """
    if not line or not following or _BULLET.match(following):
        return True
    fits = len(line) + 1 + len(following.split(maxsplit=1)[0]) <= width
    if not fits and width <= _LONGEST_WRAPPED_LINE:
        return False
    if _LINE_END.search(line[-8:]):
        return True
    last_word = line[-24:].split()[-1].lower()
    return not (following[0].islower() or line[-1] in ",;–—-" or last_word in _LINKING)


# Where a sentence ends inside a paragraph.

# Abbreviations that never end a sentence when a capital or a number follows.
_NEVER_LAST = word_set(
    "adm amb atty brig brigs capt cf cmdr col cols cpl det dr drs e.g fr ft gen gens gov govs hon "
    "i.e insp lt maj messrs mlle mme mr mrs ms mt pres prof profs pt pvt rep reps rev sen sens sgt "
    "sta ste supt v viz vs wm"
)
# Abbreviations that may end a sentence: a word that opens sentences has to follow.
_COMPANY_FORMS = word_set("bhd bros co corp cos inc llc ltd plc pty")
_MAYBE_LAST = _COMPANY_FORMS | word_set(
    "assn ave blvd dept dist est govt hwy inst intl jr natl ph.d rd rs sr st univ"
)
_SHORT_WEEKDAYS = frozenset(WEEKDAYS.keys() - set(WEEKDAY_NAMES))
_SHORT_MONTHS = frozenset(MONTHS.keys() - set(MONTH_NAMES))
_CALENDAR = frozenset(WEEKDAYS.keys() | MONTHS.keys())
# Abbreviations that, in lower case, are words as well.
_ALSO_WORDS = word_set("mar sat sun")
# States, after a comma only: Dayton, Ill.
_STATES = word_set(
    "ala ariz ark calif colo conn del fla ga ill ind kan ky la mass md mich minn miss mo mont neb "
    "nev okla ont ore pa que tenn tex va vt wash wis wyo"
)
# Abbreviations before a number: No. 10, p. 3.
_BEFORE_NUMBERS = word_set(
    "approx art c ca cap ch cl div ext fig no nos nr op p par para pop pp sec sect tel vol"
)
_ONE_TO_TEN = frozenset(CARDINALS[1:11])
_TIME_ZONES = word_set(
    "bst cdt cest cet cst ct edt est et gmt ist jst mdt mst mt pdt pkt pst pt utc"
)
# A single letter after one of these is the name of a thing, not somebody's initial.
_LETTERED = word_set(
    "appendix block category class exhibit gate grade group hepatitis ii model part phase plan "
    "schedule section series terminal type vitamin war zone"
)

# Words that, with a capital, open a sentence and do not go on with a name. The first few do so even
# in a text without lower case.
_SURE_STARTERS = word_set("but he however it meanwhile she then these they this we yet")
_HONORIFICS = word_set("miss mr mrs ms")
_GROUPS = word_set(
    "analysts critics experts investors officials people police prices readers reports "
    "shareholders shares sources traders workers"
)
_STARTERS = (
    _SURE_STARTERS
    | _HONORIFICS
    | _GROUPS
    | word_set(
        "a according after all also although among an and another anyone as asked at because "
        "before both by during each earlier even every everyone few finally for from "
        "furthermore hence her here his how i if in indeed instead its last later let many more "
        "moreover most much my neither nevertheless no nobody none nor not nothing now on once "
        "one only other others our over perhaps please several similarly since so some speaking "
        "still such that the their there therefore those though thus to today two under until "
        "what when where which while who whose why with without yes you your"
    )
)
# Starters that are family names too: after an initial they are taken for the name.
_STARTERS_AND_SURNAMES = word_set("an few her how i in more my on she so to you he")

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
_QUOTATION_MARKS = frozenset("\"'”’“»›«")
_OPENING_MARKS = "“\"‘'«»‹„‚([{<¿¡—–"
_NEVER_FIRST = "-–—,;:&+=%/)]}"

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


def _split_paragraph(text: str) -> Iterator[tuple[int, int]]:
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
            return self.word.lower() in _STARTERS and not address
        if self.match["marks"][-1] in "؟۔।":
            return True
        if not self.word:
            return self.text[self.word_start : self.word_start + 1] not in _NEVER_FIRST
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
            return self.word.lower() in _HONORIFICS
        return self.word.lower() in (_STARTERS if self.cased else _SURE_STARTERS)

    def _speaker_follows(self) -> bool:
        """``“Why?” Khan asked.``"""
        if self.opened or _QUOTATION_MARKS.isdisjoint(self.text[self.start : self.stop]):
            return False
        if not self.cased:
            return _SPEAKER_ANY_CASE.match(self.text, self.word_start) is not None
        if self.word.lower() in _STARTERS - _HONORIFICS:
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
        token = _HYPHEN.split(before[-1].lstrip(_OPENING_MARKS))[-1]
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
        if name in _NEVER_LAST:
            return False
        if name in {"a.m", "p.m"}:
            return not number and self._clock_ends()
        if name in _BEFORE_NUMBERS:
            return not number and not (token[0].isupper() and self._number_word_follows())
        if name in _SHORT_MONTHS or name in _SHORT_WEEKDAYS:
            return self._calendar_ends(token, number)
        if name in _STATES and previous.endswith(","):
            return "(" not in self.opened and (self.cased or self._starter_follows())
        if name in _MAYBE_LAST or _DOTTED.fullmatch(token):
            return self._shortened_ends(name, previous, before[-1])
        return True

    def _number_word_follows(self) -> bool:
        return self.word.lower() in _ONE_TO_TEN

    def _letter_ends(self, letter: str, previous: str) -> bool:
        if letter.islower() and self.cased:
            return letter not in "vcp" and self._starter_follows()
        if previous.lower().strip(_OPENING_MARKS) in _LETTERED:
            return True
        return self._starter_follows() and self.word.lower() not in _STARTERS_AND_SURNAMES

    def _clock_ends(self) -> bool:
        if self.word.lower() in _CALENDAR | _TIME_ZONES:
            return False
        return self.cased and not _CLOCK_OF_PLACE.match(self.text, self.word_start)

    def _calendar_ends(self, token: str, number: bool) -> bool:
        other_word = token.islower() if self.cased else token.lower() in _ALSO_WORDS
        return other_word or not (number or self.word.lower() in _CALENDAR)

    def _shortened_ends(self, name: str, previous: str, raw: str) -> bool:
        if not _QUOTATION_MARKS.isdisjoint(self.match["closers"]) and raw[0] not in _OPENING_MARKS:
            return True
        if name in _COMPANY_FORMS and not {"“", '"'}.isdisjoint(self.opened):
            return True
        # in the U.S. Officials said; but: senior U.S. Officials
        adjective = name not in _MAYBE_LAST and previous.lower() != "the"
        if adjective and self.word.lower() in _GROUPS:
            return False
        return self._starter_follows()
