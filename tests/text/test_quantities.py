"""Quantities, by hand."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.quantities import quantities


@pytest.mark.parametrize(
    ("text", "value", "units"),
    [
        ("about 1,400 fled", "1400", {"fled"}),
        ("84 million lorins", "84000000", {"lorin"}),
        ("$5m", "5000000", {"dollar"}),
        ("€ 3bn", "3000000000", {"euro"}),
        ("4.1 per cent", "4.1", {"%"}),
        ("7.5%", "7.5", {"%"}),
        ("twenty-one ships", "21", {"ship"}),
        ("a dozen ships", "12", {"ship"}),
        ("two hundred and five men", "205", {"people"}),
        ("half a million lorins", "500000", {"lorin"}),
        ("fourteen trapped miners", "14", {"miner"}),
        ("3 km", "3", {"kilometre"}),
        ("three kilometres", "3", {"kilometre"}),
        ("four bodies", "4", {"body"}),
        ("1500 people", "1500", {"people"}),
        ("The toll is 11.", "11", set()),
    ],
)
def test_value_and_unit(text: str, value: str, units: set[str]) -> None:
    (found,) = quantities(text)
    assert (found.value, set(found.units)) == (Decimal(value), units)


@pytest.mark.parametrize(
    "text",
    ["on 12 March 2023", "March 12", "at 4 a.m.", "at 10.52 p.m.", "in 2024", "the 11th D-8 summit",
     "2023-03-12", "won 2–1", "flight 12/34"],
)  # fmt: skip
def test_days_times_years_ordinals_and_scores_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


def test_the_same_unit_or_an_unknown_one_can_be_compared() -> None:
    ships, lorins, bare = (quantities(t)[0] for t in ("3 ships", "3 lorins", "3."))
    assert not ships.comparable(lorins)
    assert ships.comparable(bare)
    assert bare.comparable(lorins)


@given(st.text(alphabet="0123456789 ,.-mbnthousandreigf$%", max_size=60))
def test_spans_are_slices_in_order(text: str) -> None:
    found = quantities(text)
    assert all(0 <= q.start < q.end <= len(text) for q in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
