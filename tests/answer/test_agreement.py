"""Agreement, by hand."""

from __future__ import annotations

from math import log1p

import pytest

from rag.answer.aggregation import agree, same_answer
from tests.answer.finding import candidate, source


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("three", "3"),
        ("about 1,400", "1400"),
        ("$5m", "5 million dollars"),
        ("84 million lorins", "84 million"),
        ("4.10 per cent", "4.1 percent"),
        ("three kilometres", "3 km"),
        ("on Tuesday", "Tuesday"),
        ("Sharif", "Shehbaz Sharif"),
        ("Prime Minister Shehbaz Sharif", "Sharif"),
        ("Iran’s", "Iran"),
        ("the miner", "miners"),
        ("the Coopers' Bridge", "Coopers' Bridge"),
    ],
)
def test_the_same_answer(one: str, other: str) -> None:
    assert same_answer(one, other)
    assert same_answer(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,400", "1,900"),
        ("37 million lorins", "37 thousand lorins"),
        ("Korea", "North Korea"),
        ("York", "New York"),
        ("Shehbaz Sharif", "Nawaz Sharif"),
        ("the prime minister", "Prime Minister Sharif"),
        ("guilty", "not guilty"),
        ("12 March", "13 March"),
        ("Cairo", "Istanbul"),
    ],
)
def test_another_answer(one: str, other: str) -> None:
    assert not same_answer(one, other)
    assert not same_answer(other, one)


def test_articles_that_agree_lift_an_answer() -> None:
    a, b, c = (source(f"{city} it is.", article_id=city) for city in ("Rome", "Oslo", "Lima"))
    b_again = source("In Oslo, then.", article_id="d")
    ranked = [
        candidate(a, "Rome", 3.0),
        candidate(b, "Oslo", 2.8),
        candidate(b_again, "Oslo", 1.0),
        candidate(c, "Lima", 0.5),
    ]
    best, second, third = agree(ranked, weight=1.0)
    assert (best.best, best.also) == (ranked[1], (ranked[2],))
    assert best.score == pytest.approx(2.8 + log1p(1))
    assert (second.best, third.best) == (ranked[0], ranked[3])


def test_one_article_counts_once() -> None:
    twice = source("Oslo. Oslo again.", article_id="b")
    ranked = [candidate(twice, "Oslo.", 2.0), candidate(twice, "Oslo again", 1.0)]
    (answer,) = agree([ranked[0], ranked[0]], weight=1.0)
    assert (answer.also, answer.score) == ((), 2.0)


def test_nothing_agrees_with_nothing() -> None:
    assert agree([], weight=1.0) == []
