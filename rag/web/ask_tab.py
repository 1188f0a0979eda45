"""The Ask tab: its components, and which event calls which handler."""

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
    """Build chat and article panel, and connect their events.

    The page's first load opens the quotation that its address links to. While ``waiting`` events
    wait in the page's queue, whoever asks is told to try again.
    """
    memory = PageState(
        conversation=gr.State(Conversation()),
        place=gr.State(OpenCitation()),
        stored=gr.Textbox(visible="hidden", show_label=False, elem_id="kept"),
    )
    with gr.Row(elem_id="desk"):
        with gr.Column(scale=6, min_width=320, elem_id="talk"):
            talk, feedback, export, exported = _talk()
        with gr.Column(scale=5, min_width=320, elem_id="evidence"):
            linked = source_panel.safe_markdown(elem_id="link-said", visible=False)
            panel = source_panel.panel()
            plot = coverage.plot()
    actions = AnswerActions(feedback, plot, export, exported, linked)

    def crowded() -> bool:
        # The queue is made anew when the page is complete.
        return len(page._queue) >= waiting

    _connect(page, AskEvents(service, memory, talk, panel, actions, crowded=crowded))


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
    feedback = controls.feedback_controls()
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
    return TalkColumn(chatbot, understanding, box, clear, wanted), feedback, export, exported


def _connect(page: gr.Blocks, events: AskEvents) -> None:
    """Every way to ask leads to the same step that answers, which Stop and starting anew end."""
    talk, memory = events.talk, events.memory
    conversation, place = memory.conversation, memory.place
    question = [talk.box, conversation]
    values = [conversation, place, *talk.understanding.inputs]
    asked = [
        talk.box.submit(events.ask, question, events.outputs, **_QUIET),
        talk.chatbot.example_select(_example, None, talk.box, **_QUIET).then(
            events.ask, question, events.outputs, **_QUIET
        ),
        talk.understanding.kind.input(events.ask_again, values, events.outputs, **_QUIET),
        talk.understanding.dates.submit(events.ask_again, values, events.outputs, **_QUIET),
        talk.understanding.carried.input(events.ask_again, values, events.outputs, **_QUIET),
        events.actions.plot.bars.select(
            events.choose_time, [conversation, place], events.outputs, **_QUIET
        ),
        memory.stored.submit(
            events.restore, [memory.stored, conversation], events.outputs, **_QUIET
        ),
    ]
    working = [
        step.success(events.answer, conversation, events.outputs, concurrency_id="ask", **_QUIET)
        for step in asked
    ]
    for step in asked:
        step.failure(events.refused, [conversation, place, memory.stored], events.outputs, **_QUIET)
    for step in working:
        step.failure(events.unanswered, [conversation, place], events.outputs, **_QUIET)
    talk.box.stop(events.stop, [conversation, place], events.outputs, cancels=working, **_QUIET)
    forget = [talk.clear.click, talk.chatbot.clear]
    gr.on(forget, events.forget, None, events.outputs, cancels=working, **_QUIET)
    _connect_panel(events)
    _connect_actions(page, events)


def _connect_panel(events: AskEvents) -> None:
    talk, panel, outputs = events.talk, events.panel, events.outputs
    at = [events.memory.conversation, events.memory.place]
    talk.chatbot.select(events.show_turn, at, outputs, **_QUIET)
    talk.wanted.submit(events.open_wanted, [*at, talk.wanted], outputs, **_QUIET)
    panel.choices.input(events.pick, [*at, panel.choices], outputs, **_QUIET)
    panel.previous.click(events.previous, at, outputs, **_QUIET)
    panel.following.click(events.following, at, outputs, **_QUIET)


def _connect_actions(page: gr.Blocks, events: AskEvents) -> None:
    actions, memory = events.actions, events.memory
    states = [memory.conversation, memory.place]
    folder = events.service.build.index

    def shown(conversation: Conversation, place: OpenCitation) -> controls.JudgedAnswer | None:
        return judged_answer(conversation, place.turn)

    def files(conversation: Conversation, request: gr.Request) -> gr.File:
        address = request.request.base_url
        if request.headers.get("x-forwarded-proto") == "https":
            address = address.replace(scheme="https")
        return actions.files(conversation, str(address))

    controls.connect_feedback(actions.feedback, events.service, folder, states, shown)
    actions.export.click(files, memory.conversation, actions.exported, **_QUIET)
    page.load(events.open_link, None, [*events.panel.outputs, actions.linked], **_QUIET)


def _example(event: gr.SelectData) -> str:
    return one_line(str(event.value["text"]), limit=MAX_QUESTION)
