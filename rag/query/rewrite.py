"""Rewrites a follow-up into a question that stands alone, by rules.

``rewrite``, near the end, is the entry; it fulfils ``rag.query.understand.FollowUpRewriter``. The
rules find three things: a question that is only a fragment ("And in 2023?"), one that points back
("How old is she?"), and one that leaves open what it is about ("Who attended?"). A fragment is
merged into the earlier question, but for one such as "her name", which becomes "What is her
name?"; to that and to the other two the earlier subject is added in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.query.anaphora import MarkedWords, anaphors, mark_words
from rag.query.history import (
    MAX_CHARS,
    History,
    PastTurn,
    cited_names,
    last_turns,
    mentions,
)
from rag.query.normalize import normalize_question
from rag.query.question_type import question_type
from rag.text.entities import Entity, NameLookup, entities
from rag.text.lexicon import (
    AUXILIARIES,
    FUNCTION_WORDS,
    MONTHS,
    PLACES,
    PREPOSITIONS,
    QUESTION_WORDS,
    WEEKDAY_NAMES,
)
from rag.text.sentences import word_spans

_MONTH = rf"(?:{'|'.join(MONTHS)})\b\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?\b"
_YEAR = r"(?:1[6-9]|20)\d\d\b"
_UNIT = "(?:day|week|weekend|month|quarter|year|decade|season|spring|summer|autumn|winter)"
_WEEKDAY = f"(?:{'|'.join(WEEKDAY_NAMES)})"
_DATE = (
    r"(?:\d{4}-\d{2}-\d{2}\b|(?:(?:the )?(?:early|mid|late|beginning of|middle of|end of)[ -])?"
    rf"(?:the (?=\d{{1,2}}(?:st|nd|rd|th)))?(?:{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?"
    rf"|{_MONTH} {_DAY}(?!\d)(?:,? {_YEAR})?|{_MONTH}(?:,? (?:of )?{_YEAR})|{_YEAR})"
    rf"|(?:the )?(?:spring|summer|autumn|winter)(?: of)? {_YEAR}"
    rf"|the (?:first|second|third|fourth|last) (?:half|quarter|week|month)(?: of {_YEAR})?"
    rf"|(?:last|this|next|the previous|the following|the past|the last) (?:{_UNIT}|{_WEEKDAY})\b"
    rf"|(?:the|a) {_UNIT} (?:before|after|earlier|later)\b"
    rf"|yesterday|today|tomorrow|{_WEEKDAY}\b)"
)
_BEFORE = "(?:in|on|during|since|before|after|by|until|till|from|for|of|around|at)"
_DATE_MENTION = re.compile(rf"\b(?:(?P<before>{_BEFORE}) )?(?P<date>{_DATE})(?!\w)", re.IGNORECASE)
_MONTH_MENTION = re.compile(rf"\b(?P<before>{_BEFORE}) (?P<date>{_MONTH})(?!\w)", re.IGNORECASE)
_ONLY_MONTH = re.compile(_MONTH, re.IGNORECASE)
_COUNTED_ON = re.compile(rf"(?:the|a) {_UNIT} (?:before|after)", re.IGNORECASE)
_YEAR_MENTION = re.compile(_YEAR)


@dataclass(frozen=True, slots=True)
class DateMention:
    """``text[start:end]``, of which ``text[date:end]`` is the date without its preposition."""

    text: str
    start: int
    date: int
    end: int

    @property
    def year(self) -> str:
        """The year that is said, or an empty string."""
        years = _YEAR_MENTION.findall(self.text[self.date : self.end])
        return years[0] if years else ""

    @property
    def lacks_year(self) -> bool:
        """Whether it names a month, perhaps with a day, but no year."""
        return not self.year and _ONLY_MONTH.search(self.text, self.date, self.end) is not None

    @property
    def is_month(self) -> bool:
        """Whether it is a month without a year."""
        return _ONLY_MONTH.fullmatch(self.text, self.date, self.end) is not None


def date_mentions(text: str) -> list[DateMention]:
    """The dates that ``text`` speaks of, in order; a month alone needs a preposition before it.

    >>> [text[said.start:said.end] for text in ("And in May?",) for said in date_mentions(text)]
    ['in May']
    """
    found: list[DateMention] = []
    for pattern in (_DATE_MENTION, _MONTH_MENTION):
        for match in pattern.finditer(text):
            said = DateMention(text, match.start(), match.start("date"), match.end())
            if not any(said.start < other.end and other.start < said.end for other in found):
                found.append(said)
    return sorted(found, key=lambda said: said.start)


def redate(question: str, later: str) -> str | None:
    """``question`` with its last date replaced by that of ``later``; None unless both have one.

    A day or a month without a year keeps the year that it replaces, and "the day before" is that
    before it.

    >>> redate("What was the rate in March 2024?", "and in April?")
    'What was the rate in April 2024?'
    >>> redate("What happened on 9 June 2024?", "and the day before?")
    'What happened the day before 9 June 2024?'
    """
    old, new = date_mentions(question), date_mentions(later)
    if not old or not new:
        return None
    out, into = old[-1], new[0]
    year = f" {out.year}" if into.lacks_year and out.year else ""
    if _COUNTED_ON.fullmatch(later, into.date, into.end):
        year = f" {question[out.date : out.end]}"
    start, first = (out.date, into.date) if out.start == out.date else (out.start, into.start)
    if into.start == into.date and _keeps_preposition(into):
        start = out.date
    return question[:start] + later[first : into.end] + year + question[out.end :]


def _keeps_preposition(into: DateMention) -> bool:
    """ "in 2022" and "2023" give "in 2023"; "in 2022" and "last year" give "last year"."""
    return into.text[into.date].isdigit() or into.is_month


_LINK = r"(?:(?:and|but|so) )?"
_QUESTION_END = r"(?: \?|$)"
_HAVE_DONE = "(?:was|were|has|have|had|did|will|been|be|also|not|actually|ever)"
_PAST = (
    r"(?:\w+ed|won|lost|led|spoke|came|went|paid|fell|took part|left|saw|met|sang|ran|sent|stood|"
    "drove|built|found|fought|hid|shot|began|broke|brought|chose|drew|flew|gave|held|knew)"
)
_PARTICIPLE = (
    r"(?:\w+e[dn]|hurt|shot|hit|found|held|caught|sent|born|left|lost|cut|put|there|present|"
    "responsible|involved|missing|alive|on board|to blame)"
)
_SOMEBODY = (
    "(?:any|some|every)(?:one|body|thing)|nobody|no one|nothing|people|any people|many people|all"
)
_BEHIND = "(?: (?:there|too|for|on|in|up|out|off|with|to|by|aboard|on board|badly|exactly))*"
_RELATIONAL = (
    "(?:outcome|results?|consequences|causes?|reasons?|motive|verdict|aim|purpose|reaction|"
    "response)"
)
_OPEN = re.compile(
    rf"{_LINK}(?:"
    rf"who(?: all)? (?:{_PAST}|(?:{_HAVE_DONE} )+{_PARTICIPLE}|(?:did|will) [a-z]+)"
    rf"{_BEHIND}{_QUESTION_END}|"
    rf"{_HAVE_DONE} (?:{_SOMEBODY})(?: else)? (?:{_HAVE_DONE} )*\w+{_BEHIND}{_QUESTION_END}|"
    rf"what (?:happened|followed|came)(?: to (?:them|him|her|it))? "
    rf"(?:next|then|afterwards|after(?:wards| that)|before that|later){_QUESTION_END}|"
    rf"what (?:is|was|were|are) the (?:final |main |exact |official )?{_RELATIONAL}{_QUESTION_END})"
)
_SIDE = re.compile(
    rf"{_LINK}who (?:represented|(?:spoke|scored|signed|played|appeared|negotiated|acted|stood) "
    "for) "
)
_THE_ARTICLE = re.compile(
    r"\bthe (?:article|story|text|piece)(?! (?:about|on|of|that|which|by|from)\b)"
)


def lacks_context(question: str, last: PastTurn, *, is_name: NameLookup | None = None) -> bool:
    """Whether ``question`` needs the ``last`` turn though none of its words refers to it.

    >>> lacks_context("Who attended?", PastTurn("Where was the summit?"))
    True
    >>> lacks_context("Who represented Iran?", PastTurn("Who won the cup?"))
    False
    """
    if not may_lack_context(question, is_name=is_name):
        return False
    if names := _names(question, is_name):
        return _is_known_side(question, names, last)
    return bool(last.cited) or _THE_ARTICLE.search(normalize_question(question).plain) is None


def may_lack_context(question: str, *, is_name: NameLookup | None = None) -> bool:
    """Whether ``question`` could need an earlier turn to be understood."""
    plain = normalize_question(question).plain
    if _names(question, is_name):
        return _SIDE.match(plain) is not None
    if _THE_ARTICLE.search(plain) is not None:
        return True
    return _OPEN.fullmatch(plain) is not None and not date_mentions(question)


def _names(question: str, is_name: NameLookup | None) -> list[str]:
    return [one.text for one in entities(question, is_name=is_name) if one.sort != "number"]


def _is_known_side(question: str, names: list[str], last: PastTurn) -> bool:
    """Whether the question names one side and no more, and that of the ``last`` turn."""
    ends = question.rstrip(" ?.!").endswith(names[0])
    return len(names) == 1 and ends and mentions(last, names[0])


_MOST_WORDS = 8
_LEAD = re.compile(r"(?:(?:and|but|so|or|ok|okay|well|then|also|now)\b[,\s]*)+", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"(?:what|how) about\s+|what of\s+", re.IGNORECASE)
_BARE = re.compile(
    r"(?:who|whom|whose|what|which(?: ones?)?|when|where|why|how(?: (?:many|much|long|old|often|"
    r"come|so|far))?)(?: (?:else|not|exactly|precisely|then|again|ones?))*|"
    r"(?:since|until|till|for|from|by|with|to|of|about|at|on|in|against|under|after|before) "
    r"(?:who|whom|what|which|when|where|how)(?: [\w-]+){0,4}"
)
_MORE = re.compile(
    r"(?:please )?(?:tell me more|more(?: details?| please)?|go on|continue|really|any(?:thing|one|"
    r"body|where)? ?(?:else|others?|more)|are you sure|for example|such as|and then|then)"
    r"(?: please| about (?:it|that|this))?"
)
_ASKED = re.compile(
    r"\s*(?:(?:and|but|so)\s+)?(?:(?:in|on|at|by|to|with|for|from|of|about|since|until)\s+)?"
    r"(?:how (?:many|much|long|old|often|far|high|deep)|who else|what else|who|whom|whose|what|"
    r"which|when|where|why|how)\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"(?P<preposition>according to|(?:" + "|".join(sorted(PREPOSITIONS)) + r"))\s+", re.IGNORECASE
)
_ARTICLE = re.compile(r"(?:the|a|an)\s+", re.IGNORECASE)
_PLACED = re.compile(r"\b(?:in|at|near|from|to|into|across|outside)\s+(?:the\s+)?\Z", re.IGNORECASE)
_COMMON = r"(?:the|an?)\s+(?P<noun>[\w-]+)"
_BEHIND_AUXILIARY = re.compile(
    r"\b(?:did|does|do|has|have|had|is|was|will)\s+(?!(?:the|an?|it|he|she|they|there)\b)"
    r"(?P<noun>[\w-]+)",
    re.IGNORECASE,
)
_OWNED = re.compile(r"(?:his|her|their|its)\s", re.IGNORECASE)
_EDGE_MARKS = " \t.?!,;:"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A question that is none by itself: "why", "in 2023", "Syria", "her name", "tell me more"."""

    sort: Literal["asked", "date", "name", "owned", "more"]
    text: str


