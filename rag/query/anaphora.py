"""Finds the anaphors of a question: the words that refer to something in an earlier turn.

A pronoun whose antecedent may stand in the same question ("Did Dar say he left?"), and an "it" that
stands for nothing ("Is it true that …?"), are none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.query.normalize import normalize_question
from rag.text.entities import NameLookup, entities
from rag.text.lexicon import (
    ARTICLES,
    AUXILIARIES,
    FUNCTION_WORDS,
    POSSESSIVE_DETERMINERS,
    PREPOSITIONS,
    QUESTION_WORDS,
    SUBJECT_PRONOUNS,
    is_plural,
    word_set,
)

MARKS = frozenset(",;:.?!")
_PARTICLES = frozenset("out up off on".split())


@dataclass(frozen=True, slots=True)
class MarkedWords:
    """A question's plain words; ``named`` says of each whether it belongs to a name or quote."""

    plain: tuple[str, ...]
    named: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.plain)

    def at(self, number: int) -> str:
        """The word at ``number``, or a full stop outside."""
        return self.plain[number] if 0 <= number < len(self.plain) else "."

    def is_content(self, number: int) -> bool:
        """Whether the word means something by itself."""
        return self.named[number] or (
            self.plain[number] not in FUNCTION_WORDS and self.plain[number] not in MARKS
        )

    def contents(self, numbers: Iterable[int]) -> int:
        """How many of the words at ``numbers`` mean something by themselves."""
        return sum(map(self.is_content, numbers))

    def placed(self, numbers: Iterable[int]) -> bool:
        """Whether a preposition brings in something there: "in the Kellbeck accident"."""
        return any(
            self.plain[number] in PREPOSITIONS
            and not (self.plain[number] in _PARTICLES and not self._is_noun_phrase(number + 1))
            and self.contents(range(number + 1, len(self))) > 0
            for number in numbers
        )

    def _is_noun_phrase(self, number: int) -> bool:
        return number < len(self) and (self.named[number] or self.plain[number] in ("the", "a"))


def mark_words(question: str, *, is_name: NameLookup | None = None) -> MarkedWords:
    """The plain words of ``question``, names found as ``entities`` finds them."""
    spelled = normalize_question(question)
    names = [found for found in entities(question, is_name=is_name) if found.sort != "number"]
    named = tuple(
        any(name.start < end and start < name.end for name in names) for start, end in spelled.spans
    )
    return MarkedWords(tuple(spelled.plain.split(" ")) if spelled.plain else (), named)


_LINKING_VERBS = frozenset(
    "is was are were be been seem seems seemed appear appears feel feels felt".split()
)
_CLAUSES = frozenset("that whether who if".split())
_EFFORT = frozenset("take takes took cost costs need needs require".split())
_WEATHER = frozenset(
    "rain rains rained raining snow snows snowed snowing hail hailed freeze freezes froze thunder "
    "thundered".split()
)
_SAID_OF_CLAUSES = frozenset(
    "true right correct possible clear known likely legal illegal safe necessary certain said "
    "reported believed expected worth time".split()
)
# These and "to" tell of what "it" will do: was it going to sink?
_OF_THINGS = frozenset(
    "going due set about supposed expected planned able allowed likely meant used scheduled ready "
    "intended forced ordered".split()
)


def is_expletive(words: MarkedWords, number: int) -> bool:
    """Whether the "it" at ``number`` stands for nothing that was said before."""
    behind = words.at(number + 1)
    if behind in _EFFORT and "to" in words.plain[number:]:
        return True
    if behind in _WEATHER or (behind in AUXILIARIES and words.at(number + 2) in _WEATHER):
        return True
    if behind in ("is", "was") and words.at(number + 2) in _SAID_OF_CLAUSES | {"like", "a", "an"}:
        return True
    if {words.at(number - 1), behind} & _LINKING_VERBS or words.at(number - 1) == "has":
        return _stands_for_clause(words, number) or _stands_for_complement(words, number)
    return False


def _stands_for_clause(words: MarkedWords, number: int) -> bool:
    """Is it likely that, has it been decided who, was it the storm that; not: did it say that."""
    rest = words.plain[number + 1 :]
    for place, word in enumerate(rest, number + 1):
        if word in _CLAUSES:
            return True
        if word == "to":
            return place > number + 1 and words.plain[place - 1] not in _OF_THINGS
    return False


def _stands_for_complement(words: MarkedWords, number: int) -> bool:
    """Is it safe in Quillen, was it a meeting of ministers in Cairo."""
    found = words.at(number + 1) in _SAID_OF_CLAUSES | {"a", "an", "the"}
    return found and any(words.named[number:])


