"""A question, and what was corrected in how it was understood, in; the turns of a talk out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.dates import window_in
from rag.errors import QuestionError, RagError
from rag.question.understand import Corrections, understand
from rag.types import Answer, Kind, Query, Window
from rag.web import answer_text, evidence, words
from rag.web.escape import markdown, one_line
from rag.web.service import Engine, Service

log = logging.getLogger(__name__)

MAX_QUESTION = 2000
REMEMBERED = 20
UNDERSTANDING = "Understanding the question"
_FAILED = "Something went wrong while answering; the terminal shows what. Please try again."


@dataclass(frozen=True, slots=True)
class Correction:
    """What the user changed: the kind, the dates (empty for any time), the words removed.

    ``None`` leaves the kind or the dates as they are understood.
    """

    kind: Kind | None = None
    dates: str | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, the Markdown of its answer, and what the article panel offers for it.

    ``query`` is how it was understood, with ``correction``; ``carried`` are all the words that
    came from earlier questions, also those that were removed since.
    """

    question: str
    reply: str
    offered: evidence.Shown = evidence.NOTHING
    query: Query | None = None
    correction: Correction = Correction()
    carried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns so far, kept here and not taken from the browser; ``at`` is the one shown."""

    turns: tuple[Turn, ...] = ()
    at: int = -1

    @property
    def shown(self) -> Turn | None:
        return self.turns[self.at] if self.turns else None

    def show(self, at: int) -> Conversation:
        """The same with another turn shown, the nearest one to ``at`` that there is."""
        return replace(self, at=min(max(at, 0), len(self.turns) - 1))

    def put(self, turn: Turn, at: int | None) -> Conversation:
        """The same with ``turn`` instead of the one ``at`` that place, or after all others."""
        if at is None:
            turns = (*self.turns, turn)[-REMEMBERED:]
            return Conversation(turns, len(turns) - 1)
        return Conversation((*self.turns[:at], turn, *self.turns[at + 1 :]), at)

    def earlier(self, at: int | None) -> list[str]:
        """The questions before that place, as texts of bounded length."""
        return [turn.question[:MAX_QUESTION] for turn in self.turns[:at]]

    def messages(self) -> list[dict[str, str]]:
        """The conversation for the page."""
        said: list[dict[str, str]] = []
        for turn in self.turns:
            said.append({"role": "user", "content": _asked(turn.question)})
            said.append({"role": "assistant", "content": turn.reply})
        return said


def _asked(question: str) -> str:
    return markdown(one_line(question, limit=MAX_QUESTION))


def waiting(turn: Turn) -> Turn:
    """The turn while it is not answered yet."""
    return replace(turn, reply=answer_text.working(UNDERSTANDING), offered=evidence.NOTHING)


def answering(service: Service, turn: Turn, earlier: Sequence[str], today: date) -> Iterator[Turn]:
    """The turn after every step that answers it; the last one is answered.

    An error becomes the sentence that explains it.
    """
    try:
        with service.lease() as engine:
            yield from _steps(engine, turn, earlier, today)
    except RagError as error:
        yield replace(turn, reply=answer_text.error(str(error)), offered=evidence.NOTHING)
    except Exception:
        log.exception("A question could not be answered")
        yield replace(turn, reply=_FAILED, offered=evidence.NOTHING)


def _steps(engine: Engine, turn: Turn, earlier: Sequence[str], today: date) -> Iterator[Turn]:
    correction = turn.correction
    window = window_of(correction.dates, today) if correction.dates else None
    corrections = Corrections(
        correction.kind, correction.without, undated=correction.dates is not None
    )
    query = understand(
        turn.question, today=today, history=earlier, window=window, corrections=corrections
    ).query
    yield _working(turn, words.searching(query, engine.info.articles))
    yield _working(turn, words.reading(engine.retrieve(query)))
    yield _answered(
        turn,
        engine.ask(
            turn.question, history=earlier, window=window, today=today, corrections=corrections
        ),
        today,
    )


def _working(turn: Turn, told: str) -> Turn:
    return replace(turn, reply=answer_text.working(told), offered=evidence.NOTHING)


def _answered(turn: Turn, answer: Answer, today: date) -> Turn:
    return replace(
        turn,
        reply=answer_text.answer(answer, today),
        offered=evidence.shown(answer),
        query=answer.query,
        carried=tuple(dict.fromkeys((*turn.carried, *answer.query.carried))),
    )


def window_of(dates: str, today: date) -> Window:
    """The days that were typed as dates. Raises QuestionError when they name none."""
    read = window_in(dates, today)
    if read.filters is None or read.subject or read.impossible:
        raise QuestionError(
            f"“{one_line(dates, limit=80)}” names no days; write a day, a month or a year such as "
            "June 2024, or nothing for any time."
        )
    return replace(read.filters, said=dates)