@dataclass(frozen=True, slots=True)
class MergedQuestion:
    """An earlier question with a fragment put in, and the words of it that are still there."""

    text: str
    reused: str


def fragment_of(question: str, *, is_name: NameLookup | None = None) -> Fragment | None:
    """What ``question`` adds to an earlier one, or None where it is a whole question by itself."""
    lead = _LEAD.match(question)
    linked = lead is not None and lead.end() < len(question)
    text = question[lead.end() if linked and lead else 0 :].strip(_EDGE_MARKS)
    plain = normalize_question(text).plain
    if not plain:
        return None
    if _MORE.fullmatch(plain) or _MORE.fullmatch(normalize_question(question).plain.rstrip(" .?!")):
        return Fragment("more", "")
    words = mark_words(text, is_name=is_name)
    if (match := _WHAT_ABOUT.match(text)) and not _has_verb(words):
        return _name_or_date(text[match.end() :])
    if _BARE.fullmatch(plain) and not _has_verb(words) and not any(words.named):
        return Fragment("asked", text)
    return _name_or_date(text) if _is_fragment(question, text, words, linked=linked) else None


def merge_fragment(
    earlier: str, fragment: Fragment, *, is_name: NameLookup | None = None
) -> MergedQuestion:
    """``earlier`` with ``fragment`` in the place of what is of the same sort there."""
    whole = earlier.strip(_EDGE_MARKS)
    if fragment.sort == "more":
        return MergedQuestion(f"{whole}?", whole)
    if fragment.sort == "asked":
        asked = _ASKED.match(whole)
        reused = whole[asked.end() :].strip() if asked else _lower_auxiliary(whole)
        return MergedQuestion(f"{fragment.text} {reused}?", reused)
    if fragment.sort == "date" and (dated := redate(whole, fragment.text)):
        return MergedQuestion(f"{dated}?", _reused(whole, dated))
    if fragment.sort == "name" and (span := _counterpart(whole, fragment.text, is_name)):
        start, end, new = span
        before, after = whole[:start].strip(), whole[end:].strip()
        text = f"{whole[:start]}{new}{whole[end:]}?"
        return MergedQuestion(text, " … ".join(filter(None, (before, after))))
    return MergedQuestion(f"{whole} {fragment.text}?", whole)


