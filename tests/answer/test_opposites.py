"""Opposites and words for the same thing, by hand."""

from __future__ import annotations

import pytest

from rag.answer.rules.matching import alike, opposed
from rag.text.analyzer import analyse


@pytest.mark.parametrize(
    ("one", "other"),
    [("open", "closed"), ("accepted", "rejects"), ("alive", "died"), ("higher", "lower"),
     ("first", "last"), ("permanent", "acting"), ("read", "unread"), ("legal", "illegal")],
)  # fmt: skip
def test_opposites_both_ways(one: str, other: str) -> None:
    (left,), (right,) = analyse(one), analyse(other)
    assert opposed(left, right)
    assert opposed(right, left)


@pytest.mark.parametrize(("one", "other"), [("open", "opened"), ("bridge", "river"), ("in", "inn")])
def test_no_opposites(one: str, other: str) -> None:
    assert not opposed("".join(analyse(one)), "".join(analyse(other)))


@pytest.mark.parametrize(("one", "other"), [("fired", "dismissed"), ("hurt", "injured")])
def test_words_for_the_same_thing(one: str, other: str) -> None:
    assert alike(analyse(one)[0], analyse(other)[0])
    assert not alike(analyse(one)[0], "bridge")
