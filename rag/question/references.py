"""Does a question stand alone? A question in, the words in it that point to an earlier one out.

Pronouns are bound inside a question where English grammar allows it (the binding conditions of
Chomsky, "Lectures on Government and Binding", 1981, in a plain form): "his" by any noun before it,
"he" in a clause of its own by any noun before that, "him" by a noun that is not of its own clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.question.entities import Known, entities
from rag.question.plurals import is_plural
from rag.question.wording import AUXILIARIES, FUNCTION_WORDS, PREPOSITIONS, wording

_SUBJECTS = frozenset("he she they it".split())
_OBJECTS = frozenset("him them theirs hers".split())
_POSSESSIVES = frozenset("his her their its".split())
_CLAUSE_WORDS = frozenset(
    "that which who whom when while after before because since if whether although where until as "
    "said says say and but than".split()
)
_RELATIVES = frozenset("that which who whom".split())
_MARKS = frozenset(",;:.?!")
_BE = frozenset("is are was were be been being had has have will would can could".split())
_ALWAYS_THERE = frozenset(
    "articles reports stories texts pages documents collection archive time day night morning "
    "evening afternoon week weekend month season spring summer autumn winter year decade century "
    "point moment".split()
)
_WEATHER_AND_TRUTH = frozenset(
    "true right correct possible clear known likely legal illegal safe necessary raining snowing "
    "a an the like rain snow still certain said reported believed expected too worth time".split()
)
_LINKS = frozenset("and but also or".split())
_TWINS = frozenset("else other others another same ones".split())
_PLACED = frozenset("in at near from to into outside".split())


@dataclass(frozen=True, slots=True)
class Words:
    """A question's plain words; ``named`` says of each whether it belongs to a name or quote."""

    plain: tuple[str, ...]
    named: tuple[bool, ...]

    def at(self, number: int) -> str:
        """The word at ``number``, or a full stop outside."""
        return self.plain[number] if 0 <= number < len(self.plain) else "."

    def is_content(self, number: int) -> bool:
        """Whether the word means something by itself."""
        return self.named[number] or (
            self.plain[number] not in FUNCTION_WORDS and self.plain[number] not in _MARKS
        )


def words_of(question: str, *, known: Known | None = None) -> Words:
    """The plain words of ``question``, names found as ``entities`` finds them."""
    spelled = wording(question)
    names = [found for found in entities(question, known=known) if found.sort != "number"]
    named = tuple(
        any(name.start < end and start < name.end for name in names) for start, end in spelled.spans
    )
    return Words(tuple(spelled.plain.split(" ")) if spelled.plain else (), named)


def pointers(words: Words) -> tuple[str, ...]:
    """The words that point to an earlier question, in order; none when it stands alone.

    >>> pointers(words_of("When did he say that?")), pointers(words_of("Did Dar say he left?"))
    (('he', 'that'), ())
    """
    found = [words.plain[number] for number in range(len(words.plain)) if _points(words, number)]
    return tuple(found) or _unfinished(words)


def _points(words: Words, number: int) -> bool:
    word = words.plain[number]
    if words.named[number]:
        return False
    if word in ("this", "that", "these", "those"):
        return _is_demonstrative(words, number)
    if word == "there":
        return _is_place(words, number)
    if word == "it" and _is_empty_it(words, number):
        return False
    if word in _SUBJECTS | _OBJECTS | _POSSESSIVES:
        return not _is_bound(words, number)
    if word in ("former", "latter"):
        return words.at(number + 1) in _MARKS | AUXILIARIES
    if word in _TWINS:
        return not any(words.named) and "besides" not in words.plain and "than" not in words.plain
    return word == "then" and words.at(number + 1) in _MARKS and number > 1


def _is_demonstrative(words: Words, number: int) -> bool:
    """Whether "that" stands for something, rather than joining a clause or marking the day."""
    word, before, after = (words.at(number + step) for step in (0, -1, 1))
    if after.removesuffix("'s") in _ALWAYS_THERE:
        return False
    if after not in AUXILIARIES and any(words.named[number + 1 : number + 5]):
        return False
    if word == "this" and any(words.named):
        return after in _MARKS or after in AUXILIARIES
    if word == "those" and after in ("who", "that", "of", "in", "killed"):
        return False
    if _describes_itself(words, number) or _is_told_before(words, number):
        return False
    if word != "that" or after in _MARKS or number == 0:
        return True
    joins = before not in AUXILIARIES and before not in PREPOSITIONS and before not in _LINKS
    return not joins and after not in _SUBJECTS


def _describes_itself(words: Words, number: int) -> bool:
    """Whether what is meant comes after it: "that lunch at which he warned"."""
    return any(word in ("which", "that", "who", "where") for word in words.plain[number + 2 :][:3])