def _lower_auxiliary(whole: str) -> str:
    """The question as it is written behind "why": "did he go"."""
    first = whole.split(" ", 1)[0]
    return first.lower() + whole[len(first) :] if first.lower() in AUXILIARIES else whole


def _name_or_date(text: str) -> Fragment:
    if _OWNED.match(text):
        return Fragment("owned", text)
    dates = date_mentions(text)
    covered = sum(said.end - said.start for said in dates)
    return Fragment("date" if covered * 2 > len(text) else "name", text)


def _only_dates(text: str) -> bool:
    """Whether ``text`` has nothing but dates: not so "the flood of March 2023"."""
    left = text
    for said in reversed(date_mentions(text)):
        left = left[: said.start] + left[said.end :]
    return set(normalize_question(left).plain.split()) <= FUNCTION_WORDS | set(",")


def _has_verb(words: MarkedWords) -> bool:
    return any(word in AUXILIARIES for word in words.plain)


def _is_fragment(question: str, text: str, words: MarkedWords, *, linked: bool) -> bool:
    """Whether ``text`` seems to have no verb, and is a name, a date or a place."""
    plain = words.plain
    if len(plain) > _MOST_WORDS or _has_verb(words) or QUESTION_WORDS & set(plain):
        return False
    if question_type(text).kind not in ("passage", "span", "when"):
        return False
    if linked:
        return True
    if plain[0] in PREPOSITIONS or plain[:2] == ("according", "to"):
        return len(plain) <= 6
    if date_mentions(text) and _only_dates(text):
        return True
    return "?" in question and all(words.named)


