"""Approximate matching of words, against the recursion that it computes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.alignment import align, distance

WORDS = st.lists(st.sampled_from("abc"), max_size=7)


def plain(pattern: Sequence[str], text: Sequence[str]) -> tuple[int, int]:
    """The least distance to any stretch, and the first end of one, best with the last word."""

    @cache
    def changes(i: int, j: int) -> int:
        if i == 0:
            return 0
        options = [changes(i - 1, j) + 1]
        if j:
            options += [changes(i - 1, j - 1) + (pattern[i - 1] != text[j - 1])]
            options += [changes(i, j - 1) + 1]
        return min(options)

    ends = range(len(text) + 1)
    least = min(changes(len(pattern), end) for end in ends)
    best = [end for end in ends if changes(len(pattern), end) == least]
    return least, min(best, key=lambda end: [text[end - 1 : end] != pattern[-1:], end])


@given(WORDS, WORDS)
def test_the_distance_is_the_least(pattern: list[str], text: list[str]) -> None:
    assert distance(pattern, text) == plain(pattern, text)


@given(WORDS, WORDS)
def test_the_pairs_account_for_every_change(pattern: list[str], text: list[str]) -> None:
    found = align(pattern, text)
    ours = [i for i, _ in found.pairs if i is not None]
    theirs = [j for _, j in found.pairs if j is not None]
    assert ours == list(range(len(pattern)))
    assert theirs == list(range(theirs[0], theirs[-1] + 1) if theirs else ())
    assert all(pattern[i] == text[j] for i, j in found.pairs if None not in (i, j))
    alone = sum(i is None for i, _ in found.pairs), sum(j is None for _, j in found.pairs)
    assert max(alone) <= found.distance <= sum(alone)


@pytest.mark.parametrize(
    ("pattern", "text", "pairs"),
    [
        ("a b c", "x a b c a b c", ((0, 1), (1, 2), (2, 3))),
        ("a b c", "x a y c x", ((0, 1), (None, 2), (1, None), (2, 3))),
        ("a b c", "a b x c", ((0, 0), (1, 1), (None, 2), (2, 3))),
        ("a b c", "a x b c", ((0, 0), (None, 1), (1, 2), (2, 3))),
        ("a b c", "a c", ((0, 0), (1, None), (2, 1))),
        ("z a b", "x a b x", ((0, None), (1, 1), (2, 2))),
        ("a", "", ((0, None),)),
    ],
)
def test_how_words_stand_for_each_other(
    pattern: str, text: str, pairs: tuple[tuple[int | None, int | None], ...]
) -> None:
    assert align(pattern.split(), text.split()).pairs == pairs
