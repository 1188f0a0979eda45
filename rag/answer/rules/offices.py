"""Finds who holds an office: pairs of a title and a name in the text, and whose office it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from rag.answer.aggregation import same_answer
from rag.answer.evidence import Evidence, Pick, Reply, noisy_or
from rag.query.rewrite import asked_end
from rag.text.lexicon import FUNCTION_WORDS, PLACES
from rag.text.sentences import Offsets, sentence_spans, word_spans
from rag.types import Article, Hit

OFFICE_NOUNS = frozenset(
    "minister president premier chancellor king queen pope bishop governor senator mayor "
    "ambassador envoy secretary chief director chairman chairwoman chair coach captain commander "
    "judge prosecutor rector dean principal leader head editor manager commissioner speaker "
    "spokesman spokeswoman spokesperson representative treasurer inspector "
    "superintendent foreman".split()
)
_NEUTRAL_TITLES = {
    "chairwoman": "chairman",
    "chair": "chairman",
    "chairperson": "chairman",
    "spokeswoman": "spokesman",
    "spokesperson": "spokesman",
}
SUBORDINATE = frozenset("deputy vice assistant associate junior under".split())
FORMER = frozenset("former late ex outgoing previous then".split())
_NEUTRAL = FORMER | frozenset("acting new current interim present incoming newly elected".split())
PORTFOLIOS = frozenset(
    "prime foreign finance interior defence defense health transport justice education environment "
    "economy trade energy labour labor agriculture culture supreme managing executive general "
    "chief opposition party press police fire rescue".split()
)
# The first words of the names of places, which set them apart.
PLACE_PREFIXES = frozenset("south north east west new papua equatorial".split())
POSSESSIVE = re.compile(r"['’]s?\Z")
# Those that do not begin like their country.
_DEMONYMS = {
    "british": "britain",
    "uk": "britain",
    "english": "england",
    "scottish": "scotland",
    "welsh": "wales",
    "irish": "ireland",
    "french": "france",
    "spanish": "spain",
    "dutch": "netherlands",
    "swiss": "switzerland",
    "danish": "denmark",
    "swedish": "sweden",
    "finnish": "finland",
    "polish": "poland",
    "greek": "greece",
    "czech": "czechia",
    "filipino": "philippines",
    "burmese": "myanmar",
}
_STEMS = tuple(place for place in PLACES if len(place) > 3 and " " not in place)


def core_words(terms: Sequence[str] | frozenset[str]) -> frozenset[str]:
    """The words of an office without "acting", "new" or "former"; a premier is a prime minister."""
    words = frozenset(terms) - _NEUTRAL
    return frozenset({"prime", "minister"}) if words == {"premier"} else words


def normalize_office_word(word: str) -> str:
    """The word in lower case, as men and women share it: chairman, spokesman."""
    lower = word.lower().strip("’'")
    lower = lower.removeprefix("ex-") if lower.startswith("ex-") else lower
    return _NEUTRAL_TITLES.get(lower, lower)


def is_of_office(word: str) -> bool:
    """Whether it can be part of an office's name: acting, foreign, minister."""
    return normalize_office_word(word) in OFFICE_NOUNS | _NEUTRAL | PORTFOLIOS | SUBORDINATE


def belongs_to(asked: str, stated: str) -> bool:
    """Whether an office of ``stated`` is one of ``asked``: Pakistan, Pakistani, of Pakistan.

    South Sudan is not Sudan.
    """
    said = [stated[start:end].lower() for start, end in word_spans(stated)]
    wanted = [asked[start:end].lower() for start, end in word_spans(asked)]
    if PLACE_PREFIXES & set(said) != PLACE_PREFIXES & set(wanted):
        return False
    return all(
        any(_same_place(one, other) for other in said) for one in wanted if one not in {"the", "of"}
    )


def _same_place(one: str, other: str) -> bool:
    one, other = (POSSESSIVE.sub("", word) for word in (one, other))
    places = country_of(one), country_of(other)
    if all(places):
        return places[0] == places[1]
    return _begins_alike(one, other)


def _begins_alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long.startswith(short[: max(4, len(short) - 2)]) if len(short) > 3 else one == other


@lru_cache(maxsize=4096)
def country_of(word: str) -> str:
    """The country that a word in lower case is of, by likeness of spelling; empty for none.

    >>> place_of("nigerian"), place_of("australian"), place_of("slovak"), place_of("minister")
    ('nigeria', 'australia', 'slovakia', '')
    """
    if word in _DEMONYMS:
        return _DEMONYMS[word]
    alike = [place for place in _STEMS if len(word) > 3 and _begins_alike(word, place)]
    by_likeness = sorted(
        alike, key=lambda one: (-_shared(one, word), abs(len(one) - len(word)), one)
    )
    return by_likeness[0] if by_likeness else ""


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def is_country(word: str) -> bool:
    """Whether it names a country, or somebody or something of one: Iran, Iran's, Iranian."""
    lower = POSSESSIVE.sub("", word.lower())
    return lower in PLACES or (len(lower) > 4 and country_of(lower) != "")


