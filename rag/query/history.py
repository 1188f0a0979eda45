"""The earlier turns of a conversation, each with what was cited for it, and the names in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.query.normalize import normalize_question
from rag.query.question_type import question_type
from rag.text.entities import NameLookup, entities
from rag.text.escape import single_line

MAX_EARLIER = 4
MAX_CHARS = 2_000
MAX_CITED = 3
MAX_NAMES = 3
_ASK_FOR_A_NAME = frozenset("who whom whose which what where".split())
_WHO_SOMEBODY_IS = re.compile(
    r"(?:[Aa]nd )?[Ww]ho (?:is|are|was|were) [A-ZÀ-Þ][\w-]*(?:,? (?:and )?[A-ZÀ-Þ][\w-]*)*"
)


@dataclass(frozen=True, slots=True)
class PastTurn:
    """An earlier question of the conversation, and what it was answered with.

    ``answer`` is the quotation that was shown first, ``cited`` are the sentences, best first. Both
    have to come from answers, not from the browser: a page can claim any history.
    """

    question: str
    answer: str = ""
    cited: tuple[str, ...] = ()


History = Sequence[str | PastTurn]


def last_turns(history: History) -> list[PastTurn]:
    """The last ``MAX_EARLIER`` turns, oldest first, cut and without control characters.

    What is neither a text nor an ``PastTurn`` is skipped.
    """
    return [_cut(turn) for turn in history[-MAX_EARLIER:] if isinstance(turn, (str, PastTurn))]


def _cut(turn: str | PastTurn) -> PastTurn:
    if isinstance(turn, str):
        return PastTurn(_clean(turn))
    cited = tuple(_clean(sentence) for sentence in turn.cited[:MAX_CITED])
    return PastTurn(_clean(turn.question), _clean(turn.answer), cited)


def _clean(text: str) -> str:
    return single_line(text[:MAX_CHARS])


def cited_names(turn: PastTurn, asked: str, *, is_name: NameLookup | None = None) -> list[str]:
    """The names that the answer to ``asked`` added to the conversation, at most ``MAX_NAMES``.

    Only where the question asked for a name or had none itself: "she" in "How old is she?" is the
    answer to "Who won?", but Astrow after "When did Astrow win?".

    >>> cited_names(PastTurn("", "", ("It was cut by Hanne Vro.",)), "Who cut the stone?")
    ['Hanne Vro']
    """
    if _names(asked, is_name) and not _asks_for_a_name(asked):
        return []
    present = set(normalize_question(asked).plain.split())
    for text in (turn.answer, *turn.cited):
        new = [name for name in _names(text, is_name) if not _is_named(name, present)]
        if new:
            return list(dict.fromkeys(new))[:MAX_NAMES]
    return []


def mentions(turn: PastTurn, name: str) -> bool:
    """Whether the question, answer or citations contain ``name``, or "Iranian" for "Iran"."""
    words = normalize_question(" ".join((turn.question, turn.answer, *turn.cited))).plain.split()
    return all(
        any(word.startswith(part) for word in words)
        for part in normalize_question(name).plain.split()
    )


def _is_named(name: str, present: set[str]) -> bool:
    """Whether the question has the last word of ``name``: "Sharif" of "Prime Minister Sharif"."""
    words = normalize_question(name).plain.split()
    return not words or words[-1] in present


def _names(text: str, is_name: NameLookup | None) -> list[str]:
    return [found.text for found in entities(text, is_name=is_name) if found.sort == "name"]


def _asks_for_a_name(question: str) -> bool:
    """Whether the answer is a name; that to "Who are Sharif and Pezeshkian?" is not."""
    if _WHO_SOMEBODY_IS.fullmatch(question.strip(" ?.!")):
        return False
    return question_type(question).wants in ("span", "list") and bool(
        _ASK_FOR_A_NAME & set(normalize_question(question).plain.split())
    )
