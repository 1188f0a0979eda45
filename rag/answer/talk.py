"""Earlier questions in; the turns of a talk, each with what it is answered with, out."""

from __future__ import annotations

from collections.abc import Callable

from rag.errors import QuestionError
from rag.query.history import MAX_CITED, MAX_EARLIER, Earlier, History
from rag.types import Answer

Ask = Callable[[str, History], Answer]


def turn_of(question: str, answer: Answer | None) -> Earlier:
    """What a later question may refer to."""
    if answer is None:
        return Earlier(question)
    cited = tuple(one.sentence for one in answer.citations[:MAX_CITED])
    return Earlier(question, answer.text or "", cited)


def answered(history: History, ask: Ask) -> list[Earlier]:
    """The last turns of ``history``; those that are only a question are asked, each after the ones
    before it.

    A question that cannot be asked, as one with an impossible date, stays without an answer. What
    is neither a text nor an ``Earlier`` is skipped.
    """
    turns: list[Earlier] = []
    for one in history[-MAX_EARLIER:]:
        if isinstance(one, Earlier):
            turns.append(one)
        elif isinstance(one, str):
            turns.append(_asked(one, turns, ask))
    return turns


def _asked(question: str, turns: History, ask: Ask) -> Earlier:
    try:
        return turn_of(question, ask(question, tuple(turns)))
    except QuestionError:
        return Earlier(question)