# Possessives before an office, whose owner was named before: "its president".
_OWNERS = frozenset("his her its their our my".split())
_SAYING = frozenset("said told met saw named called says tells meets".split())
OF_PREPOSITION = "(?:of|at|in|for)"
_NAME = (
    r"(?!(?:His|Her|Their|The|A|An|He|She|They|It|In|On|At|For|But|And|When|While|After|Before)\b)"
    r"[A-ZÀ-Þ][\w’'-]*\w(?: (?:(?:[A-Z]\.|al|bin|ibn|von|van|der|de|la|del) )?"
    r"[A-ZÀ-Þ][\w’'-]*\w){0,4}"
)
_BEHIND = re.compile(rf" (?P<name>{_NAME})")
_APPOSED = re.compile(
    rf"(?P<of> {OF_PREPOSITION} [^,.;:()]{{1,60}}?)?, (?P<name>{_NAME})(?=,|\.| \w+(?:ed|s)\b)"
)
_BEFORE = re.compile(
    rf"(?P<name>{_NAME})(?:, (?:for [\w ]{{1,24}} )?(?:(?:then|now|once|formerly) )?| (?:as|is|was|"
    r"becomes|became|remains|will be|is to be) )(?:(?:the|a|an|its|their|new|next) )*\Z"
)
_OF_BEHIND = re.compile(r" (?:of|at) (?P<of>[^,.;:()\n]{1,60})")


@dataclass(frozen=True, slots=True)
class NamedOffice:
    """A title with a name in a text.

    ``words`` are the title's, ``owner`` may be empty, ``name`` is the span of ``holder``.
    """

    words: frozenset[str]
    owner: str
    name: Offsets
    holder: str


def offices_in(text: str) -> Iterator[NamedOffice]:
    """Every title in ``text`` that has a name with it."""
    words = word_spans(text)
    for number, (start, end) in enumerate(words):
        if normalize_office_word(text[start:end]) not in OFFICE_NOUNS:
            continue
        first = number
        while first and _continues_office(text, words[first - 1], words[first]):
            first -= 1
        terms = frozenset(normalize_office_word(text[a:b]) for a, b in words[first : number + 1])
        owner = _owner(text, words, first)
        yield from _with_name(text, terms, owner, words[first][0], end)


def _continues_office(text: str, word: Offsets, next_word: Offsets) -> bool:
    """Whether the word is part of the title that goes on with the next one."""
    return text[word[1] : next_word[0]] == " " and is_of_office(text[slice(*word)])


def _owner(text: str, words: Sequence[Offsets], first: int) -> str:
    """Whose office it is, where the word before says so: Iran's, Pakistani, the federation's."""
    if not first or text[words[first - 1][1] : words[first][0]] != " ":
        return ""
    start, end = words[first - 1]
    word = text[start:end]
    if first > 1 and text[slice(*words[first - 2])].lower() in PLACE_PREFIXES:
        start = words[first - 2][0]
    if POSSESSIVE.search(word):
        return text[start:end]
    if word.lower() in FUNCTION_WORDS - _OWNERS or word.lower() in _SAYING:
        return ""
    return "" if word.islower() and word.endswith(("ed", "ing")) else text[start:end]


def _with_name(
    text: str, terms: frozenset[str], owner: str, start: int, end: int
) -> Iterator[NamedOffice]:
    behind = _BEHIND.match(text, end)
    if behind and _is_person(behind["name"]):
        yield _named_office(terms, owner, behind)
        return
    apposed = _APPOSED.match(text, end)
    if apposed and " " in apposed["name"] and _is_person(apposed["name"]):
        owner = owner or (apposed["of"] or "").strip()
        yield _named_office(terms, owner, apposed)
        return
    before = _BEFORE.search(text, max(0, start - 120), _before_owner(text, start, owner))
    if before and " " in before["name"] and _is_person(before["name"]):
        behind_title = _OF_BEHIND.match(text, end)
        owner = owner or (behind_title["of"] if behind_title else "")
        yield _named_office(terms, owner, before)


def _named_office(terms: frozenset[str], owner: str, match: re.Match[str]) -> NamedOffice:
    name = POSSESSIVE.sub("", match["name"])
    start = match.start("name")
    return NamedOffice(terms, owner, (start, start + len(name)), name)


def _is_person(name: str) -> bool:
    """Whether it may be one: not "Minister", not "Alliance's Leonora Pym"."""
    first, *_ = name.split()
    return not is_of_office(first) and not POSSESSIVE.search(" ".join(name.split()[:-1]))


