"""Near misses: a question with its context in, the question changed so that it has no answer out.

The changes are those that the unanswerable questions of SQuAD 2.0 were found to be made of
(Rajpurkar et al. 2018, table 2): an entity or number exchanged, an antonym, a negation, and a
condition that the text does not meet. What is put in comes from the same article where it can, so
that the changed question still looks as if the passage were about it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_PAIRS = """
first/last earliest/latest largest/smallest biggest/smallest highest/lowest longest/shortest
oldest/youngest oldest/newest most/least best/worst strongest/weakest richest/poorest
fastest/slowest larger/smaller bigger/smaller higher/lower longer/shorter older/younger
more/fewer better/worse stronger/weaker faster/slower greater/lesser earlier/later
before/after during/before since/until above/below over/under inside/outside with/without
north/south northern/southern northeast/southwest northwest/southeast east/west eastern/western
left/right front/back top/bottom upper/lower major/minor male/female men/women boys/girls
father/mother son/daughter brother/sister husband/wife king/queen kings/queens
increase/decrease increased/decreased increasing/decreasing rise/fall rose/fell raise/lower
gain/lose gained/lost win/lose won/lost buy/sell bought/sold begin/end began/ended
start/end started/ended opened/closed opening/closing created/destroyed built/demolished
accepted/rejected accept/reject approved/rejected supported/opposed support/oppose
allowed/banned allow/ban included/excluded include/exclude entered/left joined/left
arrived/departed born/buried hired/fired elected/defeated appointed/dismissed
attacked/defended taught/learned gave/received given/received lent/borrowed import/export
imports/exports imported/exported loved/hated praised/criticised praised/criticized
known/unknown common/rare legal/illegal public/private rural/urban modern/ancient new/old
early/late high/low hot/cold warm/cold wet/dry light/heavy light/dark hard/soft
strong/weak rich/poor young/old long/short large/small big/small positive/negative
internal/external domestic/foreign active/inactive successful/unsuccessful willing/unwilling
possible/impossible required/forbidden always/never agree/disagree agreed/disagreed
like/dislike succeeded/failed survived/died majority/minority maximum/minimum
victory/defeat peace/war ally/enemy allies/enemies advantage/disadvantage
advantages/disadvantages cause/prevent caused/prevented
"""


def _both_ways(pairs: str) -> Mapping[str, Sequence[str]]:
    opposites: dict[str, list[str]] = {}
    for pair in pairs.split():
        one, other = pair.split("/")
        opposites.setdefault(one, []).append(other)
        opposites.setdefault(other, []).append(one)
    return opposites


_OPPOSITES = _both_ways(_PAIRS)
_NAME = re.compile(
    r"(?<![.!?:\"“] )(?<!^)\b[A-Z][\w’'-]*(?:(?: (?:of|the|de|la|van|von|bin|al))* [A-Z][\w’'-]*)*"
)
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_NEGATED = re.compile(
    r"\b(did|does|do|was|were|is|are|has|have|had|can|could|will|would)\b(?! n[o']t)", re.I
)
_TIME = frozenset(
    "January February March April May June July August September October November December "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
)


@dataclass(frozen=True, slots=True)
class _Given:
    """What an edit works on; ``chance`` moves on with every draw."""

    question: str
    context: str
    answers: Sequence[tuple[int, int]]
    others: Sequence[str]
    chance: random.Random


Edit = Callable[[_Given], str | None]


def near_miss(
    question: str,
    context: str,
    answers: Sequence[tuple[int, int]],
    others: Sequence[str],
    chance: random.Random,
) -> str | None:
    """``question`` changed so that ``context`` should not answer it, or None if no change fits.

    ``others`` are names of the same article or collection, drawn from when ``context`` offers none.
    """
    given = _Given(question, context, answers, others, chance)
    edits: list[tuple[Edit, float]] = [
        (_other_name, 4.0),
        (_other_number, 3.0),
        (_opposite, 3.0),
        (_condition, 0.7),
        (_negated, 0.7),
    ]
    while edits:
        edit = chance.choices([e for e, _ in edits], [w for _, w in edits])[0]
        changed = edit(given)
        if changed is not None and changed != question:
            return changed
        edits = [(e, w) for e, w in edits if e is not edit]
    return None


def names(text: str) -> list[str]:
    """Names in ``text``, as runs of capitalised words that do not begin a sentence."""
    return list(dict.fromkeys(match.group() for match in _NAME.finditer(text)))


def _other_name(given: _Given) -> str | None:
    question, chance = given.question, given.chance
    asked = [name for name in names(question) if name.split()[0] not in _TIME]
    if not asked:
        return None
    old = chance.choice(asked)
    near = "".join(_sentence(given.context, start) for start, _ in given.answers[:1])
    fits = [name for name in names(given.context) if _exchangeable(name, old, question, near)]
    if not fits or chance.random() < 0.2:
        drawn = _some_others(given)
        fits += [name for name in drawn if _exchangeable(name, old, question, given.context)]
    return question.replace(old, chance.choice(fits)) if fits else None


def _some_others(given: _Given) -> list[str]:
    return given.chance.sample(given.others, min(20, len(given.others)))


def _exchangeable(name: str, old: str, question: str, near: str) -> bool:
    return (
        abs(len(name.split()) - len(old.split())) <= 1
        and name.split()[0] not in _TIME
        and len(name) > 2
        and name.casefold() not in f"{question} {near}".casefold()
        and not set(name.casefold().split()) & set(old.casefold().split())
    )


def _other_number(given: _Given) -> str | None:
    question, chance = given.question, given.chance
    asked = _NUMBER.findall(question)
    months = [word for word in question.replace("?", " ").split() if word in _TIME]
    if months and (not asked or chance.random() < 0.5):
        old = chance.choice(months)
        return question.replace(old, chance.choice(sorted(_alike(old))))
    if not asked:
        return None
    old = chance.choice(asked)
    told = set(_NUMBER.findall(given.context))
    fits = [number for number in told if len(number) == len(old) and number not in question]
    if fits and chance.random() < 0.6:
        return question.replace(old, chance.choice(sorted(fits)))
    return question.replace(old, _shifted(old, chance))


def _alike(word: str) -> frozenset[str]:
    days = frozenset(name for name in _TIME if name.endswith("day"))
    return (days if word in days else _TIME - days) - {word}


def _shifted(number: str, chance: random.Random) -> str:
    digits = [i for i, character in enumerate(number) if character.isdigit()]
    place = chance.choice(digits[-2:])
    other = chance.choice([d for d in "123456789" if d != number[place]])
    return number[:place] + other + number[place + 1 :]


def _opposite(given: _Given) -> str | None:
    question = given.question
    found = [match for match in re.finditer(r"[a-z]+", question) if match.group() in _OPPOSITES]
    if not found:
        return None
    match = given.chance.choice(found)
    other = given.chance.choice(_OPPOSITES[match.group()])
    return f"{question[: match.start()]}{other}{question[match.end() :]}"


def _condition(given: _Given) -> str | None:
    question, context, chance = given.question, given.context, given.chance
    stem, mark = (question[:-1].rstrip(), "?") if question.endswith("?") else (question, "")
    if chance.random() < 0.5:
        year = str(chance.randint(1850, 2024))
        return None if year in context or _NUMBER.search(question) else f"{stem} in {year}{mark}"
    fits = [name for name in _some_others(given) if name not in context]
    return f"{stem} {chance.choice(['in', 'by', 'for', 'from'])} {fits[0]}{mark}" if fits else None


def _negated(given: _Given) -> str | None:
    question = given.question
    match = _NEGATED.search(question)
    if match is None or match.start() == 0:
        return None
    rest = question[match.end() :]
    if match.group().lower() in {"did", "do", "does", "can", "could", "will", "would"}:
        subject = re.match(r" (?:the |a |an )?[\w’'-]+", rest)
        cut = match.end() + (subject.end() if subject else 0)
        return f"{question[:cut]} not{question[cut:]}"
    return f"{question[: match.end()]} {given.chance.choice(['not', 'never'])}{rest}"


def _sentence(context: str, place: int) -> str:
    """Roughly the sentence of ``context`` that ``place`` lies in."""
    start = max(context.rfind(mark, 0, place) for mark in (". ", "? ", "! ", "\n"))
    end = context.find(". ", place)
    return context[start + 1 : end if end >= 0 else len(context)]
