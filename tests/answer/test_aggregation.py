"""Which answers of several articles agree, and which give another value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import log1p

import pytest

from rag.answer.aggregation import conflicting_answers, group_answers, same_answer
from rag.answer.evidence import Candidate
from tests.answer.finding import candidate, matcher, source


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
    best, second, third = group_answers(ranked, weight=1.0)
    assert (best.best, best.also) == (ranked[1], (ranked[2],))
    assert best.score == pytest.approx(2.8 + log1p(1))
    assert (second.best, third.best) == (ranked[0], ranked[3])


def test_one_article_counts_once() -> None:
    twice = source("Oslo. Oslo again.", article_id="b")
    ranked = [candidate(twice, "Oslo.", 2.0), candidate(twice, "Oslo again", 1.0)]
    (answer,) = group_answers([ranked[0], ranked[0]], weight=1.0)
    assert (answer.also, answer.score) == ((), 2.0)


def test_nothing_agrees_with_nothing() -> None:
    assert group_answers([], weight=1.0) == []


ASKED = "How many people died in the Tessel flood?"


def others(candidates: Sequence[Candidate], question: str = ASKED) -> list[str]:
    sides = conflicting_answers(
        group_answers(candidates, weight=0.0), question, matcher(), margin=3.0
    )
    return [side.best.quote for side in sides]


def told(text: str, quote: str, article_id: str, day: int, score: float = 5.0) -> Candidate:
    published = date(2024, 3, day)
    return candidate(source(text, article_id=article_id, published=published), quote, score)


def test_revised_figures_are_shown_the_latest_first() -> None:
    assert others(
        [
            told("In the Tessel flood 7 people died.", "7", "b", 13, 6.0),
            told("In the Tessel flood three people died.", "three", "a", 12),
            told("The Tessel flood: 11 people died.", "11", "c", 14),
        ]
    ) == ["11", "three"]


def test_the_same_value_is_agreement() -> None:
    assert not others(
        [
            told("In the Tessel flood 7 people died.", "7", "a", 12),
            told("Seven people died in the Tessel flood.", "Seven", "b", 13),
        ]
    )


def test_another_thing_is_no_other_side() -> None:
    first = told("In the Tessel flood 7 people died.", "7", "a", 12)
    for text, quote in [
        ("In the Tessel flood 300 ships sank.", "300"),  # another unit
        ("In the Lanner flood 9 people died.", "9"),  # another name
        ("Four people married at the Tessel.", "Four"),  # another event
        ("In the Tessel flood 9 people were born alive.", "9"),  # the opposite
        ("In the Tessel flood 9 people died and 4 lived.", "9 people died and 4 lived"),
    ]:
        assert others([first, told(text, quote, "b", 13)]) == []


def test_one_article_does_not_disagree_with_itself() -> None:
    both = source("In the Tessel flood 7 people died. The Tessel flood: 9 people died.")
    assert not others([candidate(both, "7"), candidate(both, "9")])


def test_a_weak_candidate_is_no_source() -> None:
    first = told("In the Tessel flood 7 people died.", "7", "a", 12, 9.0)
    assert others([first, told("In the Tessel flood 8 people died.", "8", "b", 13, 5.9)]) == []
    assert others([first, told("In the Tessel flood 8 people died.", "8", "b", 13, 6.1)]) == ["8"]


def test_days_that_exclude_each_other_disagree() -> None:
    question = "When did the strike in the harbour begin?"
    monday = told("The strike in the harbour began on Monday.", "Monday", "a", 14)
    assert others(
        [monday, told("The strike in the harbour began on Tuesday.", "Tuesday", "b", 14)], question
    ) == ["Tuesday"]
    assert not others(
        [monday, told("The strike in the harbour began in March 2024.", "March 2024", "b", 30)],
        question,
    )


def test_names_disagree_at_the_same_place_of_the_same_sentence() -> None:
    question = "Who won the cup?"
    rovers = told("The cup was won by Callan Rovers on Sunday.", "Callan Rovers", "a", 14)
    assert others(
        [rovers, told("The cup was won by Brackwater Town on Sunday.", "Brackwater Town", "b", 14)],
        question,
    ) == ["Brackwater Town"]
    assert not others(
        [rovers, told("Brackwater Town has won the cup before.", "Brackwater Town", "b", 14)],
        question,
    )


def test_a_near_copy_with_another_figure_is_a_side() -> None:
    text = "The flood drove about {} from their homes, the rescue service said on Sunday."
    copy = source(text.format("1,900"), article_id="post").passage
    first = candidate(replace(source(text.format("1,400")), copies=(copy,)), "1,400")
    (side,) = conflicting_answers(group_answers([first], weight=0.0), ASKED, matcher(), margin=3.0)
    assert (side.best.quote, side.best.article_id) == ("1,900", "post")
    same = candidate(replace(source(text.format("1,400")), copies=(first.hit.passage,)), "1,400")
    assert (
        conflicting_answers(group_answers([same], weight=0.0), ASKED, matcher(), margin=3.0) == ()
    )


def test_nothing_disagrees_with_nothing() -> None:
    assert conflicting_answers([], ASKED, matcher(), margin=3.0) == ()