# Of the third person; the speaker and the program need no antecedent. "It" is a subject here and
# "her" a possessive, whatever they are in the question; ``_is_object`` looks again.
_OTHER_PERSONS = word_set("i you we my your our")
SUBJECTS = SUBJECT_PRONOUNS - _OTHER_PERSONS
POSSESSIVES = POSSESSIVE_DETERMINERS - _OTHER_PERSONS
OBJECTS = word_set("him them theirs hers")
LINKS = frozenset("and but also or".split())
_CLAUSE_WORDS = frozenset(
    "that which who whom when while after before because since if whether although where until as "
    "said says say and but than".split()
)
_RELATIVES = frozenset("that which who whom".split())
_LOCATIVE = frozenset("in on at under near behind inside around".split())
_OPENS_BACKGROUND = PREPOSITIONS | frozenset(
    "when while because if though although once as according following".split()
)


def is_bound(words: MarkedWords, number: int) -> bool:
    """Whether the pronoun at ``number`` can stand for something else in the same question."""
    if _is_cataphoric(words, number):
        return True
    candidates = _candidates(words, number)
    if _follows_first_auxiliary(words, number):
        return any(_asks_twice(words, one, number) for one in candidates)
    if _is_object(words, number):
        return _is_among_its_parts(words, number) or any(
            _in_another_clause(words, one, number) for one in candidates
        )
    return bool(candidates)


def _is_among_its_parts(words: MarkedWords, number: int) -> bool:
    """A stone with names on it, a tram with passengers in it."""
    before = words.plain[:number]
    if words.at(number - 1) not in _LOCATIVE or "with" not in before:
        return False
    return words.contents(range(before.index("with"))) > 0


def _is_cataphoric(words: MarkedWords, number: int) -> bool:
    """Whether it stands in an opening clause, and the main clause behind the comma has a subject.

    "In his letter, what does the chairman say?"; not "After he left, who took over the office?".
    """
    if words.at(0) not in _OPENS_BACKGROUND or "," not in words.plain[number:]:
        return False
    if any(words.is_content(one) and not _is_source(words, one) for one in range(number)):
        return False
    if "," in words.plain[:number]:
        return False
    main = range(words.plain.index(",", number) + 1, len(words))
    first = next((place for place in main if words.plain[place] in AUXILIARIES), len(words))
    return first + 1 < len(words) and _is_subject(words, first + 1)


def _is_subject(words: MarkedWords, number: int) -> bool:
    return words.named[number] or words.plain[number] in ARTICLES


def _asks_twice(words: MarkedWords, one: int, number: int) -> bool:
    """Whether a mark, or another question ("and how large is it"), parts the two words."""
    return any(
        words.plain[place] in MARKS
        or (words.plain[place] in LINKS and words.at(place + 1) in QUESTION_WORDS)
        for place in range(one, number)
    )


def _is_object(words: MarkedWords, number: int) -> bool:
    word = words.plain[number]
    if word == "it":
        return not _acts(words, number)
    if word == "her":
        return number + 1 == len(words) or not words.is_content(number + 1)
    return word in OBJECTS


def _acts(words: MarkedWords, number: int) -> bool:
    """Whether "it" is a subject: "the doses it ordered", "said it will"."""
    between = number + 1 < len(words) and words.is_content(number + 1)
    return words.at(number + 1) in AUXILIARIES or (between and words.is_content(number - 1))


def _candidates(words: MarkedWords, number: int) -> list[int]:
    """Earlier words that a pronoun may stand for; not the source in "according to the UN,"."""
    return [
        one
        for one in range(number)
        if words.is_content(one) and not _is_source(words, one) and not words.plain[one].isdigit()
    ]


def _is_source(words: MarkedWords, number: int) -> bool:
    return "according" in words.plain[max(0, number - 4) : number + 1]


def _follows_first_auxiliary(words: MarkedWords, number: int) -> bool:
    """Whether the pronoun opens the subject of the question: "what did her father lose"."""
    first = next((n for n, word in enumerate(words.plain) if word in AUXILIARIES), None)
    return first is not None and number - first in ({1, 2} if words.at(first + 1) == "not" else {1})


def _in_another_clause(words: MarkedWords, one: int, number: int) -> bool:
    """Whether a clause begins between them, and the word at ``one`` is not its subject."""
    for boundary in range(one + 1, number):
        if words.plain[boundary] in _CLAUSE_WORDS:
            together = all(words.is_content(next_) for next_ in range(one, boundary))
            own_subject = together and words.plain[boundary] in _RELATIVES
            return not own_subject or _has_subject(words, boundary + 1, number)
    return False


def _has_subject(words: MarkedWords, start: int, end: int) -> bool:
    """Whether the clause names who acts: "that Rell phoned him", not "that died with him"."""
    return start < end and _is_subject(words, start)


