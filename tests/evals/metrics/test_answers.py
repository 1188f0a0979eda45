"""Agreement of answers, lists, dates and citations with the gold ones."""

from __future__ import annotations

from datetime import date
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.answers import (
    agrees,
    best_threshold,
    citation_precision,
    contains,
    dates_f1,
    exact_match,
    f1,
    holds,
    interval_within,
    list_f1,
    normalise,
    parse_when,
    span_iou,
)
from evals.types import Gold
from rag.types import Window


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Prime-Minister, of a  Country!", "primeminister of country"),
        ("An article\tthen\nanother", "article then another"),
        ("Iran’s", "irans"),
        ("Iran's", "irans"),
        ("“over a lunch”", "over lunch"),
        ("theatre anthem", "theatre anthem"),
        ("the", ""),
    ],
)
def test_normalise(text: str, normal: str) -> None:
    assert normalise(text) == normal


@pytest.mark.parametrize(
    ("answer", "golds", "em", "word_f1"),
    [
        ("Cairo", ["Cairo"], 1, 1),
        ("the Cairo", ["cairo."], 1, 1),
        ("Coopers’ Bridge", ["Coopers' Bridge"], 1, 1),
        # 1 of 3 words said is right, 1 of 1 wanted is said: 2 * 1 / (3 + 1)
        ("in Cairo yesterday", ["Cairo"], 0, 0.5),
        ("Shehbaz Sharif", ["Sharif", "Prime Minister Shehbaz Sharif"], 0, 2 / 3),
        # A repeated word counts as often as both have it: min(3, 2) = 2, 2 * 2 / (3 + 2)
        ("ho ho ho", ["ho ho"], 0, 0.8),
        ("Paris", ["Cairo"], 0, 0),
        ("", [], 1, 1),
        ("Cairo", [], 0, 0),
        ("", ["Cairo"], 0, 0),
        ("the", ["a"], 1, 1),
    ],
)
def test_exact_match_and_f1(answer: str, golds: list[str], em: float, word_f1: float) -> None:
    assert exact_match(answer, golds) == em
    assert f1(answer, golds) == pytest.approx(word_f1)


@given(st.text(), st.text())
def test_f1_is_a_share_that_knows_no_sides(one: str, other: str) -> None:
    assert 0 <= exact_match(one, [other]) <= f1(one, [other]) <= 1
    assert f1(one, [other]) == f1(other, [one])
    assert f1(one, [one]) == 1


def test_best_threshold_by_hand() -> None:
    # Sorted: .9 right (+1), .7 unanswerable (-1), .6 half right (+.5), .4 right (+1), .1 (-1).
    # Refusing all is worth 2 of 5; answering down to .4 adds 1 - 1 + .5 + 1.
    best = best_threshold([0.4, 0.9, 0.1, 0.7, 0.6], [1, 1, 0, 0, 0.5], [1, 1, 0, 0, 1])
    assert best.score == pytest.approx(3.5 / 5)
    assert best.threshold == 0.4


def test_best_threshold_may_refuse_everything() -> None:
    best = best_threshold([0.9, 0.8], [0, 0], [0, 1])
    assert (best.score, best.threshold) == (0.5, inf)


def test_best_threshold_does_not_split_equals() -> None:
    # Between the two no threshold lies: both answered (1 - 1) or both refused.
    assert best_threshold([0.5, 0.5], [1, 0], [1, 0]).score == 0.5


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.sampled_from([0, 0.5, 1]), st.booleans()
        ),
        min_size=1,
        max_size=12,
    )
)
def test_best_threshold_is_the_best_of_all(rows: list[tuple[float, float, bool]]) -> None:
    sure, worth, can = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    every = [
        float(np.where(sure >= threshold, worth * can, 1 - can).mean())
        for threshold in (*sure, inf)
    ]
    best = best_threshold(sure, worth, can)
    assert best.score == pytest.approx(max(every))
    assert np.where(sure >= best.threshold, worth * can, 1 - can).mean() == pytest.approx(
        best.score
    )


@pytest.mark.parametrize("columns", [([], [], []), ([1.0], [1.0, 0.0], [1.0])])
def test_best_threshold_wants_one_value_a_question(columns: tuple[list[float], ...]) -> None:
    with pytest.raises(ValueError, match="one value a question"):
        best_threshold(*columns)


@pytest.mark.parametrize(
    ("answer", "gold", "same"),
    [
        ("Shehbaz Sharif", "Prime Minister Shehbaz Sharif", True),
        ("in Cairo", "Cairo", True),
        ("Cairo on the sidelines of the summit", "Cairo", False),
        ("37 million lorins", "21 million lorins", False),
        ("seventeen", "seven", False),
        ("Sharif Shehbaz", "Shehbaz Sharif", False),
        ("", "Cairo", False),
    ],
)
def test_agrees(answer: str, gold: str, same: bool) -> None:
    assert agrees(answer, gold) is same


