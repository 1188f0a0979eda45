"""PastTurn questions that come without an answer, as from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from rag import AskConfig, Pipeline
from rag.answer.engine import AskOptions
from rag.answer.pipeline import answer_earlier_turns, turn_of
from rag.config import BuildConfig
from rag.errors import QuestionError
from rag.query.history import MAX_EARLIER, History, PastTurn
from rag.types import Answer

MINISTER = "Who is the acting foreign minister of Iran?"


@pytest.fixture(scope="module")
def pipeline(seed_index: BuildConfig) -> Iterator[Pipeline]:
    config = AskConfig(
        seed_index.articles, seed_index.index, models=seed_index.models, min_confidence=0.0
    )
    with Pipeline.open(config=config) as opened:
        yield opened


def test_what_he_is_called_is_known_from_the_answer(pipeline: Pipeline) -> None:
    alone = pipeline.ask("When did he talk to Dar?", history=[MINISTER])
    assert any("Bagheri" in carried for carried in alone.query.carried)


def test_a_question_alone_is_understood_as_one_with_its_answer(pipeline: Pipeline) -> None:
    given = turn_of(MINISTER, pipeline.ask(MINISTER))
    follow_up = "When did he talk to Dar?"
    alone, told = (pipeline.ask(follow_up, history=[turn]) for turn in (MINISTER, given))
    assert replace(alone, timings_ms={}) == replace(told, timings_ms={})


def test_before_a_question_that_stands_alone_nothing_is_asked_again(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Answer:
        raise AssertionError("an earlier question was asked")

    monkeypatch.setattr(pipeline, "ask", refuse)
    *_, last = pipeline.asking(
        "Where did Sharif and Pezeshkian meet?", AskOptions(history=[MINISTER])
    )
    assert last.answer.query.carried == ()  # type: ignore[union-attr]


def test_each_is_asked_after_those_before_it_and_only_the_last_ones_are() -> None:
    asked: list[tuple[str, int]] = []

    def ask(question: str, history: History) -> Answer:
        asked.append((question, len(history)))
        raise QuestionError("No calendar has that day.")

    questions = [f"question {number}" for number in range(1000)]
    turns = answer_earlier_turns(questions, ask)
    assert turns == [PastTurn(question) for question in questions[-MAX_EARLIER:]]
    assert asked == [(question, at) for at, question in enumerate(questions[-MAX_EARLIER:])]


def test_a_turn_with_its_answer_is_kept_and_what_is_no_turn_is_skipped() -> None:
    known = PastTurn("Who cut the stone?", "Hanne Vro")
    assert answer_earlier_turns(cast(History, [7, None, known]), cast(Any, None)) == [known]