def _reused(whole: str, dated: str) -> str:
    """The words of ``whole`` that are still in ``dated``: before and after the date."""
    start = 0
    while start < min(len(whole), len(dated)) and whole[start] == dated[start]:
        start += 1
    start = whole.rfind(" ", 0, start) + 1
    said = date_mentions(whole)[-1]
    return " … ".join(filter(None, (whole[:start].strip(), whole[said.end :].strip())))


def _counterpart(whole: str, text: str, is_name: NameLookup | None) -> tuple[int, int, str] | None:
    """What ``text`` replaces in ``whole``: its span there and the new words, or None."""
    led = _PREPOSITION.match(text)
    new = text[led.end() :] if led else text
    names = [one for one in entities(whole, is_name=is_name) if one.sort != "number"]
    if led:
        return _after_preposition(whole, led["preposition"], new, names, is_name)
    if new.endswith(("'s", "’s")):
        owners = [name for name in names if whole[name.end : name.end + 2] in ("'s", "’s")]
        return (*_span(whole, owners[-1]), new[:-2]) if owners else None
    if names and _has_name(new, is_name):
        return (*_span(whole, _same_sort(whole, new, names)), new)
    if _ARTICLE.match(new):
        return _common_subject(whole, new)
    return _proper_subject(whole, new) if not names else None


def _after_preposition(
    whole: str, preposition: str, new: str, names: list[Entity], is_name: NameLookup | None
) -> tuple[int, int, str] | None:
    """What stands behind the same preposition, and is a name if ``new`` is one."""
    places = [match.end() for match in re.finditer(rf"(?i)\b{preposition}\s+", whole)]
    for place in reversed(places):
        for name in names:
            start, end = _span(whole, name)
            if start == place and (_has_name(new, is_name) or " " in preposition):
                return start, end, new
        common = re.compile(_COMMON).match(whole, place)
        if common and (" " in preposition or not _has_name(new, is_name)):
            return common.start(), common.end(), new
    return None


