"""Does a question stand alone? Its words in, those that point to an earlier turn out."""

from __future__ import annotations

from rag.question.binding import LINKS, OBJECTS, POSSESSIVES, SUBJECTS, is_bound
from rag.question.expletive import is_expletive
from rag.question.marked import MARKS, Words
from rag.text.lexicon import AUXILIARIES, PREPOSITIONS, is_plural

_BE = frozenset("is are was were be been being had has have will would can could".split())
_ALWAYS_THERE = frozenset(
    "articles reports stories texts pages documents collection archive time day night morning "
    "evening afternoon week weekend month season spring summer autumn winter year decade century "
    "point moment".split()
)
_TWINS = frozenset("else other others another same ones".split())
_TWINS_HERE = frozenset("each one two both either besides than".split())
_PLACED = frozenset("in at near from to into outside".split())
_AT_A_PLACE = frozenset("in on at near".split())


def pointers(words: Words) -> tuple[str, ...]:
    """The words that point to an earlier turn, in order; none when the question stands alone.

    >>> from rag.question.marked import words_of
    >>> pointers(words_of("When did he say that?")), pointers(words_of("Did Dar say he left?"))
    (('he', 'that'), ())
    """
    found = [words.plain[number] for number in range(len(words)) if _points(words, number)]
    return tuple(found) or _unfinished(words)


def _points(words: Words, number: int) -> bool:
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
    if word in _TWINS:
        return not _has_its_twin(words, number)
    return word == "then" and words.at(number + 1) in MARKS and number > 1


def _has_its_twin(words: Words, number: int) -> bool:
    """Whether what "other" or "same" is compared with, or where it is, stands in the question."""
    if any(words.named) or _TWINS_HERE & set(words.plain[:number]) or "than" in words.plain:
        return True
    return words.placed(range(number + 1, len(words)))


def _is_demonstrative(words: Words, number: int) -> bool:
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
    if _describes_itself(words, number) or _is_told_before(words, number):
        return False
    if word != "that" or after in MARKS or number == 0:
        return True
    joins = before not in AUXILIARIES and before not in PREPOSITIONS and before not in LINKS
    return not joins and after not in SUBJECTS


def _is_group(after: str) -> bool:
    """Those who, those in the mine, those over 60, those rescued."""
    told = after in PREPOSITIONS or after in ("who", "whose", "that", "aged", "hurt", "born")
    return told or (len(after) > 4 and after.endswith(("ed", "en")))


def _describes_itself(words: Words, number: int) -> bool:
    """Whether what is meant comes after it: "that lunch at which he warned"."""
    return any(word in ("which", "that", "who", "where") for word in words.plain[number + 2 :][:3])


def _is_told_before(words: Words, number: int) -> bool:
    """Whether "that" is the clause before it: "When people had to boil water, where was that?"."""
    marks = [one for one in range(number) if words.plain[one] in MARKS]
    return bool(marks) and words.contents(range(marks[-1])) > 2


def _is_place(words: Words, number: int) -> bool:
    """Whether "there" is a place told elsewhere: not "were there any", "there on the island"."""
    if any(words.named[one] and words.at(one - 1) in _PLACED for one in range(len(words))):
        return False
    before, after = words.at(number - 1), words.at(number + 1)
    if after in _AT_A_PLACE and words.placed([number + 1]):
        return False
    return after not in _BE and (before not in _BE or words.at(number - 2) == "who")


def _unfinished(words: Words) -> tuple[str, ...]:
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


def _lacks_its_noun(words: Words) -> bool:
    """Whether neither what is counted is told nor where: "how many came out alive"."""
    after = words.at(2)
    if is_plural(after) or is_plural(words.at(3)) or (after in MARKS):
        return False
    told = words.placed(range(2, len(words)))
    return not told and (after in AUXILIARIES or words.contents(range(len(words))) <= 2)
