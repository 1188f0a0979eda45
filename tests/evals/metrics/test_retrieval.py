"""Retrieval metrics against their definitions."""

from __future__ import annotations

import random
from typing import Any

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import AP, RR, R, Success, nDCG

from evals.metrics.retrieval import (
    average_precision,
    hit_at,
    judge_passages,
    ndcg,
    recall_at,
    reciprocal_rank,
)
from evals.types import Gold

IDS = [f"article-{number}" for number in range(25)]
OURS = {
    R @ 1: lambda ranked, grades: recall_at(ranked, grades, 1),
    R @ 5: lambda ranked, grades: recall_at(ranked, grades, 5),
    Success @ 1: lambda ranked, grades: hit_at(ranked, grades, 1),
    Success @ 5: lambda ranked, grades: hit_at(ranked, grades, 5),
    RR @ 10: reciprocal_rank,
    AP @ 10: average_precision,
    nDCG @ 10: ndcg,
}


def oracle(measure: Any, ranked: list[str], grades: dict[str, int]) -> float:
    run = {"q": {name: -float(rank) for rank, name in enumerate(ranked)}}
    return ir_measures.calc_aggregate([measure], {"q": grades}, run)[measure]


def case(seed: int) -> tuple[list[str], dict[str, int]]:
    """A random ranking of some of the ids, and grades of others, not all of them retrieved."""
    chance = random.Random(seed)
    ranked = chance.sample(IDS, chance.randint(1, len(IDS)))
    judged = chance.sample(IDS, chance.randint(1, 15))
    return ranked, {name: chance.choice([0, 1, 1, 2, 3]) for name in judged}


@pytest.mark.parametrize("measure", OURS, ids=str)
def test_agrees_with_trec_eval_on_random_rankings(measure: Any) -> None:
    cases = [(ranked, grades) for seed in range(150) for ranked, grades in [case(seed)]]
    ours = [OURS[measure](ranked, grades) for ranked, grades in cases]
    assert ours == pytest.approx([oracle(measure, ranked, grades) for ranked, grades in cases])
    assert len(set(ours)) > 1


def test_a_case_by_hand() -> None:
    ranked, grades = ["b", "x", "a", "y"], {"a": 2, "b": 1, "c": 1}
    assert recall_at(ranked, grades, 2) == pytest.approx(1 / 3)
    assert hit_at(ranked, grades, 1) == 1
    assert reciprocal_rank(["x", "y", "a"], grades) == pytest.approx(1 / 3)
    assert average_precision(ranked, grades) == pytest.approx((1 / 1 + 2 / 3) / 3)
    best = 2 + 1 / 1.584962500721156 + 1 / 2
    assert ndcg(ranked, grades) == pytest.approx((1 + 2 / 2) / best)


def test_a_second_occurrence_takes_no_rank() -> None:
    assert reciprocal_rank(["x", "x", "a"], {"a": 1}) == 1 / 2
    assert recall_at(["a", "a", "b"], {"a": 1, "b": 1}, 2) == 1


@pytest.mark.parametrize("metric", [reciprocal_rank, average_precision, ndcg])
def test_looks_no_deeper_than_ten(metric: Any) -> None:
    ranked = IDS[:11]
    assert metric(ranked, {IDS[9]: 1}) > 0
    assert metric(ranked, {IDS[10]: 1}) == 0


@pytest.mark.parametrize("grades", [{}, {"a": 0}, {"a": -1}])
def test_without_a_relevant_id_all_are_zero(grades: dict[str, int]) -> None:
    assert [measure(["a"], grades) for measure in OURS.values()] == [0.0] * len(OURS)


@given(st.permutations(IDS), st.dictionaries(st.sampled_from(IDS), st.integers(0, 3)))
def test_every_metric_is_a_share(ranked: list[str], grades: dict[str, int]) -> None:
    assert all(0 <= measure(ranked, grades) <= 1 + 1e-12 for measure in OURS.values())


def gold(article: str, start: int, end: int) -> Gold:
    return Gold("", article, start, end)


def test_a_passage_is_relevant_when_it_overlaps_a_gold_span() -> None:
    passages = [("a", 0, 100), ("b", 50, 90), ("a", 90, 200)]
    ranked, judgments = judge_passages(passages, [gold("b", 89, 95), gold("b", 300, 310)])
    assert [judgments.get(name, 0) for name in ranked] == [0, 1, 0]
    assert recall_at(ranked, judgments, 10) == 1 / 2


@pytest.mark.parametrize(
    ("passage", "relevant"),
    [
        (("a", 0, 10), 0),
        (("a", 0, 11), 1),
        (("a", 19, 30), 1),
        (("a", 20, 30), 0),
        (("b", 0, 30), 0),
    ],
)
def test_touching_is_not_overlapping(passage: tuple[str, int, int], relevant: int) -> None:
    ranked, judgments = judge_passages([passage], [gold("a", 10, 20)])
    assert hit_at(ranked, judgments, 1) == relevant


def test_gold_spans_that_overlap_are_one_and_those_without_a_place_none() -> None:
    golds = [gold("a", 10, 30), gold("a", 15, 20), gold("a", 29, 35), Gold("ten", "a")]
    assert len(judge_passages([], golds)[1]) == 1
    assert len(judge_passages([], [gold("a", 10, 20), gold("a", 20, 30)])[1]) == 2
