"""The tab that shows what a question finds: every score, every move, and every text as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.config import AskConfig
from rag.errors import ConfigError, IndexMissing, QuestionError
from rag.text.escape import markdown
from rag.types import Article, Hit, IndexInfo, Passage, Query, Window
from rag.web.inspect_tab import (
    MAX_STORIES,
    RankChange,
    SearchSetting,
    change_label,
    changes_summary,
    inspect_for_browser,
    inspect_question,
    inspect_tab,
    rank_changes,
)
from tests.answer.conversations import INFO
from tests.judging import ARTICLES, TODAY
from tests.web.payloads import HOSTILE

NAMES = ("ferry", "budget", "harbour")
PLAIN = SearchSetting(10, 0.5)


def whole(name: str) -> Passage:
    found = ARTICLES[name]
    return Passage(found, found.body, len(found.text), 0)


def hits(*names: str, copies: dict[str, str] | None = None) -> list[Hit]:
    """The articles in this order, some with a copy."""
    copied = {name: (whole(copy),) for name, copy in (copies or {}).items()}
    return [
        Hit(whole(name), 1 / rank, rank, 8.125 / rank, 0.5, copied.get(name, ()))
        for rank, name in enumerate(names, 1)
    ]


@dataclass
class ByWeight:
    """Ranks the articles in their order for words, and the other way round for meaning."""

    asked: list[tuple[Query, dict[str, Any]]]
    info: IndexInfo = INFO

    def inspect(self, query: Query, **setting: Any) -> Sequence[Hit]:
        self.asked.append((query, setting))
        names = NAMES if setting["dense_weight"] < 0.5 else NAMES[::-1]
        return hits(*names[: setting["top_k"]])


@contextmanager
def lent(engine: ByWeight) -> Iterator[ByWeight]:
    yield engine


class Lending:
    def __init__(self) -> None:
        self.engine = ByWeight([])

    def lease(self) -> Any:
        return lent(self.engine)


def test_each_passage_has_its_scores_its_source_and_its_text() -> None:
    shown = inspect_question(
        ByWeight([]), "Why was the ferry cancelled?", "", [SearchSetting(1, 0.0)], TODAY
    )
    assert shown.head == "Searched for “<bdi>Why was the ferry cancelled?</bdi>”"
    [found] = shown.lists
    assert found.split("\n   ") == [
        "1. **<bdi>ferry …</bdi>**",
        "<small>10 January 2024 · <samp>ferry\\.txt</samp></small>",
        "<small>score 1.000 · meaning 0.500 · words 8.12</small>",
        f"<q>{markdown(whole('ferry').text)}</q>",
    ]


def test_copies_are_named() -> None:
    class Copied(ByWeight):
        def inspect(self, query: Query, **setting: Any) -> Sequence[Hit]:
            return hits("ferry", copies={"ferry": "budget"})

    [found] = inspect_question(Copied([]), "ice", "", [PLAIN], TODAY).lists
    assert found.endswith("<small>The same story in 1 other article: <bdi>budget</bdi></small>")


def test_two_settings_stand_side_by_side_with_what_moved() -> None:
    settings = [SearchSetting(3, 0.0), SearchSetting(2, 1.0)]
    shown = inspect_question(ByWeight([]), "ice", "", settings, TODAY)
    marks = [re.findall(r"<kbd>(.*?)</kbd>", one) for one in shown.lists]
    assert marks == [["left", "up to 1"], ["up from 3"]]
    assert shown.head.endswith("<small>With the second setting 1 moved, 0 entered, 1 left.</small>")


@pytest.mark.parametrize(
    ("before", "after", "first", "second", "counted"),
    [
        (
            hits("ferry"),
            hits("ferry"),
            [""],
            [""],
            "0 moved, 0 entered, 0 left",
        ),
        (
            hits("ferry", "budget"),
            hits("budget", "ferry"),
            ["down to 2", "up to 1"],
            ["up from 2", "down from 1"],
            "2 moved, 0 entered, 0 left",
        ),
        (hits("ferry"), hits("budget"), ["left"], ["entered"], "0 moved, 1 entered, 1 left"),
        (
            hits("ferry", copies={"ferry": "budget"}),
            hits("ferry", "budget"),
            [""],
            ["", "entered, a copy of 1 before"],
            "0 moved, 1 entered, 0 left",
        ),
        (
            hits("budget", "ferry"),
            hits("ferry", copies={"ferry": "budget"}),
            ["left, a copy of 1 now", "up to 1"],
            ["up from 2"],
            "1 moved, 0 entered, 1 left",
        ),
        ([], hits("ferry"), [], ["entered"], "0 moved, 1 entered, 0 left"),
    ],
)
def test_moves(
    before: list[Hit], after: list[Hit], first: list[str], second: list[str], counted: str
) -> None:
    found = rank_changes(before, after)
    assert [change_label(move, second=False) for move in found.first] == first
    assert [change_label(move, second=True) for move in found.second] == second
    assert changes_summary(found) == counted


@given(st.permutations(NAMES), st.permutations(NAMES), st.integers(0, 3), st.integers(0, 3))
def test_moves_of_any_two_rankings(
    first: list[str], second: list[str], before: int, after: int
) -> None:
    old, new = first[:before], second[:after]
    found = rank_changes(hits(*old), hits(*new))
    ranks = {name: rank for rank, name in enumerate(new, 1)}
    assert found.first == tuple(
        RankChange(rank, ranks.get(name)) for rank, name in enumerate(old, 1)
    )
    assert len(old) - sum(move.after is None for move in found.first) == len(set(old) & set(new))


def test_typed_dates_take_the_place_of_those_in_the_question() -> None:
    engine = ByWeight([])
    question = "What froze in January 2024?"
    for dates in ("", "March 2024"):
        inspect_question(engine, question, dates, [PLAIN], TODAY)
    first, second = (query for query, _ in engine.asked)
    assert (first.window, second.preferred) == (None, None)
    assert first.preferred == Window(date(2024, 1, 1), date(2024, 2, 1), "January 2024")
    assert second.window == Window(date(2024, 3, 1), date(2024, 4, 1), "March 2024")
    assert [first.text, second.text] == [question, question]
    with pytest.raises(QuestionError, match="names no days"):
        inspect_question(engine, question, "bananas", [PLAIN], TODAY)


def test_an_engine_is_asked_with_the_setting_as_it_is() -> None:
    engine = ByWeight([])
    inspect_question(engine, "ice", "", [SearchSetting(7, 0.25, collapse=False)], TODAY)
    [(query, setting)] = engine.asked
    assert setting == {"top_k": 7, "dense_weight": 0.25, "collapse": False}
    assert query.text == "ice"


@pytest.mark.parametrize(
    ("top_k", "weight"), [(0, 0.5), (MAX_STORIES + 1, 0.5), (5, 1.1), (5, -0.1)]
)
def test_a_setting_out_of_range_is_refused(top_k: int, weight: float) -> None:
    with pytest.raises(ConfigError, match="choose 1 to 50 stories"):
        SearchSetting(top_k, weight)


def test_it_begins_with_how_questions_are_answered() -> None:
    assert SearchSetting.of(AskConfig(top_k=20, dense_weight=0.7)) == SearchSetting(20, 0.7)
    assert SearchSetting.of(AskConfig(top_k=1000)).top_k == MAX_STORIES


def test_what_the_browser_sends_is_looked_up() -> None:
    head, first, second = inspect_for_browser(Lending(), "ice", "", [3, 0, True], TODAY)
    assert ("Searched for" in head, first.count("\n   <q>"), second) == (True, 3, "")
    _, first, second = inspect_for_browser(Lending(), "ice", "", [3, 0, True, 1, 1.0, False], TODAY)
    assert (first.count("\n   <q>"), second.count("\n   <q>")) == (3, 1)


@pytest.mark.parametrize(
    ("question", "dates", "values", "head"),
    [
        ("", "", [3, 0.5, True], "Ask to see which passages"),
        (None, 5, [3, 0.5, True], "Ask to see which passages"),
        ("…", "", [3, 0.5, True], "Type a question"),
        ("ice", "bananas", [3, 0.5, True], "“bananas” names no days"),
        ("ice", "", ["<b>", 0.5, True], "'\\<b\\>' and 0\\.5 are not numbers"),
        ("ice", "", [None, 0.5, True], "None and 0\\.5 are not numbers"),
        ("ice", "", [float("nan"), 0.5, True], "nan stories cannot"),
        ("ice", "", [float("inf"), 0.5, True], "inf stories cannot"),
        ("ice", "", [5, float("nan"), True], "No search finds 5 stories"),
        ("ice", "", [5, 2, True], "No search finds 5 stories"),
    ],
)
def test_what_cannot_be_looked_up_is_told(
    question: object, dates: object, values: list[object], head: str
) -> None:
    class Nothing(ByWeight):
        def inspect(self, query: Query, **setting: Any) -> Sequence[Hit]:
            return []

    lending = Lending()
    lending.engine = Nothing([])
    told = inspect_for_browser(lending, question, dates, values, TODAY)
    assert told[0].startswith(head)
    assert told[1:] in (["", ""], ["No passage was found.", ""])


def test_without_an_index_that_is_told() -> None:
    class Empty:
        def lease(self) -> Any:
            raise IndexMissing("Nothing is indexed yet.")

    assert inspect_for_browser(Empty(), "ice", "", [3, 0.5, True], TODAY) == [
        "Nothing is indexed yet\\.",
        "",
        "",
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_shown_as_text(hostile: str) -> None:
    poisoned = Article(hostile, f"It said {hostile}", 0, None, hostile, False, "", hostile, "")
    copy = replace(poisoned, id=f"{hostile}2")

    class Poisoned(ByWeight):
        def inspect(self, query: Query, **setting: Any) -> Sequence[Hit]:
            passage, other = (Passage(one, 0, len(one.text), 0) for one in (poisoned, copy))
            return [Hit(passage, 1.0, 1, 1.0, 1.0, (other,))]

    shown = inspect_question(Poisoned([]), f"It said {hostile}", "", [PLAIN, PLAIN], TODAY)
    ours = r"</?(?:bdi|small|samp|q|kbd)>"
    for text in (shown.head, *shown.lists):
        plain = re.sub(r"\\.", "", re.sub(ours, "", text))
        assert not re.search(r"[<>\[\]`$!|~]", plain)
    assert all(f"<q>{markdown(poisoned.text)}</q>" in one for one in shown.lists)


def test_the_tab_is_laid_out_over_its_service() -> None:
    with gr.Blocks() as page:
        inspect_tab(Lending(), PLAIN)
    names = {block.elem_id for block in page.blocks.values() if block.elem_id}
    assert {"inspect-question", "inspect-dates", "compare", "inspect-first"} <= names


@pytest.mark.parametrize(("question", "dates"), [("What froze in May?", ""), ("ice", "May")])
def test_a_month_without_a_year_is_the_last_one_that_the_articles_know(
    question: str, dates: str
) -> None:
    engine = ByWeight([], replace(INFO, newest_article=date(2021, 12, 20)))
    shown = inspect_question(engine, question, dates, [PLAIN], date(2026, 11, 29))
    [(query, _)] = engine.asked
    days = query.window or query.preferred
    assert days is not None
    assert (days.after, days.before) == (date(2021, 5, 1), date(2021, 6, 1))
    assert "May 2021" in shown.head
