"""A question for who holds an office, and hits, in; the names that stand with that office out.

Where an office is asked for, the name that the articles put beside it answers more surely than what
a reader finds alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer.office_words import (
    BELOW,
    NOUNS,
    OVER,
    PORTFOLIOS,
    POSSESSIVE,
    core,
    is_country,
    is_of,
    is_of_office,
    plain,
)
from rag.answer.told_offices import OF, Told, offices_in
from rag.query.rewrite import asked_end
from rag.text.sentences import sentence_spans, word_spans
from rag.types import Article, Hit

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
_OFFICE_OF = re.compile(rf"(?P<office>.+?)(?: {OF} (?P<of>.+))?", re.IGNORECASE)
_NO_NAME = re.compile(r"\b(?:who|what|that|which|where|why|how)\b", re.IGNORECASE)
_AFFAIRS = re.compile(
    rf"minister (?:of|for) (?:the )?(?P<what>{'|'.join(sorted(PORTFOLIOS))})(?: affairs)?\b",
    re.IGNORECASE,
)
_BEGINNING = 400  # characters
# How often a holder is the right one where it is said whose the office is, and where it is not: by
# ``training.fit_offices`` on the 18,351 stories of Reuters-21578 (295 of 367 pairs, 75 of 115).
_TOLD, _SUPPOSED = 0.90, 0.65


@dataclass(frozen=True, slots=True)
class Office:
    """``words`` are those of the office alone: foreign, minister. ``of`` is whose it is, or empty.

    ``over`` says whether a former holder is asked for; None where either may be. ``at`` says that
    the question names an event at whose time it was held.
    """

    words: frozenset[str]
    of: str = ""
    over: bool | None = False
    at: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """A name at ``[start, end)`` of the article of ``hit``.

    ``likely`` is the probability that it is the one who is asked for.
    """

    hit: Hit
    start: int
    end: int
    likely: float

    @property
    def name(self) -> str:
        return self.hit.passage.article.text[self.start : self.end]


def office_asked(question: str, carried: Sequence[str] = ()) -> Office | None:
    """The office whose holder is asked for; None where it is something else.

    ``carried`` are words of earlier questions: a country among them says whose the office is where
    ``question`` does not.

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
    of = re.sub(r"(?i)\Athe ", "", match["of"] or "").strip()
    if _NO_NAME.search(of):
        return None
    if words and not of and not is_of_office(words[0]):
        of, words = words[0], words[1:]
    if not of:
        of = next(filter(is_country, carried), "")
    terms = [plain(word) for word in words]
    if not terms or not all(map(is_of_office, terms)) or terms[-1] not in {*NOUNS, "general"}:
        return None
    if not NOUNS & set(terms):
        return None
    over = bool(OVER & set(terms))
    at = aside is not None and aside["event"] is not None
    return Office(core(terms), of, None if asked["past"] and not over else over, at)


def holders(office: Office, hits: Sequence[Hit]) -> list[Holder]:
    """Who is told to hold the office in what was found: the surest first, then the latest.

    Where a time in the past is asked about, the best hit goes before the latest. Of one article,
    the fullest name goes first.
    """
    past = office.over is not False
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


def _in_hit(office: Office, hit: Hit) -> Iterator[Holder]:
    passage = hit.passage
    for told in offices_in(passage.text):
        if core(told.words) != office.words or (BELOW & told.words) - office.words:
            continue
        if office.over is not None and bool(OVER & told.words) != office.over:
            continue
        likely = _likely(office, told, passage.article)
        if likely:
            start, end = told.name
            yield Holder(hit, passage.start + start, passage.start + end, likely)


def _likely(office: Office, told: Told, article: Article) -> float:
    """How likely the office told is that of those who are asked about; 0 where it is another's."""
    if not office.of:
        return _SUPPOSED
    if told.of and is_of(office.of, told.of):
        return _TOLD
    if told.of:
        return _SUPPOSED if is_of(told.of, office.of) else 0.0
    return _SUPPOSED if may_belong(article, told, office.of) else 0.0


def without_first_name(text: str, start: int, end: int, question: str) -> int:
    """The end of the quotation ``[start, end)`` without the first names of who is asked about.

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


def may_belong(article: Article, told: Told, asked: str) -> bool:
    """Whether an office of which it is not said whose it is can be that of those asked about.

    Of a country, where the holder's sentences tell of what is that country's. Of another place
    that has only one such office, where the article names it; of anybody else, where it begins so.
    """
    if not is_country(asked):
        end = None if told.words & _OF_STATE else article.body + _BEGINNING
        return asked.lower() in article.text[article.body : end].lower()
    last = re.compile(rf"\b{re.escape(told.holder.split()[-1])}\b")
    votes = 0
    for start, end in sentence_spans(article.text, article.body, len(article.text)):
        named = last.search(article.text, start, end)
        if named is not None:
            votes += _vote(article.text[start:end], named.end() - start, asked)
    return votes > 0


def _vote(sentence: str, place: int, asked: str) -> int:
    """1 where what is nearest to ``place`` is that country's, -1 where it is another country's."""
    near = [
        (abs(start - place), is_of(asked, sentence[start:end]))
        for start, end in word_spans(sentence)
        if POSSESSIVE.search(sentence[start:end]) and not _heads_an_office(sentence, end)
        if is_country(sentence[start:end])
    ]
    return (1 if min(near)[1] else -1) if near else 0


def _heads_an_office(sentence: str, end: int) -> bool:
    """Whether an office follows, which says whose that one is: "Iranian President"."""
    return any(is_of_office(word) for word in sentence[end:].split(maxsplit=1)[:1])
