"""The event handlers of the Ask tab."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, get_args

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache

from rag.present.export import FORMATS, export
from rag.service import Service
from rag.text.escape import one_line
from rag.types import Kind
from rag.web import controls, coverage, markup, source_panel
from rag.web.controls import MAX_DATES, UnderstandingControls
from rag.web.conversation import (
    MAX_QUESTION,
    REMEMBERED,
    Conversation,
    Correction,
    Turn,
    answer_turn,
    as_waiting,
)


@dataclass(frozen=True, slots=True)
class OpenCitation:
    """Which turn, and which of its citations, the article panel shows; both count from 0."""

    turn: int = 0
    citation: int = 0


@dataclass(frozen=True, slots=True)
class PageState:
    """What is remembered: all on the server for the session, the questions in the browser as well.

    ``stored`` is a hidden box whose text the page stores, and hands back after a reload.
    """

    conversation: gr.State
    place: gr.State
    stored: gr.Textbox

    @property
    def outputs(self) -> list[Any]:
        return [self.conversation, self.place, self.stored]


@dataclass(frozen=True, slots=True)
class TalkColumn:
    """The left column's components; ``wanted`` takes the number of a citation that is clicked."""

    chatbot: gr.Chatbot
    understanding: UnderstandingControls
    box: gr.Textbox
    clear: gr.Button
    wanted: gr.Textbox


MAX_TEXT = 500_000
MAX_WITHOUT = 40


def to_browser(turns: Sequence[Turn]) -> str:
    """The questions, each with what was corrected in how it was understood, as JSON."""
    entries = [
        {
            "question": turn.question,
            "kind": turn.correction.kind,
            "dates": turn.correction.dates,
            "without": list(turn.correction.without),
        }
        for turn in turns
    ]
    return json.dumps(entries, ensure_ascii=False)


def from_browser(text: str) -> tuple[Turn, ...]:
    """The turns to ask again: the last ``REMEMBERED`` that ``to_browser`` could have written.

    Anything else in ``text`` is left out.
    """
    try:
        value = json.loads(text) if len(text) <= MAX_TEXT else None
    except (ValueError, RecursionError):
        value = None
    return tuple(_turns(value[-REMEMBERED:] if isinstance(value, list) else []))


def _turns(entries: Sequence[object]) -> Iterator[Turn]:
    for entry in entries:
        if isinstance(entry, dict) and _is_text(entry.get("question"), MAX_QUESTION):
            correction = _correction(entry)
            yield Turn(entry["question"], correction=correction, carried=correction.without)


def _correction(entry: dict[str, Any]) -> Correction:
    kind, dates, without = (entry.get(name) for name in ("kind", "dates", "without"))
    words = without[:MAX_WITHOUT] if isinstance(without, list) else []
    return Correction(
        kind=kind if kind in get_args(Kind) else None,
        dates=one_line(dates, limit=MAX_DATES) if isinstance(dates, str) else None,
        without=tuple(dict.fromkeys(word for word in words if _is_text(word, MAX_QUESTION))),
    )


def _is_text(value: object, limit: int) -> bool:
    return isinstance(value, str) and len(value) <= limit


_FILES = tuple(form for form in FORMATS if form != "jsonl")  # The same as .json, for programs.


@dataclass(frozen=True, slots=True)
class AnswerActions:
    """The components; ``linked`` tells what became of a quotation that the address links to."""

    feedback: controls.FeedbackControls
    plot: coverage.Plot
    export: gr.Button
    exported: gr.File
    linked: gr.Markdown

    @property
    def outputs(self) -> list[Any]:
        return [*self.feedback.outputs, *self.plot.outputs, self.exported, self.linked]

    def show(self, conversation: Conversation, at: int) -> dict[Any, Any]:
        """Updates for the answer of the turn at a place; files and links are of before it."""
        turn = conversation.turn(at)
        covered = coverage.NOTHING if turn is None else turn.coverage
        shown = controls.show_feedback(judged_answer(conversation, at))
        return {
            **dict(zip(self.feedback.outputs, shown, strict=True)),
            **dict(zip(self.plot.outputs, coverage.show(covered), strict=True)),
            self.exported: gr.File(visible=False),
            self.linked: gr.Markdown(visible=False),
        }

    def files(self, conversation: Conversation, address: str) -> gr.File:
        """The answered questions as a file of each form; links in them begin with ``address``."""
        turns = [turn for turn in conversation.turns if turn.answered]
        answers = [turn.answer for turn in turns if turn.answer is not None]
        folder = self.exported.GRADIO_CACHE
        made = [
            save_bytes_to_cache(
                export(answers, form, address=address).encode(), f"dateline.{form}", folder
            )
            for form in _FILES
        ]
        return gr.File(made if answers else None, visible=bool(answers))


