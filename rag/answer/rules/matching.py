"""Matches the content words of a question to those of a sentence, by form and by meaning.

Two words match when they have the same stem, stand on one line of the list of synonyms, are
opposites, or are alike to the sentence model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from math import sqrt

from rag.answer.rules.switches import ALL_RULES, Rules
from rag.dates.tagger import expressions
from rag.models.embedder import Embedder
from rag.models.sentence_reader import Rarity
from rag.text.analyzer import analyse
from rag.text.entities import entities
from rag.text.lexicon import FUNCTION_WORDS
from rag.text.quantities import quantities
from rag.text.sentences import word_spans

Likeness = Callable[[Sequence[str], Sequence[str]], list[list[float]]]


def word_likeness(embedder: Embedder) -> Likeness:
    """A function of two lists: for each word of the first, its cosines with all of the second."""

    def likeness(words: Sequence[str], others: Sequence[str]) -> list[list[float]]:
        if not words or not others:
            return [[] for _ in words]
        distinct = sorted({*words, *others})
        vectors = dict(zip(distinct, embedder.encode_passages(distinct), strict=True))
        return [[float(vectors[word] @ vectors[other]) for other in others] for word in words]

    return likeness


# Each side of a line is the opposite of the other; words on one side need not be synonyms.
_OPPOSITES = """
accept agree agreed approve welcome back | reject refuse decline veto oppose
confirm admit acknowledge concede accept | deny denied dispute
support favour favor back endorse | oppose against reject
for | against
allow permit legal lawful | ban banned forbid forbidden prohibit illegal bar barred
alive living survive survived | dead died die killed late death deceased martyrdom drowned
quick fast faster quickly | slow slower slowly delayed
win won victory | lose lost defeat defeated beaten
open opened reopen reopened | close closed shut
begin began begun start started launch | end ended finish finished stop stopped
rise rose risen increase grow grew climb higher up | fall fell fallen decrease drop shrink cut lower
more | fewer less
higher | lower
most | least fewest
first | last
earlier early before sooner | later late after
permanent | acting interim temporary provisional
guilty convicted convict | innocent acquitted acquit cleared
accepted | declined
buy bought purchase | sell sold
arrive arrived come came enter | leave left depart departed
hire hired appoint appointed | fire fired dismiss dismissed sack sacked
succeed succeeded success | fail failed failure
present attend attended | absent missed
safe safety | dangerous unsafe
public | private secret
true right correct accurate | false wrong untrue incorrect nonsense
same | different
voluntary | compulsory mandatory obligatory
free | paid pay cost charge
pass passed | fail failed
keep kept retain | lose lost give up leave left dismiss dismissed
full whole | half part
own | borrowed rented hired
include included including | exclude excluded excluding
man men male | woman women female
husband | wife
brother | sister
north northern | south southern
east eastern | west western
new | old
young younger | old older
strong stronger strengthen | weak weaker weaken
cheap cheaper | expensive dearer
hot hotter | cold colder
remain stay stayed remained | leave left resign resigned quit depart
resume continue | stop stopped suspend suspended abandon abandoned
extend extended | shorten shortened
majority | minority
government | opposition
few little | many much
full | empty
war | peace
friend ally | enemy
voted vote | abstained abstain
improve improved better | worsen worsened worse deteriorate
ahead | behind
intact unharmed undamaged | damaged destroyed
found | missing
"""
# Synonyms in the news that a sentence model does not find alike.
_SYNONYMS = """
accept admit acknowledge concede agree approve
adopt approve pass passed
arrive come came reach
attend participate
begin began begun start started open opened launch launched
believe think find found conclude concluded
belong member membership join
break broken beat beaten exceed reach reached
build built construct constructed erect
buy purchase acquire
cause caused blame trigger
charge accuse indict
choose chosen chose elect elected select name named appoint appointed
close closed shut
compulsory mandatory obligatory
contribute part role
damage damaged destroy destroyed
dead die died kill killed death deaths toll lives
deliberate deliberately purpose arson
end finish complete
enough suffice sufficient
fall fell fallen drop dropped decline sink sank
fire fired dismiss dismissed sack sacked
give gave given hand put
have had hold held own owned
head lead led run chair
help aid assist support
hurt injured injury wounded
jail prison sentence
keep kept retain remain stay
leave left resign resigned quit step
leader head chairman chairwoman chair president
let allow permit
meet met meeting talks
operate operational operationalization run running
pay paid fund finance
phone phoned telephone telephoned call called
postpone postponed delay delayed adjourn adjourned
refund repay reimburse
rescue rescued save saved saving survive survived
rise rose grow grew increase climb
say said tell told mention spoke speak spoken put state
seek sought want demand
stop halt end
tour visit
union federation
vote ballot election
want wish welcome favour
warn warned warning
win won victory
work function
"""
_NEGATIVE_PREFIXES = ("un", "in", "im", "dis", "non")


def are_opposites(one: str, other: str) -> bool:
    """Whether two terms, as ``rag.text.analyzer`` gives them, mean the opposite.

    >>> [opposed("open", "close"), opposed("read", "unread"), opposed("open", "open")]
    [True, True, False]
    """
    if other in _opposites().get(one, frozenset()):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) > 3 and any(long == prefix + short for prefix in _NEGATIVE_PREFIXES)


def are_synonyms(one: str, other: str) -> bool:
    """Whether two terms stand on one line of the synonyms: to be dismissed is to be fired."""
    return bool(_synonym_groups().get(one, frozenset()) & _synonym_groups().get(other, frozenset()))


@cache
def _synonym_groups() -> dict[str, frozenset[int]]:
    """For each term the numbers of its lines in the list of synonyms."""
    lines = [analyse(line) for line in _SYNONYMS.strip().splitlines()]
    terms = {term for line in lines for term in line}
    return {term: frozenset(n for n, line in enumerate(lines) if term in line) for term in terms}


@cache
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _OPPOSITES.strip().splitlines():
        left, right = (frozenset(analyse(side)) for side in line.split("|"))
        for here, there in ((left, right), (right, left)):
            for term in here:
                found[term] = found.get(term, frozenset()) | there
    return found


LEAST_LIKENESS = 0.5  # cosine from which on two words match
_OPPOSITE_SHARE = 0.9
_SYNONYM_SHARE = 0.9
_NAME_AROUND = 0.7
_PLAIN_AROUND = 0.35
_ATTRIBUTED = re.compile(r",?\s*\baccording to [^,?]+", re.IGNORECASE)
_UNINFORMATIVE = FUNCTION_WORDS | frozenset(
    "anything something really actually true case fact anyone anybody "
    "someone part one ones going happen happened subject subjects topic topics issue issues".split()
)
_ASIDE = re.compile(r"(?<=\w )(?:when|after|before|while|because|since|during)\b", re.IGNORECASE)
# Verbs that say little by themselves.
_LIGHT = frozenset(
    "take took taken make made get got give gave given go went gone come came put say said tell "
    "told mention mentioned speak spoke talk talked".split()
)
_LIGHT_WEIGHT = 0.3
# Their stems are those of other words: what was founded was not found.
_OWN_TERMS = {"founded": "founded", "founding": "founded", "founder": "founder"}


@dataclass(frozen=True, slots=True)
class ContentWord:
    """A word at offset ``start`` and its index term.

    ``name`` is the name that it is part of, or empty; ``value`` that of a number. ``aside`` marks
    the words of a clause that says when or why.
    """

    start: int
    text: str
    term: str
    name: str
    value: Decimal | None = None
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A word of the question and its place in the sentence, -1 where it is not there.

    ``share`` in [0, 1] says how well it matches; without a place, it may be in the text around.
    ``opposite`` marks a match with a word of opposite meaning.
    """

    word: ContentWord
    place: int
    share: float
    opposite: bool = False