_AUXILIARY_FORMS = frozenset(
    "is are was were be been being had has have will would can could".split()
)
_ALWAYS_THERE = frozenset(
    "articles reports stories texts pages documents collection archive time day night morning "
    "evening afternoon week weekend month season spring summer autumn winter year decade century "
    "point moment".split()
)
_COMPARING = frozenset("else other others another same ones".split())
_COMPARED_WITH = frozenset("each one two both either besides than".split())
_BEFORE_PLACES = frozenset("in at near from to into outside".split())
_AT_A_PLACE = frozenset("in on at near".split())


def anaphors(words: MarkedWords) -> tuple[str, ...]:
    """The words that point to an earlier turn, in order; none when the question stands alone.

    >>> from rag.query.anaphora import mark_words
    >>> anaphors(mark_words("When did he say that?")), anaphors(mark_words("Did Dar say he left?"))
    (('he', 'that'), ())
    """
    found = [words.plain[number] for number in range(len(words)) if _is_anaphor(words, number)]
    return tuple(found) or _unfinished(words)


def _is_anaphor(words: MarkedWords, number: int) -> bool:
    word = words.plain[number]
    if words.named[number]:
        return False
    if word in ("this", "that", "these", "those"):
        return _is_demonstrative(words, number)
    if word == "there":
        return _is_place(words, number)
    if word == "it" and is_expletive(words, number):
        return False
    if word in SUBJECTS | OBJECTS | POSSESSIVES:
        return not is_bound(words, number)
    if word in ("former", "latter"):
        return words.at(number + 1) in MARKS | AUXILIARIES
    if word in _COMPARING:
        return not _is_compared_inside(words, number)
    return word == "then" and words.at(number + 1) in MARKS and number > 1


def _is_compared_inside(words: MarkedWords, number: int) -> bool:
    """Whether what "other" or "same" is compared with, or where it is, stands in the question."""
    if any(words.named) or _COMPARED_WITH & set(words.plain[:number]) or "than" in words.plain:
        return True
    return words.placed(range(number + 1, len(words)))


def _is_demonstrative(words: MarkedWords, number: int) -> bool:
    """Whether "that" stands for something, rather than joining a clause or marking the day."""
    word, before, after = (words.at(number + step) for step in (0, -1, 1))
    if after.removesuffix("'s") in _ALWAYS_THERE:
        return False
    if after not in AUXILIARIES and any(words.named[number + 1 : number + 5]):
        return False
    if word == "this" and any(words.named):
        return after in MARKS or after in AUXILIARIES
    if word == "those" and _is_group(after):
        return False
    if _describes_itself(words, number) or _refers_to_clause(words, number):
        return False
    if word != "that" or after in MARKS or number == 0:
        return True
    joins = before not in AUXILIARIES and before not in PREPOSITIONS and before not in LINKS
    return not joins and after not in SUBJECTS


def _is_group(after: str) -> bool:
    """Those who, those in the mine, those over 60, those rescued."""
    found = after in PREPOSITIONS or after in ("who", "whose", "that", "aged", "hurt", "born")
    return found or (len(after) > 4 and after.endswith(("ed", "en")))


def _describes_itself(words: MarkedWords, number: int) -> bool:
    """Whether what is meant comes after it: "that lunch at which he warned"."""
    return any(word in ("which", "that", "who", "where") for word in words.plain[number + 2 :][:3])


def _refers_to_clause(words: MarkedWords, number: int) -> bool:
    """Whether "that" is the clause before it: "When people had to boil water, where was that?"."""
    marks = [one for one in range(number) if words.plain[one] in MARKS]
    return bool(marks) and words.contents(range(marks[-1])) > 2


def _is_place(words: MarkedWords, number: int) -> bool:
    """Whether "there" is a place told elsewhere: not "were there any", "there on the island"."""
    if any(words.named[one] and words.at(one - 1) in _BEFORE_PLACES for one in range(len(words))):
        return False
    before, after = words.at(number - 1), words.at(number + 1)
    if after in _AT_A_PLACE and words.placed([number + 1]):
        return False
    return after not in _AUXILIARY_FORMS and (
        before not in _AUXILIARY_FORMS or words.at(number - 2) == "who"
    )


def _unfinished(words: MarkedWords) -> tuple[str, ...]:
    """Words that show that something was left out though nothing points to it."""
    plain = words.plain
    if any(words.named):
        return ()
    if plain[:1] and plain[0] in LINKS:
        return plain[:1]
    for opening in (("how", "many"), ("which", "ones"), ("which", "one")):
        if plain[:2] == opening and _lacks_its_noun(words):
            return opening
    return ()


def _lacks_its_noun(words: MarkedWords) -> bool:
    """Whether neither what is counted is told nor where: "how many came out alive"."""
    after = words.at(2)
    if is_plural(after) or is_plural(words.at(3)) or (after in MARKS):
        return False
    found = words.placed(range(2, len(words)))
    return not found and (after in AUXILIARIES or words.contents(range(len(words))) <= 2)