def judged_answer(conversation: Conversation, at: int) -> controls.JudgedAnswer | None:
    """The answer of the turn at a place, for what a reader says about it."""
    turn = conversation.turn(at)
    if turn is None or not turn.answered or turn.answer is None or turn.today is None:
        return None
    earlier = tuple(before.question for before in conversation.earlier(at))
    return controls.JudgedAnswer(turn.answer, earlier, turn.today, turn.correction)


Updates = dict[Any, Any]
_BUSY = "Too many people are asking; try again in a moment."
_NOT_ANSWERED = f"Busy: {_BUSY[0].lower()}{_BUSY[1:]}"
_CITATION_NUMBER = re.compile(r"(\d{1,4}) (\d{1,4})")


class AskEvents:
    """Conversation and article; each method answers one event with the updates that it makes.

    What comes from the browser (questions, numbers, values of controls, its storage) may be forged:
    values that no control of ours sends change nothing. While it is ``crowded``, no question is
    accepted; it stays in its box.
    """

    def __init__(
        self,
        service: Service,
        memory: PageState,
        talk: TalkColumn,
        panel: source_panel.SourcePanel,
        actions: AnswerActions,
        *,
        crowded: Callable[[], bool],
    ) -> None:
        self.service = service
        self.memory = memory
        self.talk = talk
        self.panel = panel
        self.actions = actions
        self._crowded = crowded

    @property
    def outputs(self) -> list[Any]:
        talk = self.talk
        own = [talk.box, talk.chatbot, *talk.understanding.outputs]
        return [*own, *self.memory.outputs, *self.panel.outputs, *self.actions.outputs]

    def ask(self, question: str | None, conversation: Conversation) -> Updates:
        """Ask a new question; while another one is being answered, it stays in its box."""
        if conversation.waiting:
            return _unchanged()
        asked = conversation.put(as_waiting(Turn(question or "")), None)
        return self._asked(asked, len(asked.turns) - 1) | {self.talk.box: _box(asked, value="")}

    def ask_again(
        self, conversation: Conversation, place: OpenCitation, *values: object
    ) -> Updates:
        """Ask the shown question again, with the corrections from the controls."""
        turn = conversation.turn(place.turn)
        if turn is None or conversation.waiting:
            return _unchanged()
        correction = controls.correction_from_browser(turn, *values)
        return self._again(conversation, place, turn, correction)

    def choose_time(
        self, conversation: Conversation, place: OpenCitation, event: gr.SelectData
    ) -> Updates:
        """Ask the shown question again for the days that are chosen in the plot."""
        turn = conversation.turn(place.turn)
        period = coverage.chosen(turn.coverage, event) if turn is not None else None
        if turn is None or period is None or conversation.waiting:
            return _unchanged()
        return self._again(conversation, place, turn, replace(turn.correction, dates=period.said))

    def restore(self, text: str | None, conversation: Conversation) -> Updates:
        """Ask the questions again that the browser has stored, where there are none yet."""
        turns = from_browser(text or "")
        if not turns or conversation.turns:
            return _unchanged()
        return self._asked(Conversation(tuple(map(as_waiting, turns))), len(turns) - 1)

    def answer(self, conversation: Conversation) -> Iterator[Updates]:
        """Every step that answers the questions that nobody has begun to answer, oldest first.

        A later one may refer to what an earlier one was answered with. The last step shows the
        last article. None may follow: Gradio tells what differs from step to step, so that an
        update in part is undone by the next one before the page has seen it.
        """
        unbegun = conversation.unbegun
        if not unbegun:
            # Gradio empties every output of an iterator that yields nothing.
            yield _unchanged()
            return
        for at in unbegun:
            for after in self._answering(conversation, at):
                yield self._said(after)
                conversation = after
        yield self._ended(conversation, OpenCitation(unbegun[-1]))

    def refused(self, conversation: Conversation, place: OpenCitation, text: str | None) -> Updates:
        """After a question that was not accepted: what was shown before, in the controls too.

        Questions from the browser's storage are shown without answers, and stay stored.
        """
        if conversation.waiting:
            return _unchanged()
        if conversation.turns:
            return self._shown(conversation, place)
        turns = Conversation(tuple(map(as_waiting, from_browser(text or ""))))
        return self._ended(turns.stopped(_NOT_ANSWERED), OpenCitation(max(0, len(turns.turns) - 1)))

    def unanswered(self, conversation: Conversation, place: OpenCitation) -> Updates:
        """After an answer that was refused or has failed: nothing is waited for any more."""
        if not conversation.waiting:
            return _unchanged()
        return self._ended(conversation.stopped(_NOT_ANSWERED), place)

    def stop(self, conversation: Conversation, place: OpenCitation) -> Updates:
        """Stop waiting for answers."""
        return self._ended(conversation.stopped(markup.stopped_message()), place)

    def forget(self) -> Updates:
        """A new conversation."""
        nothing = Conversation()
        return self._ended(nothing, OpenCitation()) | {self.memory.stored: to_browser(())}

    def show_turn(
        self, conversation: Conversation, place: OpenCitation, event: gr.SelectData
    ) -> Updates:
        """The article of the message that is clicked; the one that is shown stays as it is."""
        index = event.index[0] if isinstance(event.index, (list, tuple)) else event.index
        at = int(index) // 2
        if at == place.turn or conversation.turn(at) is None:
            return _unchanged()
        return self._shown(conversation, OpenCitation(at))

    def open_wanted(
        self, conversation: Conversation, place: OpenCitation, wanted: str | None
    ) -> Updates:
        """The citation whose number is clicked.

        ``"2 3"`` is the third of the second answer, ``"0 3"`` that of the one that is shown.
        """
        numbers = _CITATION_NUMBER.fullmatch(wanted or "")
        if numbers is None:
            return _unchanged()
        turn, citation = int(numbers[1]), int(numbers[2])
        new = OpenCitation(turn - 1 if turn else place.turn, citation - 1)
        opened = self._opened(conversation, new)
        if new.turn == place.turn or opened == _unchanged():
            return opened
        return self._shown(conversation, new)

    def pick(self, conversation: Conversation, place: OpenCitation, index: int | None) -> Updates:
        """The citation that is chosen in the list."""
        at = -1 if index is None else index
        return self._opened(conversation, replace(place, citation=at))

    def previous(self, conversation: Conversation, place: OpenCitation) -> Updates:
        """The citation before the one that is open."""
        return self._opened(conversation, replace(place, citation=place.citation - 1))

    def following(self, conversation: Conversation, place: OpenCitation) -> Updates:
        """The citation after the one that is open."""
        return self._opened(conversation, replace(place, citation=place.citation + 1))

    def open_link(self, request: gr.Request) -> Updates:
        """The quotation that the page's address links to."""
        opened = source_panel.open_link(self.service, request.query_params)
        if opened is None:
            return _unchanged()
        message = {self.actions.linked: gr.Markdown(opened.message, visible=bool(opened.message))}
        if opened.citation is None:
            return message
        shown = source_panel.show(source_panel.PanelContent((opened.citation,)))
        return message | dict(zip(self.panel.outputs, shown, strict=True))

    def _again(
        self, conversation: Conversation, place: OpenCitation, turn: Turn, correction: Correction
    ) -> Updates:
        if correction == turn.correction:
            return _unchanged()
        again = as_waiting(replace(turn, correction=correction))
        return self._asked(conversation.put(again, place.turn), place.turn)

    def _asked(self, conversation: Conversation, at: int) -> Updates:
        if self._crowded():
            # Nothing that follows success then waits, too.
            raise gr.Error(_BUSY, title="Busy", print_exception=False)
        memory = self.memory
        remembered = {memory.place: OpenCitation(at), memory.stored: to_browser(conversation.turns)}
        return self._said(conversation) | remembered | {self.talk.box: _box(conversation)}

    def _answering(self, conversation: Conversation, at: int) -> Iterator[Conversation]:
        begun = replace(conversation.turns[at], begun=True)
        conversation = conversation.put(begun, at)
        # Without work yet: from its first step on, Gradio closes an iterator that is stopped.
        yield conversation
        yield from answer_turn(self.service, conversation, at, date.today())

    def _ended(self, conversation: Conversation, place: OpenCitation) -> Updates:
        box = {self.talk.box: _box(conversation)}
        return self._said(conversation) | self._shown(conversation, place) | box

    def _said(self, conversation: Conversation) -> Updates:
        return {
            self.memory.conversation: conversation,
            self.talk.chatbot: conversation.messages(),
        }

    def _shown(self, conversation: Conversation, place: OpenCitation) -> Updates:
        turn = conversation.turn(place.turn)
        offered = source_panel.NOTHING if turn is None else turn.offered
        understanding = zip(
            self.talk.understanding.outputs, controls.show_understanding(turn), strict=True
        )
        panel = zip(self.panel.outputs, source_panel.show(offered, place.citation), strict=True)
        actions = self.actions.show(conversation, place.turn)
        return {self.memory.place: place, **dict(understanding), **dict(panel), **actions}

    def _opened(self, conversation: Conversation, place: OpenCitation) -> Updates:
        """The citation at a place; a place where there is none changes nothing."""
        turn = conversation.turn(place.turn)
        if turn is None or not 0 <= place.citation < len(turn.offered.citations):
            return _unchanged()
        opened = source_panel.open_at(turn.offered, place.citation)
        return {self.memory.place: place, **dict(zip(self.panel.opened, opened, strict=True))}


def _unchanged() -> Updates:
    return dict(gr.skip())


def _box(conversation: Conversation, **changes: str) -> Any:
    """The question's box, with the button that ends what waits."""
    if conversation.waiting:
        return gr.Textbox(submit_btn=False, stop_btn="Stop", **changes)
    return gr.Textbox(submit_btn="Ask", stop_btn=False, **changes)
