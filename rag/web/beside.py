"""The answer that is shown in; what can be done with it, and what became of that, out.

A reader may say whether it is right, choose a time for the question, and take the talk along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache

from rag.present.export import FORMATS, export
from rag.web import coverage, feedback
from rag.web.conversation import Conversation

_FILES = tuple(form for form in FORMATS if form != "jsonl")  # The same as .json, for programs.


@dataclass(frozen=True, slots=True)
class Beside:
    """The components; ``linked`` tells what became of a quotation that the address links to."""

    judging: feedback.Judging
    plot: coverage.Plot
    export: gr.Button
    exported: gr.File
    linked: gr.Markdown

    @property
    def outputs(self) -> list[Any]:
        return [*self.judging.outputs, *self.plot.outputs, self.exported, self.linked]

    def show(self, conversation: Conversation, at: int) -> dict[Any, Any]:
        """Updates for the answer of the turn at a place; files and links are of before it."""
        turn = conversation.turn(at)
        covered = coverage.NOTHING if turn is None else turn.coverage
        judging = feedback.show(judged(conversation, at))
        return {
            **dict(zip(self.judging.outputs, judging, strict=True)),
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


def judged(conversation: Conversation, at: int) -> feedback.Judged | None:
    """The answer of the turn at a place, for what a reader says about it."""
    turn = conversation.turn(at)
    if turn is None or not turn.answered or turn.answer is None or turn.today is None:
        return None
    earlier = tuple(before.question for before in conversation.earlier(at))
    return feedback.Judged(turn.answer, earlier, turn.today, turn.correction)