def _before_owner(text: str, start: int, owner: str) -> int:
    """Where the words before the office and its owner end, the article with them."""
    begin = text.rfind(owner, 0, start) if owner else start
    match = re.search(r"\b(?:the|a|an) \Z", text[:begin])
    return match.start() if match else begin


_OF_STATE = frozenset("premier prime president chancellor king queen governor mayor".split())
_ASKED = re.compile(
    r"(?:(?:and|so|but|then) )?(?:who(?:['’]s| is| are|(?P<past> was| were))|"
    r"(?:what(?:['’]s| is| was) )?(?:the )?name of|name) "
    r"(?:currently |now |then |again )?(?P<rest>.+)",
    re.IGNORECASE,
)
_AFTERTHOUGHT = re.compile(
    r"\s+(?:now|today|currently|then|these days|at (?:the time|present|the moment)|"
    r"(?P<event>(?:when|while|during|before|after|since|until|as)\b.*))\Z",
    re.IGNORECASE,
)
_OWNED = re.compile(r"(?P<of>.+?)['’]s? (?P<office>[^'’]+)")
_OFFICE_OF = re.compile(rf"(?P<office>.+?)(?: {OF_PREPOSITION} (?P<of>.+))?", re.IGNORECASE)
_NO_NAME = re.compile(r"\b(?:who|what|that|which|where|why|how)\b", re.IGNORECASE)
_AFFAIRS = re.compile(
    rf"minister (?:of|for) (?:the )?(?P<what>{'|'.join(sorted(PORTFOLIOS))})(?: affairs)?\b",
    re.IGNORECASE,
)
_BEGINNING = 400  # characters
# How often a holder is right where the text names the office's owner, and where it does not: by
# ``training.fit_offices`` on the 18,351 stories of Reuters-21578 (295 of 367 pairs, 75 of 115).
_OWNER_NAMED, _OWNER_ASSUMED = 0.90, 0.65


@dataclass(frozen=True, slots=True)
class Office:
    """The office asked for: its ``words`` (foreign, minister) and its ``owner``, or "".

    ``former`` is whether a former holder is asked for; None where either may be. ``at_event`` is
    set where the question asks for the holder at the time of an event.
    """

    words: frozenset[str]
    owner: str = ""
    former: bool | None = False
    at_event: bool = False


@dataclass(frozen=True, slots=True)
class OfficeHolder:
    """A name at ``[start, end)`` of the hit's article, and the probability that it is right."""

    hit: Hit
    start: int
    end: int
    likely: float

    @property
    def name(self) -> str:
        return self.hit.passage.article.text[self.start : self.end]


def office_asked(question: str, carried: Sequence[str] = ()) -> Office | None:
    """The office whose holder the question asks for; None for other questions.

    ``carried`` are words of earlier questions: a country among them is the owner where ``question``
    names none.

    >>> office_asked("Who is Iran's foreign minister?") == Office(
    ...     frozenset({"foreign", "minister"}), "Iran"
    ... )
    True
    """
    text = question[: asked_end(question)].strip(" ?.!")
    asked = _ASKED.fullmatch(_AFFAIRS.sub(r"\g<what> minister", text))
    if asked is None:
        return None
    rest, aside = asked["rest"], _AFTERTHOUGHT.search(asked["rest"])
    if aside is not None:
        rest = rest[: aside.start()]
    match = _OWNED.fullmatch(rest) or _OFFICE_OF.fullmatch(rest)
    if match is None:
        return None
    words = [word for word in match["office"].split() if word.lower() not in {"the", "a", "an"}]
    owner = re.sub(r"(?i)\Athe ", "", match["of"] or "").strip()
    if _NO_NAME.search(owner):
        return None
    if words and not owner and not is_of_office(words[0]):
        owner, words = words[0], words[1:]
    if not owner:
        owner = next(filter(is_country, carried), "")
    terms = [normalize_office_word(word) for word in words]
    if (
        not terms
        or not all(map(is_of_office, terms))
        or terms[-1] not in {*OFFICE_NOUNS, "general"}
    ):
        return None
    if not OFFICE_NOUNS & set(terms):
        return None
    former = bool(FORMER & set(terms))
    at_event = aside is not None and aside["event"] is not None
    return Office(
        core_words(terms), owner, None if asked["past"] and not former else former, at_event
    )


def find_holders(office: Office, hits: Sequence[Hit]) -> list[OfficeHolder]:
    """Who holds the office, according to the hits: the surest first, then the latest.

    Where a time in the past is asked about, the best hit goes before the latest. Of one article,
    the fullest name goes first.
    """
    past = office.former is not False
    found = [holder for hit in hits for holder in _in_hit(office, hit)]
    return sorted(
        found,
        key=lambda one: (
            -one.likely,
            one.hit.rank if past else -_day(one.hit),
            -len(one.name.split()),
            one.hit.rank,
        ),
    )