def _has_name(text: str, is_name: NameLookup | None) -> bool:
    return any(found.sort != "number" for found in entities(f"and {text}", is_name=is_name))


def _span(whole: str, name: Entity) -> tuple[int, int]:
    """The name with its article."""
    article = re.search(r"(?i)\b(?:the|an?)\s+\Z", whole[: name.start])
    return (article.start() if article else name.start), name.end


def _same_sort(whole: str, new: str, names: list[Entity]) -> Entity:
    """The last place for a place, else the first name that is none, else the last name."""
    place = _ARTICLE.sub("", new.lower()) in PLACES
    alike = [name for name in names if _is_place(whole, name) == place]
    if not alike:
        return names[-1]
    return alike[-1] if place else alike[0]


def _is_place(whole: str, name: Entity) -> bool:
    return name.text.lower() in PLACES or _PLACED.search(whole[: name.start]) is not None


def _proper_subject(whole: str, new: str) -> tuple[int, int, str] | None:
    """In lower case: the word behind the first auxiliary."""
    match = _BEHIND_AUXILIARY.search(whole)
    return (match.start("noun"), match.end("noun"), new) if match else None


def _common_subject(whole: str, new: str) -> tuple[int, int, str] | None:
    """The role that the question is about: "the pilot" in "did the pilot", "to the ministry"."""
    match = re.search(rf"(?i)\b(?:did|does|do|according to)\s+(?P<all>{_COMMON})", whole)
    return (match.start("all"), match.end("all"), new) if match else None


