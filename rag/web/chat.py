"""Questions in; the conversation, with the article beside it, out."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.web import answer_text, evidence
from rag.web.escape import markdown, one_line
from rag.web.service import Service

log = logging.getLogger(__name__)

EXAMPLES = (
    "Where did Pezeshkian and Sharif meet?",
    "Who did Ali Bagheri hold talks with in Istanbul?",
    "What did Prime Minister Sharif congratulate Iran on?",
    "What invitation did Sharif extend?",
)
MAX_QUESTION = 2000
REMEMBERED = 20
_WELCOME = (
    "### Ask the articles\n\n"
    "Every answer is a quotation from one of the articles, with its date and its place."
)
_FAILED = "Something went wrong while answering; the terminal shows what. Please try again."


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, the Markdown of its answer, and what the article panel offers for it."""

    question: str
    reply: str
    offered: evidence.Shown


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns so far, kept here and not taken from the browser; ``at`` is the one shown."""

    turns: tuple[Turn, ...] = ()
    at: int = -1

    @property
    def offered(self) -> evidence.Shown:
        return self.turns[self.at].offered if self.turns else evidence.Shown()

    def add(self, turn: Turn) -> Conversation:
        turns = (*self.turns, turn)[-REMEMBERED:]
        return Conversation(turns, len(turns) - 1)

    def messages(self, pending: str | None = None) -> list[dict[str, str]]:
        """The conversation for the page; ``pending`` is a question that is being answered."""
        said: list[dict[str, str]] = []
        for turn in self.turns:
            said.append(_message("user", _asked(turn.question)))
            said.append(_message("assistant", turn.reply))
        return said if pending is None else [*said, _message("user", _asked(pending))]


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _asked(question: str) -> str:
    return markdown(one_line(question, limit=MAX_QUESTION))


def reply(service: Service, question: str, conversation: Conversation) -> Turn:
    """Ask with the earlier questions as context; an error becomes the sentence that explains it."""
    history = [turn.question for turn in conversation.turns]
    try:
        with service.lease() as engine:
            answer = engine.ask(question, history=history)
    except RagError as error:
        return Turn(question, answer_text.error(str(error)), evidence.Shown())
    except Exception:
        log.exception("A question could not be answered")
        return Turn(question, _FAILED, evidence.Shown())
    return Turn(question, answer_text.answer(answer), evidence.shown(answer))


@dataclass(frozen=True, slots=True)
class _Talk:
    """The left column's components."""

    chatbot: gr.Chatbot
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
        feedback_options=None,
        group_consecutive_messages=False,
        elem_id="chat",
    )
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
    return _Talk(chatbot, box, clear)


def _connect(service: Service, state: gr.State, talk: _Talk, panel: evidence.Evidence) -> None:
    def pending(question: str, conversation: Conversation) -> list[Any]:
        return ["", question, conversation.messages(question)]

    def answered(question: str, conversation: Conversation) -> list[Any]:
        after = conversation.add(reply(service, question, conversation))
        return [after, after.messages(), *evidence.show(after.offered)]

    def example(event: gr.SelectData) -> str:
        return one_line(str(event.value["text"]), limit=MAX_QUESTION)

    def turn(conversation: Conversation, event: gr.SelectData) -> list[Any]:
        index = event.index[0] if isinstance(event.index, (list, tuple)) else event.index
        after = replace(conversation, at=min(int(index) // 2, len(conversation.turns) - 1))
        return [after, *evidence.show(after.offered)]

    def forget() -> list[Any]:
        return [Conversation(), [], *evidence.show(evidence.Shown())]

    def pick(conversation: Conversation, index: int | None) -> list[Any]:
        return evidence.pick(conversation.offered, index)

    asked = gr.State("")
    private: dict[str, Any] = {"api_visibility": "private"}
    quiet = {**private, "show_progress": "hidden"}
    opened = [talk.box, asked, talk.chatbot]
    everything = [state, talk.chatbot, *panel.outputs]
    steps = (
        talk.box.submit(pending, [talk.box, state], opened, **quiet),
        talk.chatbot.example_select(example, None, talk.box, **quiet).then(
            pending, [talk.box, state], opened, **quiet
        ),
    )
    for step in steps:
        step.then(answered, [asked, state], everything, concurrency_id="ask", **private)
    talk.chatbot.select(turn, state, [state, *panel.outputs], **quiet)
    gr.on([talk.clear.click, talk.chatbot.clear], forget, None, everything, **quiet)
    panel.choices.input(pick, [state, panel.choices], panel.outputs[1:], **quiet)