def _day(hit: Hit) -> int:
    published = hit.passage.article.published
    return published.toordinal() if published else 0


def _in_hit(office: Office, hit: Hit) -> Iterator[OfficeHolder]:
    passage = hit.passage
    for named in offices_in(passage.text):
        if core_words(named.words) != office.words or (SUBORDINATE & named.words) - office.words:
            continue
        if office.former is not None and bool(FORMER & named.words) != office.former:
            continue
        likely = _likely(office, named, passage.article)
        if likely:
            start, end = named.name
            yield OfficeHolder(hit, passage.start + start, passage.start + end, likely)


def _likely(office: Office, named: NamedOffice, article: Article) -> float:
    """How likely the office in the text is the one asked for; 0 where it is another's."""
    if not office.owner:
        return _OWNER_ASSUMED
    if named.owner and belongs_to(office.owner, named.owner):
        return _OWNER_NAMED
    if named.owner:
        return _OWNER_ASSUMED if belongs_to(named.owner, office.owner) else 0.0
    return _OWNER_ASSUMED if may_belong_to(article, named, office.owner) else 0.0


def without_first_name(text: str, start: int, end: int, question: str) -> int:
    """The end of the quotation ``[start, end)`` without first names of the person asked about.

    "Who is Ishaq Dar?" is answered with "Pakistani Foreign Minister", not with half of the name.
    """
    behind = re.match(r" ([A-ZÀ-Þ][\w’'-]*)", text[end:])
    if behind is None or not re.search(rf"\b{re.escape(behind[1])}\b", question):
        return end
    words = word_spans(text[start:end])
    kept = len(words)
    while kept and text[start + words[kept - 1][0]].isupper():
        if is_of_office(text[start + words[kept - 1][0] : start + words[kept - 1][1]]):
            return start + words[kept - 1][1]
        kept -= 1
    return end


def may_belong_to(article: Article, office: NamedOffice, asked: str) -> bool:
    """Whether an office without an owner in the text can be that of ``asked``.

    That of a country, where possessives near its holder's name are that country's. That of another
    owner, where the article names it: anywhere for an office of state, else at its beginning.
    """
    if not is_country(asked):
        end = None if office.words & _OF_STATE else article.body + _BEGINNING
        return asked.lower() in article.text[article.body : end].lower()
    last = re.compile(rf"\b{re.escape(office.holder.split()[-1])}\b")
    votes = 0
    for start, end in sentence_spans(article.text, article.body, len(article.text)):
        named = last.search(article.text, start, end)
        if named is not None:
            votes += _vote(article.text[start:end], named.end() - start, asked)
    return votes > 0


def _vote(sentence: str, place: int, asked: str) -> int:
    """1 where the possessive nearest to ``place`` is that country's, -1 where it is another's."""
    near = [
        (abs(start - place), belongs_to(asked, sentence[start:end]))
        for start, end in word_spans(sentence)
        if POSSESSIVE.search(sentence[start:end]) and not _heads_an_office(sentence, end)
        if is_country(sentence[start:end])
    ]
    return (1 if min(near)[1] else -1) if near else 0


def _heads_an_office(sentence: str, end: int) -> bool:
    """Whether a title follows, which the word owns: "Iranian President"."""
    return any(is_of_office(word) for word in sentence[end:].split(maxsplit=1)[:1])


def office_reply(evidence: Evidence) -> Reply | None:
    """The holder of the office that is asked for; None where the question asks for something else.

    None too where no text names a holder, or several are named and the question is about the time
    of an event. The reader's best span raises the confidence if it is the same name.
    """
    office = office_asked(evidence.query.text, evidence.query.carried)
    holders = find_holders(office, evidence.hits) if office else []
    if office is None or not holders:
        return None
    first, *others = holders
    same = [one for one in others if same_answer(first.name, one.name)]
    if office.at_event and len(same) < len(others):
        return None
    elsewhere = {one.hit.passage.article.id: one for one in reversed(same)}
    elsewhere.pop(first.hit.passage.article.id, None)
    agrees = bool(evidence.spans) and same_answer(evidence.spans[0].quote, first.name)
    likely = noisy_or(first.likely, evidence.confidence) if agrees else first.likely
    also = tuple(_holder_pick(one) for one in elsewhere.values())
    return Reply((_holder_pick(first, also),), likely)


def _holder_pick(holder: OfficeHolder, also: tuple[Pick, ...] = ()) -> Pick:
    return Pick(holder.hit, holder.start, holder.end, holder.hit.score, also)
