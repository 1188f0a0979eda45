"""What is said under an answer is stored once it can be; what cannot is told, and shown as text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from rag.feedback import NAME, StoredFeedback, read
from rag.text.escape import markdown, one_line
from rag.types import Answer
from rag.web import controls
from rag.web.controls import JudgedAnswer
from rag.web.conversation import Correction
from tests.judging import NOW, TODAY, Shelf, answered, article, cite, said, span
from tests.web.payloads import HOSTILE

ICE = answered(cite("ferry", "because of ice"))


class Lending:
    """Lends a shelf, as the service lends the engine."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Shelf()

    @contextmanager
    def lease(self) -> Iterator[Shelf]:
        yield self._shelf


def judged(answer: Answer = ICE, **correction: Any) -> JudgedAnswer:
    return JudgedAnswer(answer, ("Which ferry?",), TODAY, Correction(**correction))


def kept(folder: Path) -> list[Any]:
    return [line.feedback for line in read(folder) if isinstance(line, StoredFeedback)]


def test_right_is_stored_with_one_click(tmp_path: Path) -> None:
    span_box, note = controls.pick_verdict(Lending(), tmp_path, judged(), "right", NOW)
    assert kept(tmp_path) == [said(ICE, "right", history=["Which ferry?"])]
    assert span_box.visible is False
    assert note.value == "Noted. It is kept beside the index, and is not sent anywhere."


@pytest.mark.parametrize("verdict", ["wrong", "wrong_answer"])
def test_wrong_asks_for_the_right_words_and_stores_them(tmp_path: Path, verdict: Any) -> None:
    box, _ = controls.pick_verdict(Lending(), tmp_path, judged(), verdict, NOW)
    assert box.visible is True
    assert list(tmp_path.iterdir()) == []
    _, note = controls.store_feedback(Lending(), tmp_path, judged(), verdict, " two million ", NOW)
    chosen = span("budget", "two million")
    assert kept(tmp_path) == [said(ICE, verdict, history=["Which ferry?"], chosen=chosen)]
    assert "“two million” stands in budget\\. Noted" in note.value


def test_the_words_may_be_left_out(tmp_path: Path) -> None:
    controls.store_feedback(Lending(), tmp_path, judged(), "wrong", " ", NOW)
    assert kept(tmp_path) == [said(ICE, "wrong", history=["Which ferry?"])]


def test_words_that_no_article_has_are_told_and_nothing_is_stored(tmp_path: Path) -> None:
    box, note = controls.store_feedback(Lending(), tmp_path, judged(), "wrong", "snow", NOW)
    assert box == gr.skip()
    assert note.value.startswith("No article has these words as they stand")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    _, note = controls.pick_verdict(Lending(), tmp_path, judged(), "right", NOW)
    assert "could not be kept" in note.value


@pytest.mark.parametrize("verdict", [None, "", "perfect", 3, ["right"], {"right": 1}])
def test_a_forged_verdict_stores_nothing(tmp_path: Path, verdict: object) -> None:
    for typed in ("ice", None, 5):
        assert (
            controls.store_feedback(Lending(), tmp_path, judged(), verdict, typed, NOW)
            == [gr.skip()] * 2
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("typed", [None, 5, ["ice"]])
def test_forged_words_are_none(tmp_path: Path, typed: object) -> None:
    controls.store_feedback(Lending(), tmp_path, judged(), "wrong", typed, NOW)
    assert [one.chosen for one in kept(tmp_path)] == [None]


def test_without_an_answer_nothing_is_stored(tmp_path: Path) -> None:
    assert controls.pick_verdict(Lending(), tmp_path, None, "right", NOW) == [gr.skip()] * 2
    assert list(tmp_path.iterdir()) == []


def test_what_was_set_by_hand_is_stored(tmp_path: Path) -> None:
    for correction in ({"kind": "when"}, {"dates": ""}, {"without": ("Sund",)}, {}):
        controls.pick_verdict(Lending(), tmp_path, judged(**correction), "right", NOW)
    assert [one.corrected for one in kept(tmp_path)] == [("kind",), ("dates",), ("words",), ()]


def test_the_controls_fit_the_answer() -> None:
    shown = [controls.show_feedback(one)[0] for one in (judged(), judged(answered()))]
    verdicts = [[value for _, value in radio.choices] for radio in shown]
    assert verdicts == [["right", "wrong_answer", "wrong"], ["right", "wrong"]]
    empty = replace(answered(question=""), reason="empty_question")
    assert [controls.show_feedback(one)[0].visible for one in (judged(), judged(empty), None)] == [
        True,
        False,
        False,
    ]
    assert [update.visible for update in controls.show_feedback(judged())[1:]] == [False, False]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_and_names_are_shown_as_text(tmp_path: Path, hostile: str) -> None:
    shelf = Shelf((replace(article("x", f"It said {hostile} here."), id=hostile),))
    [_, note] = controls.store_feedback(Lending(shelf), tmp_path, judged(), "wrong", hostile, NOW)
    words = markdown(f"“{one_line(hostile, limit=80)}” stands in {one_line(hostile)}")
    assert note.value.startswith(words)
    assert kept(tmp_path)[0].chosen.text == hostile
