"""The conversation: its turns, how each was understood, and the steps that answer it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from rag.answer.engine import Answered, AskOptions, Engine, Retrieved
from rag.answer.pipeline import turn_of
from rag.dates.windows import infer_window
from rag.errors import QuestionError, RagError
from rag.query.history import History, PastTurn
from rag.query.understand import Corrections, Understood
from rag.service import Service
from rag.text.escape import markdown, one_line
from rag.types import Answer, Kind, Query, Window
from rag.web import coverage, markup, source_panel

log = logging.getLogger(__name__)

MAX_QUESTION = 2000
REMEMBERED = 20
STORIES = ("timeline", "latest", "summary")
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
    came from earlier turns, also those that were removed since. ``answer`` was given on ``today``.
    While ``waiting``, ``reply`` shows the progress; ``begun`` says that somebody works on it. Only
    when ``answered`` does ``reply`` show ``answer``; else that is the answer of before.
    """

    question: str
    reply: str = ""
    offered: source_panel.PanelContent = source_panel.NOTHING
    answer: Answer | None = None
    today: date | None = None
    coverage: coverage.Coverage = coverage.NOTHING
    correction: Correction = Correction()
    carried: tuple[str, ...] = ()
    waiting: bool = False
    begun: bool = False
    answered: bool = False

    @property
    def query(self) -> Query | None:
        """How the question was understood, with ``correction``."""
        return None if self.answer is None else self.answer.query

    @property
    def earlier(self) -> PastTurn:
        """What a later question may refer to: texts of bounded length."""
        return turn_of(self.question[:MAX_QUESTION], self.answer)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns so far, stored here and never taken from the browser."""

    turns: tuple[Turn, ...] = ()

    @property
    def waiting(self) -> tuple[int, ...]:
        """The places of the turns that are still to be answered."""
        return tuple(at for at, turn in enumerate(self.turns) if turn.waiting)

    @property
    def unbegun(self) -> tuple[int, ...]:
        """The places of those that nobody works on yet."""
        return tuple(at for at in self.waiting if not self.turns[at].begun)

    def turn(self, at: int) -> Turn | None:
        """The turn at a place, if there is one."""
        return self.turns[at] if 0 <= at < len(self.turns) else None

    def put(self, turn: Turn, at: int | None) -> Conversation:
        """The same with ``turn`` instead of the one ``at`` that place, or after all others."""
        if at is None:
            return Conversation((*self.turns, turn)[-REMEMBERED:])
        return Conversation((*self.turns[:at], turn, *self.turns[at + 1 :]))

    def stopped(self, reply: str) -> Conversation:
        """The same with ``reply`` below every question that still waits."""
        return Conversation(
            tuple(_stopped_turn(turn, reply) if turn.waiting else turn for turn in self.turns)
        )

    def earlier(self, at: int | None) -> list[PastTurn]:
        """The turns before that place, each with what it was answered with."""
        return [turn.earlier for turn in self.turns[:at]]

    def messages(self) -> list[dict[str, str]]:
        """The conversation for the page."""
        messages: list[dict[str, str]] = []
        for turn in self.turns:
            messages.append({"role": "user", "content": _question_markdown(turn.question)})
            messages.append({"role": "assistant", "content": turn.reply})
        return messages


def _question_markdown(question: str) -> str:
    return markdown(one_line(question, limit=MAX_QUESTION))


def _stopped_turn(turn: Turn, reply: str) -> Turn:
    return replace(_without_answer(turn), reply=reply, waiting=False)


def _without_answer(turn: Turn) -> Turn:
    """The turn without the panel and the plot of its former answer."""
    return replace(turn, offered=source_panel.NOTHING, coverage=coverage.NOTHING, answered=False)


def as_waiting(turn: Turn) -> Turn:
    """The turn before anybody has begun to answer it."""
    return replace(_turn_in_progress(turn, UNDERSTANDING), begun=False)


def answer_turn(
    service: Service, conversation: Conversation, at: int, today: date
) -> Iterator[Conversation]:
    """The conversation after every step that answers the turn at a place.

    Whoever closes the iterator stops the work, and the engine is given back at once.
    """
    turn = conversation.turns[at]
    for step in answer_steps(service, turn, conversation.earlier(at), today):
        yield conversation.put(step, at)


def answer_steps(service: Service, turn: Turn, earlier: History, today: date) -> Iterator[Turn]:
    """The turn after every step that answers it; the last one is answered.

    An error becomes the sentence that explains it.
    """
    try:
        with service.lease() as engine:
            yield from _steps(engine, turn, earlier, today)
    except RagError as error:
        yield _stopped_turn(turn, markup.error_message(str(error)))
    except Exception:
        log.exception("A question could not be answered")
        yield _stopped_turn(turn, _FAILED)


def _steps(engine: Engine, turn: Turn, earlier: History, today: date) -> Iterator[Turn]:
    correction = turn.correction
    newest = engine.info.newest_article
    options = AskOptions(
        window=window_of(correction.dates, today, newest) if correction.dates else None,
        today=today,
        corrections=Corrections(
            correction.kind, correction.without, undated=correction.dates is not None
        ),
        history=earlier,
    )
    for stage in engine.asking(turn.question, options):
        if isinstance(stage, Answered):
            yield _turn_answered(turn, stage, today)
        else:
            yield _turn_in_progress(turn, _stage_message(stage, engine))


def _stage_message(stage: Understood | Retrieved, engine: Engine) -> str:
    """What is done next, after a stage."""
    if isinstance(stage, Retrieved):
        return markup.reading(stage.hits)
    return markup.searching(stage.query, engine.info.articles)


def _turn_in_progress(turn: Turn, message: str) -> Turn:
    reply = markup.progress_message(message)
    return replace(_without_answer(turn), reply=reply, waiting=True)


def _turn_answered(turn: Turn, stage: Answered, today: date) -> Turn:
    answer = stage.answer
    return replace(
        turn,
        reply=markup.answer(answer, today),
        offered=source_panel.panel_content(stage),
        answer=answer,
        today=today,
        coverage=_coverage(stage),
        carried=tuple(dict.fromkeys((*turn.carried, *answer.query.carried))),
        waiting=False,
        answered=True,
    )


def _coverage(stage: Answered) -> coverage.Coverage:
    """The coverage, for the kinds of answers that it helps to read."""
    if stage.answer.kind not in STORIES:
        return coverage.NOTHING
    return coverage.coverage_of(stage.answer, [one.hit for one in stage.considered])


def window_of(dates: str, today: date, newest: date | None = None) -> Window:
    """The days that were typed as dates; a date without a year is the last until ``newest``.

    Raises QuestionError when they name none.
    """
    read = infer_window(dates, today, newest)
    if read.filters is None and not read.impossible:
        read = infer_window(f"in {dates}", today, newest)  # "May" may also be no month.
    if read.filters is None or read.subject or read.impossible:
        raise QuestionError(
            f"“{one_line(dates, limit=80)}” names no days; write a day, a month or a year such as "
            "June 2024, or nothing for any time."
        )
    return replace(read.filters, said=dates)
