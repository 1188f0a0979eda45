"""Decides the role of a date in a question: a window of publication, or part of the subject.

"Who resigned in June?" sets a window; "What is in the 2023 budget?" does not. Only a firm window
("What had been reported by June?") hides the articles outside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.dates.lexicon import NOUN_OPENERS, DateTokens
from rag.dates.tagger import DOCUMENTS, DateMatch
from rag.text.lexicon import AUXILIARIES, MONTH_NAMES

# Prepositions that leave the meaning of a date as it is; they go with its words.
_NEUTRAL = tuple(
    tuple(words.split())
    for words in (
        *("in the course of", "as early as", "as late as", "early on", "late on", "dated"),
        *("in", "on", "at", "during", "over", "throughout", "within", "around"),
    )
)
_QUOTES = frozenset('"“”‘«»')
_FINE = frozenset("day weekend week month quarter season".split())
_HAPPENED = frozenset("news events developments happenings headlines stories articles".split())
_PRESS = DOCUMENTS | frozenset("paper papers newspaper newspapers press edition issue".split())
_PUBLISHED = frozenset("published reported printed written known".split())
_PRESS_REACH = 4  # tokens before a date in which "papers" may stand
_BEGUN = frozenset("born founded established built created invented introduced".split())
_FUTURE = frozenset("will shall planned scheduled expected due upcoming".split())
_FUTURE_INFINITIVES = frozenset("be take".split())
_RELATIVES = frozenset("that who which whose".split())
_DO = frozenset("did does do".split())
# The auxiliaries that a question about a year puts before it: "was 2023 the hottest".
_BEFORE_SUBJECTS = AUXILIARIES | {"be"}
_OCCASIONS = frozenset(
    "meeting summit talks conference attack visit speech vote election agreement statement".split()
)
_TOPIC = frozenset("about of at from after before concerning regarding".split())
_EXTREMES = frozenset("first worst only last".split())
_NOT_EXTREME = frozenset("latest newest earliest west east forest interest protest test".split())


@dataclass(frozen=True, slots=True)
class Role:
    """``filters``: the date sets a window, which hides other days if it is firm and else prefers
    its own. ``ambiguous``: the date may play the other role, which is tried next."""

    filters: bool
    ambiguous: bool = False


_FILTER = Role(filters=True)
_SUBJECT = Role(filters=False)


def role_of(words: DateTokens, found: DateMatch) -> Role:
    """The role of the date expression ``found`` in its question."""
    if found.after is not None and found.after > words.today:
        return _SUBJECT
    if _of_news(words, found):
        return _FILTER
    if _names_a_thing(words, found):
        return Role(filters=False, ambiguous=found.grain in _FINE)
    if _is_topic(words, found) or _since_an_extreme(words, found) or _begun(words, found):
        return _SUBJECT
    if _still_to_come(words, found) or _asks_for_the_last(words, found):
        return Role(filters=False, ambiguous=True)
    if _in_a_relative_clause(words, found):
        return Role(filters=False, ambiguous=True)
    return Role(filters=True, ambiguous=_dates_an_event(words, found))


def is_firm(words: DateTokens, found: DateMatch) -> bool:
    """Whether the date tells of publication: what was known by then, the papers of that day.

    One without a year may be of any.

    On 195 windows over stories that were not looked at before, 17 of 18 with an end alone held
    the article that answers, and 30 of 129 with both ends.
    """
    if found.assumed_year or (_lacks_year(words, found) and not found.relation):
        return False
    if found.relation in {"before", "until", "since"}:
        return True
    before = [words.at(place) for place in range(found.start)]
    return (
        not _PUBLISHED.isdisjoint(before)
        or not _PRESS.isdisjoint(before[-_PRESS_REACH:])
        or words.at(found.stop + 2 if words.possessive(found.stop) else found.stop) in _PRESS
    )


def _lacks_year(words: DateTokens, found: DateMatch) -> bool:
    """Whether a day or month is named without its year."""
    named = [words.at(place) for place in range(found.start, found.stop)]
    if any(len(word) == 4 and word.isdigit() for word in named):
        return False
    return any(word in MONTH_NAMES or word[:1].isdigit() for word in named)


def neutral_words(words: DateTokens, found: DateMatch) -> int:
    """How many tokens before the date are a preposition that does not change its days."""
    for phrase in _NEUTRAL:
        if words.follows(found.start - len(phrase), *phrase):
            return len(phrase)
    return 0


def _of_news(words: DateTokens, found: DateMatch) -> bool:
    """Whether the date belongs to a word for news: yesterday's news, the events of 3 June."""
    noun = found.stop + 2 if words.possessive(found.stop) else found.stop
    before = words.at(found.start - 2)
    return words.at(noun) in _HAPPENED | _PRESS or (
        (words.at(found.start - 1) == "of" and before in _HAPPENED | _PRESS)
        or (words.at(found.start - 1) == "from" and before in DOCUMENTS)
    )


