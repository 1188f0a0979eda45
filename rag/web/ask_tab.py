"""The Ask page: its components and how they are wired."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.service import Service
from rag.text.escape import one_line
from rag.web import controls, coverage, source_panel
from rag.web.ask_events import (
    AnswerActions,
    AskEvents,
    OpenCitation,
    PageState,
    TalkColumn,
    judged_answer,
)
from rag.web.conversation import MAX_QUESTION, Conversation

EXAMPLES = (
    "Where did Pezeshkian and Sharif meet?",
    "Who did Ali Bagheri hold talks with in Istanbul?",
    "What did Prime Minister Sharif congratulate Iran on?",
    "What invitation did Sharif extend?",
)
_WELCOME = (
    "## Ask the articles\n\n"
    "Every answer is a quotation from one of the articles, with its date and its place."
)
_KEYS = "Keys: / to ask, j and k through the sources"
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def ask_tab(page: gr.Blocks, service: Service, *, waiting: int) -> None:
    """Lay out chat and article, and connect them; the page's first load opens what it links to.

    While ``waiting`` events wait in the page's queue, whoever asks is told to try again.
    """
    memory = PageState(
        conversation=gr.State(Conversation()),
        place=gr.State(OpenCitation()),
        kept=gr.Textbox(visible="hidden", show_label=False, elem_id="kept"),
    )
    with gr.Row(elem_id="desk"):
        with gr.Column(scale=6, min_width=320, elem_id="talk"):
            talk, judging, export, exported = _talk()
        with gr.Column(scale=5, min_width=320, elem_id="evidence"):
            linked = source_panel.safe_markdown(elem_id="link-said", visible=False)
            panel = source_panel.panel()
            plot = coverage.plot()
    beside = AnswerActions(judging, plot, export, exported, linked)

    def crowded() -> bool:
        # The queue is made anew when the page is complete.
        return len(page._queue) >= waiting

    _connect(page, AskEvents(service, memory, talk, panel, beside, crowded=crowded))


def _talk() -> tuple[TalkColumn, controls.FeedbackControls, gr.Button, gr.File]:
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
    understanding = controls.understanding_controls()
    judging = controls.feedback_controls()
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
    with gr.Row(elem_id="below"):
        clear = gr.Button("New conversation", size="sm", elem_id="clear")
        export = gr.Button("Export", size="sm", elem_id="export")
        # The page's script listens to it: no letter does anything once it is switched off.
        gr.Checkbox(True, label=_KEYS, container=False, interactive=True, elem_id="keys")
    exported = gr.File(visible=False, interactive=False, show_label=False, elem_id="exported")
    wanted = gr.Textbox(visible="hidden", show_label=False, elem_id="wanted")
    return TalkColumn(chatbot, understanding, box, clear, wanted), judging, export, exported


def _connect(page: gr.Blocks, desk: AskEvents) -> None:
    """Every way to ask leads to the same step that answers, which Stop and starting anew end."""
    talk, memory = desk.talk, desk.memory
    conversation, place = memory.conversation, memory.place
    question = [talk.box, conversation]
    values = [conversation, place, *talk.understanding.inputs]
    asked = [
        talk.box.submit(desk.ask, question, desk.outputs, **_QUIET),
        talk.chatbot.example_select(_example, None, talk.box, **_QUIET).then(
            desk.ask, question, desk.outputs, **_QUIET
        ),
        talk.understanding.kind.input(desk.ask_again, values, desk.outputs, **_QUIET),
        talk.understanding.dates.submit(desk.ask_again, values, desk.outputs, **_QUIET),
        talk.understanding.carried.input(desk.ask_again, values, desk.outputs, **_QUIET),
        desk.beside.plot.bars.select(
            desk.choose_time, [conversation, place], desk.outputs, **_QUIET
        ),
        memory.kept.submit(desk.restore, [memory.kept, conversation], desk.outputs, **_QUIET),
    ]
    working = [
        step.success(desk.answer, conversation, desk.outputs, concurrency_id="ask", **_QUIET)
        for step in asked
    ]
    for step in asked:
        step.failure(desk.refused, [conversation, place, memory.kept], desk.outputs, **_QUIET)
    for step in working:
        step.failure(desk.unanswered, [conversation, place], desk.outputs, **_QUIET)
    talk.box.stop(desk.stop, [conversation, place], desk.outputs, cancels=working, **_QUIET)
    forget = [talk.clear.click, talk.chatbot.clear]
    gr.on(forget, desk.forget, None, desk.outputs, cancels=working, **_QUIET)
    _connect_panel(desk)
    _connect_beside(page, desk)


def _connect_panel(desk: AskEvents) -> None:
    talk, panel, outputs = desk.talk, desk.panel, desk.outputs
    at = [desk.memory.conversation, desk.memory.place]
    talk.chatbot.select(desk.show_turn, at, outputs, **_QUIET)
    talk.wanted.submit(desk.open_wanted, [*at, talk.wanted], outputs, **_QUIET)
    panel.choices.input(desk.pick, [*at, panel.choices], outputs, **_QUIET)
    panel.previous.click(desk.previous, at, outputs, **_QUIET)
    panel.following.click(desk.following, at, outputs, **_QUIET)


def _connect_beside(page: gr.Blocks, desk: AskEvents) -> None:
    beside, memory = desk.beside, desk.memory
    states = [memory.conversation, memory.place]
    folder = desk.service.build.index

    def shown(conversation: Conversation, place: OpenCitation) -> controls.JudgedAnswer | None:
        return judged_answer(conversation, place.turn)

    def files(conversation: Conversation, request: gr.Request) -> gr.File:
        address = request.request.base_url
        if request.headers.get("x-forwarded-proto") == "https":
            address = address.replace(scheme="https")
        return beside.files(conversation, str(address))

    controls.connect_feedback(beside.judging, desk.service, folder, states, shown)
    beside.export.click(files, memory.conversation, beside.exported, **_QUIET)
    page.load(desk.open_link, None, [*desk.panel.outputs, beside.linked], **_QUIET)


def _example(event: gr.SelectData) -> str:
    return one_line(str(event.value["text"]), limit=MAX_QUESTION)
