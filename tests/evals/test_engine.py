"""Settings of the engine, and how a reference question is asked."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from evals.compare import VARIANTS
from evals.engine import UNDATED_TODAY, Settings, ask_question, changed, settings_of
from evals.types import Question
from rag.answer.components import open_components
from rag.answer.pipeline import Pipeline
from rag.errors import ConfigError
from rag.types import IndexInfo, Window
from tests.evals.small import INFO

HERE = (Path("articles"), Path("index"), Path("models"))


@pytest.mark.parametrize(
    ("word", "part", "value"),
    [
        ("max_tokens=100", "build", 100),
        ("prefix=false", "build", False),
        ("dense_weight=0.7", "ask", 0.7),
        ("reader=sentence", "ask", "sentence"),
        ('reader="a folder"', "ask", "a folder"),
        ("reader=/a/folder", "ask", "/a/folder"),
    ],
)
def test_a_word_sets_one_field(word: str, part: str, value: Any) -> None:
    settings = settings_of([word])
    name = word.partition("=")[0]
    assert {"build": settings.build, "ask": settings.ask}[part] == {name: value}
    assert getattr(settings.configs(*HERE)[part == "ask"], name) == value
    assert settings.name == word


def test_no_word_is_the_default() -> None:
    assert settings_of([]) == Settings()


@pytest.mark.parametrize("word", ["", "top_k", "=3", "topk=3", "threads=2", "index=elsewhere"])
def test_what_sets_nothing_is_refused_with_the_names(word: str) -> None:
    with pytest.raises(ConfigError, match=r"sets nothing; write NAME=VALUE with one of: .* top_k"):
        settings_of([word])


@pytest.mark.parametrize("word", ["top_k=0", "top_k=many", "dense_weight=[]", "max_tokens=1"])
def test_a_value_that_cannot_be_used_is_named(word: str) -> None:
    with pytest.raises(ConfigError, match=word.partition("=")[0]):
        settings_of([word]).configs(*HERE)


def test_only_what_differs_from_the_default_is_told() -> None:
    build, ask = {"prefix": False, "max_tokens": 200}, {"top_k": 5, "min_confidence": None}
    assert changed({"build": build, "ask": ask}) == ["prefix=False", "top_k=5"]
    assert changed({}) == []


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_every_variant_of_the_ablations_can_be_built_and_asked(variant: Settings) -> None:
    build, ask = variant.configs(*HERE)
    told = {**variant.build, **variant.ask}
    assert {name: getattr(build, name, getattr(ask, name, None)) for name in told} == told
    assert set(variant.search) <= set(inspect.signature(open_components).parameters)
    assert told or variant.search


def test_each_way_of_building_has_an_index_of_its_own() -> None:
    plain, small = Settings(), Settings("small", build={"max_tokens": 100})
    assert plain.index_name == "index"
    assert small.index_name == "index-max_tokens-100"
    build, ask = small.configs(*HERE)
    assert (build.max_tokens, build.articles, ask.articles) == (100, *[Path("articles")] * 2)


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
    ask_question(cast(Pipeline, listener), Question("q", "What froze last month?", today=today))
    assert listener.asked["today"] == expected


def test_history_and_the_day_that_is_looked_back_from_are_given() -> None:
    listener = Listener(INFO)
    ask_question(
        cast(Pipeline, listener), Question("q", "And then?", history=("What?",), as_of=AS_OF)
    )
    asked = dict(listener.asked)
    window = asked.pop("window")
    assert (window.after, window.before) == (None, date(2024, 1, 3))
    assert isinstance(window, Window)
    assert asked == {"question": "And then?", "history": ("What?",), "today": INFO.newest_article}