class Matcher:
    """Finds a question's words in sentences; a rare term weighs more."""

    def __init__(self, rarity: Rarity, likeness: Likeness, rules: Rules = ALL_RULES) -> None:
        self._rarity = rarity
        self._likeness = likeness
        self._rules = rules

    def match(self, question: str, sentence: str, around: str) -> list[Match]:
        """One Match for each content word of ``question``; ``around`` is the text around.

        Of several places for a word, the one nearest to the question's first name counts. Dates and
        "according to …" are left out: a sentence need not repeat them.
        """
        asked, words = asked_words(question), content_words(sentence)
        nearby = {word.term for word in content_words(around)}
        near = self._nearness(asked, words)
        named = [self._best(word, words, {}, nearby, 0) for word in asked if word.name]
        anchor = next((match.place for match in named if match.place >= 0), 0)
        matches = [
            self._best(word, words, near.get(word.start, {}), nearby, anchor) for word in asked
        ]
        return [_unless_taken(match, matches) for match in matches]

    def _nearness(
        self, asked: Sequence[ContentWord], words: Sequence[ContentWord]
    ) -> dict[int, dict[int, float]]:
        """The cosines of the question's plain words with the sentence's, by their offsets."""
        present, wanted = {word.term for word in words}, {word.term for word in asked}
        loose = [word for word in asked if _is_plain(word) and word.term not in present]
        plain = [word for word in words if _is_plain(word) and word.term not in wanted]
        cosines = self._likeness([w.text.lower() for w in loose], [w.text.lower() for w in plain])
        return {
            word.start: {other.start: value for other, value in zip(plain, row, strict=True)}
            for word, row in zip(loose, cosines, strict=True)
        }

    def _best(
        self,
        word: ContentWord,
        words: Sequence[ContentWord],
        near: dict[int, float],
        nearby: set[str],
        anchor: int,
    ) -> Match:
        """The best match for ``word``: itself, its opposite, or a word of like meaning."""
        found = [match for other in words if (match := self._match(word, other, near)) is not None]
        share = _NAME_AROUND if word.name else _PLAIN_AROUND if word.value is None else 0.0
        away = Match(word, -1, share if word.term in nearby else 0.0)
        best = max(
            found, key=lambda match: (_rank(match), -abs(match.place - anchor)), default=away
        )
        return away if away.share > best.share else best

    def _match(self, word: ContentWord, other: ContentWord, near: dict[int, float]) -> Match | None:
        if word.value is not None:
            return Match(word, other.start, 1.0) if word.value == other.value else None
        if word.term == other.term:
            return Match(word, other.start, 1.0)
        if self._rules.opposites and _is_plain(word) and are_opposites(word.term, other.term):
            return Match(word, other.start, _OPPOSITE_SHARE, opposite=True)
        if not (_is_plain(word) and _is_plain(other)):
            return None
        if are_synonyms(word.term, other.term):
            return Match(word, other.start, _SYNONYM_SHARE)
        cosine = near.get(other.start, 0.0)
        return Match(word, other.start, cosine) if cosine >= LEAST_LIKENESS else None

    def coverage(self, matches: Sequence[Match]) -> float:
        """The weight of the words found as a share of that of all, in [0, 1]."""
        total = self.weight(matches)
        found = sum(self._weight(match.word) * match.share for match in matches)
        return found / total if total else 0.0

    def weight(self, matches: Sequence[Match]) -> float:
        return sum(self._weight(match.word) for match in matches)

    def _weight(self, word: ContentWord) -> float:
        return sqrt(self._rarity(word.term)) * (_LIGHT_WEIGHT if is_light(word) else 1.0)


