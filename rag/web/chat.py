"""Questions in; the conversation, with the article beside it, out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import gradio as gr

from rag.web import evidence, understood
from rag.web.conversation import MAX_QUESTION, Conversation, Turn, answering, waiting
from rag.web.escape import one_line
from rag.web.service import Service

EXAMPLES = (
    "Where did Pezeshkian and Sharif meet?",
    "Who did Ali Bagheri hold talks with in Istanbul?",
    "What did Prime Minister Sharif congratulate Iran on?",
    "What invitation did Sharif extend?",
)
_WELCOME = (
    "### Ask the articles\n\n"
    "Every answer is a quotation from one of the articles, with its date and its place."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A turn that is to be answered: a new one, or, with a place, instead of the one there."""

    turn: Turn
    at: int | None = None


@dataclass(frozen=True, slots=True)
class _Talk:
    """The left column's components."""

    chatbot: gr.Chatbot
    understood: understood.Understood
    box: gr.Textbox
    clear: gr.Button


def ask_tab(service: Service) -> None:
    """Lay out chat and article, and connect them."""
    state = gr.State(Conversation())
    with gr.Row(elem_id="desk"):
        with gr.Column(scale=6, min_width=320, elem_id="talk"):
            talk = _talk()
        with gr.Column(scale=5, min_width=320, elem_id="evidence"):
            panel = evidence.panel()
    _connect(service, state, talk, panel)


def _talk() -> _Talk:
    chatbot = gr.Chatbot(
        show_label=False,
        container=False,
        height="min(62vh, 640px)",
        layout="panel",
        placeholder=_WELCOME,
        examples=[{"text": question} for question in EXAMPLES],
        latex_delimiters=[],
        sanitize_html=True,
        allow_tags=False,
        buttons=[],
        autoscroll=False,
        feedback_options=None,
        group_consecutive_messages=False,
        elem_id="chat",
    )
    controls = understood.controls()
    box = gr.Textbox(
        label="Question",
        show_label=False,
        container=False,
        placeholder="Ask about the articles",
        max_length=MAX_QUESTION,
        max_lines=4,
        submit_btn="Ask",
        elem_id="question",
    )
    clear = gr.Button("New conversation", size="sm", elem_id="clear")
    return _Talk(chatbot, controls, box, clear)


def _connect(service: Service, state: gr.State, talk: _Talk, panel: evidence.Evidence) -> None:
    def shown(conversation: Conversation) -> list[Any]:
        turn = conversation.shown
        offered = turn.offered if turn is not None else evidence.NOTHING
        return [conversation, *understood.show(turn), *evidence.show(offered)]

    def pending(asked: Asked, conversation: Conversation) -> list[dict[str, str]]:
        return conversation.put(waiting(asked.turn), asked.at).messages()

    def ask(question: str | None, conversation: Conversation) -> list[Any]:
        asked = Asked(Turn(question or "", ""))
        return ["", asked, pending(asked, conversation)]

    def ask_again(conversation: Conversation, *values: object) -> list[Any]:
        turn = conversation.shown
        if turn is None or turn.correction == (again := understood.corrected(turn, *values)):
            return [None, gr.skip()]
        asked = Asked(replace(turn, correction=again), conversation.at)
        return [asked, pending(asked, conversation)]

    def answer(asked: Asked | None, conversation: Conversation) -> Iterator[list[Any]]:
        if asked is None:
            return
        after = conversation
        earlier = conversation.earlier(asked.at)
        for turn in answering(service, asked.turn, earlier, date.today()):
            after = conversation.put(turn, asked.at)
            yield [after.messages(), *(gr.skip() for _ in outputs)]
        yield [gr.skip(), *shown(after)]

    def example(event: gr.SelectData) -> str:
        return one_line(str(event.value["text"]), limit=MAX_QUESTION)

    def turn(conversation: Conversation, event: gr.SelectData) -> list[Any]:
        index = event.index[0] if isinstance(event.index, (list, tuple)) else event.index
        after = conversation.show(int(index) // 2)
        # What is shown already may be in the middle of being changed.
        return [gr.skip() for _ in outputs] if after == conversation else shown(after)

    def forget() -> list[Any]:
        return [[], *shown(Conversation())]

    def pick(conversation: Conversation, index: int | None) -> list[Any]:
        turn = conversation.shown
        return evidence.pick(turn.offered if turn else evidence.NOTHING, index)

    outputs = [state, *talk.understood.outputs, *panel.outputs]
    asked = gr.State(None)
    private: dict[str, Any] = {"api_visibility": "private"}
    quiet = {**private, "show_progress": "hidden"}
    opened = [talk.box, asked, talk.chatbot]
    values = [state, *talk.understood.inputs]
    steps = (
        talk.box.submit(ask, [talk.box, state], opened, **quiet),
        talk.chatbot.example_select(example, None, talk.box, **quiet).then(
            ask, [talk.box, state], opened, **quiet
        ),
        talk.understood.kind.input(ask_again, values, opened[1:], **quiet),
        talk.understood.dates.submit(ask_again, values, opened[1:], **quiet),
        talk.understood.carried.input(ask_again, values, opened[1:], **quiet),
    )
    for step in steps:
        step.then(answer, [asked, state], [talk.chatbot, *outputs], concurrency_id="ask", **quiet)
    talk.chatbot.select(turn, state, outputs, **quiet)
    gr.on([talk.clear.click, talk.chatbot.clear], forget, None, [talk.chatbot, *outputs], **quiet)
    panel.choices.input(pick, [state, panel.choices], panel.outputs[1:], **quiet)
