"""A pronoun in a question in; whether something in the same question binds it out.

Pronouns are bound where English grammar allows it (the binding conditions of Chomsky, "Lectures on
Government and Binding", 1981, in a plain form): "his" by any noun before it, "he" in a clause of
its own by any noun before that, "him" by a noun that is not of its own clause; and, in a clause
that stands first, by the subject of the main one ("After she resigned, where did Lomasz go?").
"""

from __future__ import annotations

from rag.question.marked import MARKS, Words
from rag.text.lexicon import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS

SUBJECTS = frozenset("he she they it".split())
OBJECTS = frozenset("him them theirs hers".split())
POSSESSIVES = frozenset("his her their its".split())
LINKS = frozenset("and but also or".split())
_CLAUSE_WORDS = frozenset(
    "that which who whom when while after before because since if whether although where until as "
    "said says say and but than".split()
)
_RELATIVES = frozenset("that which who whom".split())
_DETERMINERS = frozenset("the a an".split())
_LOCATIVE = frozenset("in on at under near behind inside around".split())
_OPENS_BACKGROUND = PREPOSITIONS | frozenset(
    "when while because if though although once as according following".split()
)


def is_bound(words: Words, number: int) -> bool:
    """Whether the pronoun at ``number`` can stand for something else in the same question."""
    if _is_told_behind(words, number):
        return True
    candidates = _candidates(words, number)
    if _follows_first_auxiliary(words, number):
        return any(_asks_twice(words, one, number) for one in candidates)
    if _is_object(words, number):
        return _is_among_its_parts(words, number) or any(
            _in_another_clause(words, one, number) for one in candidates
        )
    return bool(candidates)


def _is_among_its_parts(words: Words, number: int) -> bool:
    """A stone with names on it, a tram with passengers in it."""
    before = words.plain[:number]
    if words.at(number - 1) not in _LOCATIVE or "with" not in before:
        return False
    return words.contents(range(before.index("with"))) > 0


def _is_told_behind(words: Words, number: int) -> bool:
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


def _is_subject(words: Words, number: int) -> bool:
    return words.named[number] or words.plain[number] in _DETERMINERS


def _asks_twice(words: Words, one: int, number: int) -> bool:
    """Whether a mark, or another question ("and how large is it"), parts the two words."""
    return any(
        words.plain[place] in MARKS
        or (words.plain[place] in LINKS and words.at(place + 1) in QUESTION_WORDS)
        for place in range(one, number)
    )


def _is_object(words: Words, number: int) -> bool:
    word = words.plain[number]
    if word == "it":
        return not _acts(words, number)
    if word == "her":
        return number + 1 == len(words) or not words.is_content(number + 1)
    return word in OBJECTS


def _acts(words: Words, number: int) -> bool:
    """Whether "it" is a subject: "the doses it ordered", "said it will"."""
    between = number + 1 < len(words) and words.is_content(number + 1)
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
    return start < end and _is_subject(words, start)