def _is_told_before(words: Words, number: int) -> bool:
    """Whether "that" is the clause before it: "When people had to boil water, where was that?"."""
    commas = [one for one in range(number) if words.plain[one] == ","]
    return bool(commas) and sum(words.is_content(one) for one in range(commas[-1])) > 2


def _is_place(words: Words, number: int) -> bool:
    """Whether "there" is a place told elsewhere: not "were there any survivors"."""
    if any(words.named[one] and words.at(one - 1) in _PLACED for one in range(number)):
        return False
    before, after = words.at(number - 1), words.at(number + 1)
    return after not in _BE and (before not in _BE or words.at(number - 2) == "who")


def _is_empty_it(words: Words, number: int) -> bool:
    """Whether "it" stands for nothing: "is it true", "how long did it take the men to"."""
    if words.at(number + 1) in ("take", "cost", "need") and "to" in words.plain[number:]:
        return True
    if words.at(number + 1) in ("is", "was") and words.at(number + 2) in _WEATHER_AND_TRUTH:
        return True
    if words.at(number - 1) not in AUXILIARIES:
        return False
    return words.at(number + 1) in ("rain", "snow", "raining", "snowing", "true") or (
        words.at(number + 1) in _WEATHER_AND_TRUTH
        and any(words.is_content(later) for later in range(number + 2, len(words.plain)))
        and any(words.named[number:])
    )


def _is_bound(words: Words, number: int) -> bool:
    """Whether the pronoun at ``number`` can stand for something earlier in the same question."""
    candidates = _candidates(words, number)
    if _follows_first_auxiliary(words, number):
        return any("," in words.plain[one:number] for one in candidates)
    if _is_object(words, number):
        return any(_in_another_clause(words, one, number) for one in candidates)
    return bool(candidates)


def _is_object(words: Words, number: int) -> bool:
    word = words.plain[number]
    if word == "it":
        return not _acts(words, number)
    if word == "her":
        return number + 1 == len(words.plain) or not words.is_content(number + 1)
    return word in _OBJECTS


def _acts(words: Words, number: int) -> bool:
    """Whether "it" is a subject: "the doses it ordered", "said it will"."""
    between = number + 1 < len(words.plain) and words.is_content(number + 1)
    return words.at(number + 1) in AUXILIARIES or (between and words.is_content(number - 1))


def _candidates(words: Words, number: int) -> list[int]:
    """Earlier words that a pronoun may stand for; not the source in "according to the UN,"."""
    return [
        one
        for one in range(number)
        if words.is_content(one) and not _is_source(words, one) and not words.plain[one].isdigit()
    ]


def _is_source(words: Words, number: int) -> bool:
    return "according" in words.plain[max(0, number - 4) : number + 1]


def _follows_first_auxiliary(words: Words, number: int) -> bool:
    """Whether the pronoun opens the subject of the question: "what did her father lose"."""
    first = next((n for n, word in enumerate(words.plain) if word in AUXILIARIES), None)
    return first is not None and number - first in ({1, 2} if words.at(first + 1) == "not" else {1})


def _in_another_clause(words: Words, one: int, number: int) -> bool:
    """Whether a clause begins between them, and the word at ``one`` is not its subject."""
    for boundary in range(one + 1, number):
        if words.plain[boundary] in _CLAUSE_WORDS:
            together = all(words.is_content(next_) for next_ in range(one, boundary))
            own_subject = together and words.plain[boundary] in _RELATIVES
            return not own_subject or _has_subject(words, boundary + 1, number)
    return False


def _has_subject(words: Words, start: int, end: int) -> bool:
    """Whether the clause names who acts: "that Rell phoned him", not "that died with him"."""
    return start < end and (words.named[start] or words.plain[start] in ("the", "a", "an"))


def _unfinished(words: Words) -> tuple[str, ...]:
    """Words that show that something was left out though nothing points to it."""
    plain = words.plain
    if any(words.named):
        return ()
    if plain[:1] and plain[0] in _LINKS:
        return plain[:1]
    for opening in (("how", "many"), ("which", "ones"), ("which", "one")):
        if plain[:2] == opening and _lacks_its_noun(words):
            return opening
    return ()


def _lacks_its_noun(words: Words) -> bool:
    """Whether neither what is counted is told nor where: "how many came out alive"."""
    after = words.at(2)
    if is_plural(after) or is_plural(words.at(3)) or (after in _MARKS):
        return False
    told = _told(words, range(2, len(words.plain)))
    return not told and (after in AUXILIARIES or sum(map(words.is_content, _all(words))) <= 2)


def _all(words: Words) -> Sequence[int]:
    return range(len(words.plain))


def _told(words: Words, numbers: Iterable[int]) -> bool:
    """Whether a preposition brings in something: "in the Kellbeck accident"."""
    return any(
        words.plain[number] in PREPOSITIONS
        and any(words.is_content(later) for later in range(number + 1, len(words.plain)))
        and words.plain[number] not in ("out", "up", "off", "on")
        for number in numbers
    )
