"""A yes/no question, a sentence and their matches in; whether the sentence speaks to it out.

That the words of a question stand in a sentence is not enough: what is asked has to be said there,
of the same subject, and not of the past where the question is of what is to come.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from rag.answer.matching import Match, Matcher, Word, is_light, telling_words
from rag.answer.predicate import Predicate, is_participle, predicate
from rag.query.rewrite import asked_end
from rag.text.analyzer import analyse
from rag.text.lexicon import SAY

# "other": what is asked is said, but of somebody else, and only one can be it.
Bearing = Literal["bears", "other", "silent"]

# The least share of the question's telling words that a sentence must speak to; less where it has
# the predicate itself, or says that there is none.
LEAST_COVERAGE = 0.58
_LEAST_TOLD = 0.5
# The least share of a predicate that is said in other words.
_SAME_PREDICATE = 0.6
# How far what a pronoun at the head of the sentence means counts as said in it.
_RESUMED = 0.7
_EXCLUSIVE = frozenset(analyse("win won beat beaten defeat head lead led succeed become first"))
_SYNONYM = 0.9
_NONE = re.compile(r"(?:There (?:is|was|are|were) )?(?:no|nobody|none|nothing|neither)\b", re.I)
_RESUMES = re.compile(r"(?:It|They|He|She|This|That|These|Those|There)\b")
_OF_FUTURE = re.compile(r"(?:and |but |so )?(?:will|shall|won['’]t)\b", re.IGNORECASE)
_AHEAD = re.compile(
    r"\b(?:will|would|shall|to|can|could|may|might|should|is|are|be|has|have|not)\s+(?:[\w-]+\s+)?\Z",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|get|got|gets)\s+(?:\w+ly\s+|not\s+|also\s+)?\Z",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"\s+(?:the|an?|his|her|its|their|him|them|it|[A-ZÀ-Þ\d])")
_NOUN = re.compile(r"(?:\b(?:the|an?|his|her|its|their|this|that)|['’]s?)\s+(?:\w+\s+)?\Z", re.I)
_REPORTED = re.compile(rf"\b(?:{'|'.join(sorted(SAY))}) (?:that )?(?=[A-ZÀ-Þ])")
_PRONOUN = re.compile(r"\b(?:he|she|they|it|who)\s+(?:[\w-]+\s+){0,2}\Z", re.IGNORECASE)


def bearing(question: str, sentence: str, matches: Sequence[Match], matcher: Matcher) -> Bearing:
    """Whether enough is said of what is asked, of everyone and everything named in it."""
    asked = predicate(question)
    told = next((match for match in matches if asked and match.word.start == asked.start), None)
    said = told is not None and (told.share >= _SYNONYM or told.opposite or is_light(told.word))
    least = _LEAST_TOLD if said or _NONE.match(sentence) else LEAST_COVERAGE
    if not _covers(matches, matcher, least) or not _says(told, matches):
        return "silent"
    if asked is None or told is None or told.place < 0 or is_light(told.word):
        return "bears"
    if _OF_FUTURE.match(question) and _is_past(sentence, told.place):
        return "silent"
    if _is_of_subject(asked, sentence, matches, told):
        return "bears"
    return "other" if told.word.term in _EXCLUSIVE else "silent"


def asked_of(question: str, sentence: str, matches: Sequence[Match]) -> list[Match]:
    """The matches that count for ``question``, as far as ``sentence`` speaks to each.

    Behind the question, in brackets, stand words of earlier ones: only their names are asked for.
    What stands in the text around a sentence like "It is voluntary" is what its pronoun means.
    """
    end = asked_end(question)
    kept = [match for match in matches if match.word.start < end or match.word.name]
    if not _RESUMES.match(sentence):
        return kept
    return [
        replace(match, share=_RESUMED) if match.place < 0 < match.share < _RESUMED else match
        for match in kept
    ]


def _covers(matches: Sequence[Match], matcher: Matcher, least: float) -> bool:
    plain = [match for match in matches if not match.word.name]
    if any(matcher.coverage(some) < least for some in (matches, plain) if some):
        return False
    main = [match for match in plain if not match.word.aside] or plain
    if main and all(match.place < 0 for match in main):
        return False
    if not any(match.place >= 0 and match.share >= _SYNONYM for match in matches):
        return False
    return not any(_is_missing(match.word, matches) for match in matches)


def _is_missing(word: Word, matches: Sequence[Match]) -> bool:
    """Whether the word is a number that is not there, or part of a name of which nothing is."""
    if not word.name and word.value is None:
        return False
    same = [m for m in matches if m.word == word or (word.name and m.word.name == word.name)]
    return all(match.share == 0 for match in same)


def _says(told: Match | None, matches: Sequence[Match]) -> bool:
    """Whether the sentence has the predicate; where none is known, nearly all that tells.

    Of "take the dispute to court" the last word must be there, of the others two in three.
    """
    if told is not None and not is_light(told.word):
        return told.place >= 0 and told.share >= _SAME_PREDICATE
    words = [match for match in matches if not match.word.name and not is_light(match.word)]
    away = sum(match.place < 0 for match in words)
    missing = sum(match.share == 0 for match in words)
    light = told is not None and bool(words) and words[-1].place >= 0
    return away <= (len(words) + 1) // 3 and missing <= len(words) // 3 and (light or told is None)


def _is_past(sentence: str, place: int) -> bool:
    word = re.compile(r"[\w-]+").match(sentence, place)
    past = word is not None and is_participle(word.group().lower())
    return past and not _AHEAD.search(sentence[:place])


def _only_reports(sentence: str, placed: Sequence[int], place: int) -> bool:
    """Whether the one who is asked about says it of another: "Iran said Israel attacked"."""
    last = max(one for one in placed if one < place)
    said = _REPORTED.search(sentence, last, place)
    reported = sentence[said.end() : place] if said else ""
    return any(word.name for word in telling_words(reported))


def _is_of_subject(asked: Predicate, sentence: str, matches: Sequence[Match], told: Match) -> bool:
    """Whether the sentence says it of the name that the question asks about, if it asks for one."""
    start, end = asked.subject
    names = [match for match in matches if match.word.name and start <= match.word.start < end]
    if not names or _NOUN.search(sentence[: told.place]):
        return True
    placed = [match.place for match in names if match.place >= 0]
    before = sentence[: told.place]
    if not placed:
        others = [word for word in telling_words(before) if word.name]
        return not others or _PRONOUN.search(before) is not None
    turned = asked.passive != (_PASSIVE.search(before) is not None)
    if not turned:
        return min(placed) < told.place and not _only_reports(sentence, placed, told.place)
    word = re.compile(r"[\w-]+").match(sentence, told.place)
    has_object = word is not None and _OBJECT.match(sentence, word.end()) is not None
    return not (min(placed) < told.place and (has_object or not asked.passive))