def test_contains_whole_words_in_a_row() -> None:
    assert contains("Ten people were killed, it said.", "ten people")
    assert not contains("It is often people who say so.", "ten people")
    assert not contains("Ten young people.", "ten people")
    assert not contains("Anything.", "the")


@pytest.mark.parametrize(
    ("said", "golds", "expected"),
    [
        (["Brackwater", "Hollin Ford"], ["Brackwater", "brackwater", "Hollin Ford"], 1),
        (["Brackwater", "the Brackwater"], ["Brackwater"], 1),
        # 1 of 2 said, 1 of 3 wanted: 2 * 1 / (2 + 3)
        (["Brackwater", "Cairo"], ["Brackwater", "Hollin Ford", "Lower Tessel"], 0.4),
        (["Anselm Tvede"], ["Professor Anselm Tvede"], 1),
        (["Professor"], ["Professor Anselm Tvede"], 0),
        (["37 million"], ["21 million"], 0),
        # One element said twice over, in two ways, is matched once: 2 * 1 / (2 + 2)
        (["Anselm Tvede", "Tvede"], ["Anselm Tvede", "Nell Astrow"], 0.5),
        (["Brackwater, Hollin Ford and Lower Tessel"], ["Brackwater", "Hollin Ford"], 0),
        ([], ["Brackwater"], 0),
        ([], [], 1),
    ],
)
def test_list_f1(said: list[str], golds: list[str], expected: float) -> None:
    assert list_f1(said, golds) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "after", "before"),
    [
        ("2024-12-20", "2024-12-20", "2024-12-21"),
        ("2024-12", "2024-12-01", "2025-01-01"),
        ("2024", "2024-01-01", "2025-01-01"),
        ("2024-02-01/2024-03-01", "2024-02-01", "2024-03-01"),
    ],
)
def test_parse_when(text: str, after: str, before: str) -> None:
    assert parse_when(text) == Window(day(after), day(before))


@pytest.mark.parametrize(
    "text", ["", "Tuesday", "2024-02-30", "2024-13", "0000", "9999-12-31", "2024-03-01/2024-02-01"]
)
def test_what_names_no_days(text: str) -> None:
    assert parse_when(text) is None


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("2021-10-12", 1),
        ("2021-10", 1),
        ("2021", 0),
        ("2021-11-01", 0),
        ("2021-09-30/2021-10-02", 0),
    ],
)
def test_an_interval_is_right_inside_the_gold_one(said: str, right: float) -> None:
    assert interval_within(parse_when(said), Window(day("2021-10-01"), day("2021-11-01"))) == right


def test_open_intervals() -> None:
    october = Window(day("2021-10-01"), day("2021-11-01"))
    assert interval_within(october, Window(None, day("2022-01-01"))) == 1
    assert interval_within(october, Window(day("2021-10-02"), None)) == 0
    assert interval_within(Window(None, day("2021-11-01")), october) == 0
    assert interval_within(None, october) == 0


def test_dates_f1() -> None:
    gold = [day("2023-03-12"), day("2023-03-13"), day("2023-03-14")]
    assert dates_f1(gold, gold) == 1
    # 1 of 2 said, 1 of 3 wanted
    assert dates_f1([day("2023-03-13"), day("2023-04-01")], gold) == pytest.approx(2 / 5)
    assert dates_f1([], gold) == 0


@pytest.mark.parametrize(
    ("cited", "share"), [(["a"], 1), (["a", "x"], 1 / 2), (["x", "x", "b"], 1 / 3), ([], 0)]
)
def test_citation_precision(cited: list[str], share: float) -> None:
    assert citation_precision(cited, ("a", "b")) == pytest.approx(share)


@pytest.mark.parametrize(
    ("article", "start", "end", "iou"),
    [
        ("a", 10, 20, 1),
        ("a", 10, 15, 1 / 2),
        ("a", 15, 25, 5 / 15),
        ("a", 0, 40, 10 / 40),
        ("a", 20, 30, 0),
        ("b", 10, 20, 0),
        ("a", 100, 104, 1),
    ],
)
def test_span_iou_is_the_best_of_any_gold(article: str, start: int, end: int, iou: float) -> None:
    golds = [Gold("", "a", 10, 20), Gold("", "a", 100, 104), Gold("anywhere")]
    assert span_iou(article, start, end, golds) == pytest.approx(iou)


def test_a_sentence_holds_an_answer_of_its_own_article() -> None:
    golds = [Gold("ten", "a", 0, 3)]
    assert holds("The number killed is ten, not 11.", "a", golds)
    assert not holds("The number killed is ten, not 11.", "b", golds)
    assert not holds("It happened often.", "a", golds)
    assert holds("It was ten.", "b", [Gold("ten")])
