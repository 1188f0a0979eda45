"""How a reference question is asked: with all that the asker gives, and on a day that is fixed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest

from evals.engine import UNDATED_TODAY, ask_as
from evals.types import Question
from rag.answer.pipeline import Pipeline
from rag.types import IndexInfo, Window
from tests.evals.small import INFO

AS_OF = date(2024, 1, 2)


class Listener:
    """Stands where the pipeline does and keeps what it is asked."""

    def __init__(self, info: IndexInfo) -> None:
        self.info = info
        self.asked: dict[str, Any] = {}

    def ask(self, question: str, **given: Any) -> None:
        self.asked = {"question": question, **given}


@pytest.mark.parametrize(
    ("today", "newest", "expected"),
    [
        (date(2024, 3, 1), date(2024, 1, 4), date(2024, 3, 1)),
        (None, date(2024, 1, 4), date(2024, 1, 4)),
        (None, None, UNDATED_TODAY),
    ],
)
def test_the_day_of_asking_is_never_that_of_the_clock(
    today: date | None, newest: date | None, expected: date
) -> None:
    listener = Listener(replace(INFO, newest_article=newest))
    ask_as(cast(Pipeline, listener), Question("q", "What froze last month?", today=today))
    assert listener.asked["today"] == expected


def test_history_and_the_day_that_is_looked_back_from_are_given() -> None:
    listener = Listener(INFO)
    ask_as(cast(Pipeline, listener), Question("q", "And then?", history=("What?",), as_of=AS_OF))
    asked = dict(listener.asked)
    window = asked.pop("window")
    assert (window.after, window.before) == (None, date(2024, 1, 3))
    assert isinstance(window, Window)
    assert asked == {"question": "And then?", "history": ("What?",), "today": INFO.newest_article}