def _names_a_thing(words: DateTokens, found: DateMatch) -> bool:
    if words.possessive(found.stop):
        return True
    if found.relation not in {"", "between"} or neutral_words(words, found):
        return False
    if words.at(found.start - 1) in {"of", "for"}:
        return not _is_deictic(found)
    return _stands_before_a_noun(words, found) or _is_part_of_a_name(words, found)


def _is_deictic(found: DateMatch) -> bool:
    """Whether the date is a stretch counted from today: the past three days, last week."""
    return found.relative and found.grain in {"range", "week"}


def _stands_before_a_noun(words: DateTokens, found: DateMatch) -> bool:
    """Whether the date qualifies a noun: the 2023 budget, which Tuesday meeting."""
    if not words.noun(found.stop):
        return False
    if found.start == 0:
        return True
    nearest = (words.at(found.start - 1), words.at(found.start - 2))
    if nearest[0] in NOUN_OPENERS or words.possessive(found.start - 2):
        return True
    adjective = words.noun(found.start - 1)
    return adjective and (nearest[1] in NOUN_OPENERS or words.possessive(found.start - 3))


def _is_part_of_a_name(words: DateTokens, found: DateMatch) -> bool:
    """World Cup 2022; or the year itself is what is spoken of: was 2023 the hottest?"""
    if found.grain != "year" or found.relative:
        return False
    return words.named(found.start - 1) or words.at(found.start - 1) in _BEFORE_SUBJECTS


def _is_topic(words: DateTokens, found: DateMatch) -> bool:
    """What was said about the 1990s, before or after 3 June, "until 2030"; but: what about 2022?"""
    if words.at(found.start - 1) == "or" and words.at(found.start - 2) in {"before", "after"}:
        return True
    if words.at(found.start - 1) in _QUOTES and words.at(found.stop) in _QUOTES:
        return True
    about = words.at(found.start - 1) in {"about", "concerning", "regarding"}
    return about and not words.follows(found.start - 2, "what")


def _since_an_extreme(words: DateTokens, found: DateMatch) -> bool:
    """The worst flood since 1953, the first visit since 2019."""
    if found.relation != "since":
        return False
    return any(
        _is_extreme(words.at(place)) for place in range(max(0, found.start - 5), found.start)
    )


def _is_extreme(word: str) -> bool:
    return word in _EXTREMES or (
        word.endswith("est") and word not in _NOT_EXTREME and len(word) > 4
    )


def _begun(words: DateTokens, found: DateMatch) -> bool:
    """Born in 1950: articles mention such a date long afterwards."""
    return words.at(found.start - 2) in _BEGUN or words.at(found.start - 1) in _BEGUN


def _still_to_come(words: DateTokens, found: DateMatch) -> bool:
    """What will be held, or is to be held, in December: articles that tell of it may be older."""
    return any(
        words.at(place) in _FUTURE
        or (words.at(place) == "to" and words.at(place + 1) in _FUTURE_INFINITIVES)
        for place in range(found.start)
    )


def _in_a_relative_clause(words: DateTokens, found: DateMatch) -> bool:
    """Who led the company that failed in 2023; but: what did the man who fell say in 2023."""
    places = range(1, found.start)
    relative = next((place for place in places if _is_relative(words, place)), None)
    return relative is not None and not any(words.at(place) in _DO for place in range(relative))


def _is_relative(words: DateTokens, place: int) -> bool:
    return words.at(place) in _RELATIVES and words.noun(place - 1)


def _asks_for_the_last(words: DateTokens, found: DateMatch) -> bool:
    """When had they last won before 2024: articles of later days may tell of it."""
    outside = [words.at(place) for place in range(found.start)]
    return found.relation != "" and "had" in outside and "last" in outside


def _dates_an_event(words: DateTokens, found: DateMatch) -> bool:
    """About the meeting on 9 June: the day of the meeting, of which later articles may tell."""
    if words.at(found.start - 1) not in {"in", "on"} or words.at(found.start - 2) not in _OCCASIONS:
        return False
    return words.at(found.start - 3) in NOUN_OPENERS and words.at(found.start - 4) in _TOPIC
