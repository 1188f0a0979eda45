"""The chat's left column: its components, and what is remembered of who talks there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.web import understood


@dataclass(frozen=True, slots=True)
class Place:
    """Which turn, and which of its citations, the article panel shows; both count from 0."""

    turn: int = 0
    citation: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered: here by session, and the questions alone also in the browser.

    ``kept`` is a hidden box whose text the page stores, and hands back after a reload.
    """

    conversation: gr.State
    place: gr.State
    kept: gr.Textbox

    @property
    def outputs(self) -> list[Any]:
        return [self.conversation, self.place, self.kept]


@dataclass(frozen=True, slots=True)
class Talk:
    """The left column's components; ``wanted`` takes the number of a citation that is clicked."""

    chatbot: gr.Chatbot
    understood: understood.Understood
    box: gr.Textbox
    clear: gr.Button
    wanted: gr.Textbox