MAX_CARRIED = 8
_MAX_TERM_CHARS = 80
_CARRIED = re.compile(r" \([^()]*\)\s*\Z")
_NEW_TOPIC = re.compile(
    r"(?:(?:ok|okay|and|but|now|well|so|thanks)\b[,.!\s]*)*(?:(?:a\s+)?(?:different|new|another|"
    r"other|next)\s+(?:topic|question|subject|thing)|(?:to\s+|now\s+)?something\s+(?:else|"
    r"different|completely different)|(?:changing|to change)\s+the\s+(?:topic|subject)|"
    r"now\s+to\s+[\w ]{2,40})\s*[:,.;!–—-]\s*",
    re.IGNORECASE,
)
_NO_TERMS = FUNCTION_WORDS | frozenset(
    "said say says saying tell told talk talked speak spoke happen happened happens happening do "
    "did done go went gone going take took taken place get got give gave given make made know "
    "known mean think thought call called name names want wants wanted find see bring long list "
    "latest newest recent recently news current currently timeline chronology summary summarise "
    "summarize overview gist article articles story report reports explain describe according "
    "topic question different people".split()
)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How a question was understood after earlier ones.

    ``text`` is the query. ``asked`` is the question that kind and dates are read from: the new one,
    or, where that was only a fragment ("And in 2023?"), the earlier one with the fragment put in.
    ``reused`` is what ``asked`` holds of the earlier question, an ellipsis marking where the new
    words stand; ``terms`` are what ``text`` adds to ``asked``.
    """

    text: str
    asked: str
    reused: str = ""
    terms: tuple[str, ...] = ()

    @property
    def carried(self) -> tuple[str, ...]:
        """All that comes from earlier turns, to be shown; empty where nothing was needed."""
        return (self.reused, *self.terms) if self.reused else self.terms


@dataclass(frozen=True, slots=True)
class _ReadTurn:
    """An earlier turn, and how its question was understood."""

    earlier: PastTurn
    understood: FollowUp


def rewrite(
    question: str,
    history: History,
    *,
    is_name: NameLookup | None = None,
    without: Collection[str] = (),
) -> FollowUp:
    """``question`` with what it needs of the last turns of ``history``.

    ``history`` are earlier questions, oldest first, or these with what was cited for them; how much
    of it is read says ``last_turns``. ``is_name`` recognises names typed in lower case, as for
    ``entities``. ``without`` are carried words that the user removed. Never raises for any text.

    >>> rewrite("And about Lebanon?", ["What did Sharif say about Syria?"]).text
    'What did Sharif say about Lebanon?'
    """
    turns: list[_ReadTurn] = []
    for earlier in last_turns(history):
        completed = _rewrite(turns, earlier.question, is_name, ())
        turns += [_ReadTurn(earlier, completed)] if _terms(completed.text, is_name) else []
    if not turns or len(question) > MAX_CHARS:
        return FollowUp(question, question)
    return _rewrite(turns, question, is_name, without)


def may_follow(question: str, *, is_name: NameLookup | None = None) -> bool:
    """Whether there are turns that ``question`` would need; False where it stands alone.

    >>> may_follow("How old is she?"), may_follow("How old is Hanne Vro?")
    (True, False)
    """
    pointing = bool(anaphors(mark_words(question, is_name=is_name)))
    return (
        pointing
        or fragment_of(question, is_name=is_name) is not None
        or may_lack_context(question, is_name=is_name)
    )


def asked_end(text: str) -> int:
    """Where the question ends in the text of a query; behind it stand words of earlier ones.

    >>> asked_end("How old is she? (Hanne Vro)"), asked_end("How old is she?")
    (15, 15)
    """
    carried = _CARRIED.search(text)
    return carried.start() if carried else len(text)


def _rewrite(
    turns: Sequence[_ReadTurn],
    question: str,
    is_name: NameLookup | None,
    without: Collection[str],
) -> FollowUp:
    if not turns:
        return FollowUp(question, question)
    new_topic = _NEW_TOPIC.match(question)
    if new_topic is not None and new_topic.end() < len(question):
        rest = question[new_topic.end() :]
        return FollowUp(rest, rest)
    fragment = fragment_of(question, is_name=is_name)
    if fragment is not None and fragment.sort != "owned":
        last = turns[-1].understood
        built = merge_fragment(last.asked, fragment, is_name=is_name)
        if not built.reused or built.reused in without:
            return FollowUp(question, question)
        return _with_terms(built.text, built.reused, last.terms, without)
    if fragment is not None:
        return _with_terms(f"What is {fragment.text}?", "", _subject(turns, is_name), without)
    if _points_back(question, turns[-1].earlier, is_name):
        return _with_terms(question, "", _subject(turns, is_name), without)
    return FollowUp(question, question)


def _points_back(question: str, last: PastTurn, is_name: NameLookup | None) -> bool:
    words = mark_words(question, is_name=is_name)
    return bool(anaphors(words)) or lacks_context(question, last, is_name=is_name)


def _subject(turns: Sequence[_ReadTurn], is_name: NameLookup | None) -> list[str]:
    """What the last turn was about; names are looked for further back if it has none."""
    last = turns[-1].understood
    terms = [*_terms(last.asked, is_name), *last.terms]
    for turn in reversed(turns):
        text = turn.understood.text
        names = [name.text for name in entities(text, is_name=is_name) if name.sort == "name"]
        names += cited_names(turn.earlier, turn.understood.asked, is_name=is_name)
        if names:
            return [*terms, *names]
    return terms


def _with_terms(
    asked: str, reused: str, terms: Sequence[str], without: Collection[str]
) -> FollowUp:
    """``asked`` followed by the terms that are not in it yet."""
    present = set(normalize_question(asked).plain.split())
    added: list[str] = []
    for term in terms:
        words = set(normalize_question(term).plain.split())
        if term not in without and not words <= present and len(added) < MAX_CARRIED:
            added.append(term)
            present |= words
    return FollowUp(with_carried(asked, added), asked, reused, tuple(added))


def with_carried(asked: str, terms: Sequence[str]) -> str:
    """``asked`` and behind it, in brackets, the words that it needs of earlier turns."""
    return f"{asked} ({', '.join(terms)})" if terms else asked


def _terms(question: str, is_name: NameLookup | None) -> list[str]:
    """Names, quoted strings and runs of other content words, in the order of the question."""
    found = [(e.start, e.end) for e in entities(question, is_name=is_name) if e.sort != "number"]
    found += [(said.date, said.end) for said in date_mentions(question) if _free(said.date, found)]
    spans = sorted(found + list(_runs(question, found)))
    return [question[start:end] for start, end in spans if end - start <= _MAX_TERM_CHARS]


def _free(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    return not any(start <= offset < end for start, end in spans)


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _runs(question: str, found: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of content words outside ``found``."""
    start = end = -1
    for first, last in word_spans(question):
        content = question[first:last].lower() not in _NO_TERMS
        content = content and not any(_touch((first, last), other) for other in found)
        if content and start >= 0 and question[end:first] == " ":
            end = last
            continue
        if start >= 0:
            yield start, end
        start, end = (first, last) if content else (-1, -1)
    if start >= 0:
        yield start, end