def places_of(match: Match, sentence: str) -> list[int]:
    """Where in ``sentence`` the word of ``match`` stands, or a synonym.

    >>> meet = ContentWord(0, "meet", "meet", "")
    >>> places_of(Match(meet, 4, 1.0), "The meeting began, and the two held talks.")
    [4, 36]
    """
    same = [
        other.start
        for other in content_words(sentence)
        if other.term == match.word.term or are_synonyms(match.word.term, other.term)
    ]
    return sorted({match.place, *same})


def is_light(word: ContentWord) -> bool:
    """Whether a sentence may answer without the word: "take", or a clause that says when."""
    return word.aside or word.text.lower() in _LIGHT


def asked_words(question: str) -> list[ContentWord]:
    """The content words of a question, without its dates and "according to …"."""
    dates = [(one.start, one.end) for one in expressions(question, date(2000, 1, 1))]
    plain = _ATTRIBUTED.sub(lambda match: " " * len(match.group()), question)
    aside = _ASIDE.search(plain)
    return [
        replace(word, aside=aside is not None and word.start > aside.start())
        for word in content_words(plain)
        if not any(start <= word.start < end for start, end in dates)
    ]


def content_words(text: str) -> list[ContentWord]:
    """The words of ``text`` that are not function words, in order."""
    names = [entity for entity in entities(text) if entity.sort == "name"]
    numbers = quantities(text)
    words = []
    for start, end in word_spans(text):
        terms = analyse(text[start:end])
        if not terms or text[start:end].lower().replace("’", "'") in _UNINFORMATIVE:
            continue
        value = next((q.value for q in numbers if q.start <= start < q.end), None)
        named = next((name.text for name in names if name.start <= start < name.end), "")
        term = _OWN_TERMS.get(text[start:end].lower(), terms[0])
        words.append(ContentWord(start, text[start:end], term, named, value))
    return words


def _is_plain(word: ContentWord) -> bool:
    return not word.name and word.value is None and not word.text[0].isdigit()


def _rank(match: Match) -> float:
    """Its share; a synonym ranks with the word itself."""
    return 1.0 if match.share >= _SYNONYM_SHARE and not match.opposite else match.share


def _unless_taken(match: Match, matches: Sequence[Match]) -> Match:
    """The match, or none where another word of the question matches its place better."""
    rivals = [other for other in matches if other.place == match.place and other.place >= 0]
    best = max(rivals, key=lambda other: other.share, default=match)
    return match if best is match or match.share >= _SYNONYM_SHARE else Match(match.word, -1, 0.0)
