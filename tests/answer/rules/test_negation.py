"""What turns or weakens a sentence, by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.rules.negation import clauses, negation_cues


@pytest.mark.parametrize(
    ("text", "sort", "words", "scope"),
    [
        ("Corlin did not go.", "not", "not", ["Corlin did not go."]),
        ("Lomasz, who has no party, will not stand.", "not", "not", ["Lomasz,", "will not stand."]),
        ("Nine were hurt, not six, on Friday.", "contrast", ", not ", ["six"]),
        ("She refused to sign it.", "refusal", "refused to", [" sign it."]),
        ("He denied that it rained, but it did.", "denial", "denied", [" that it rained"]),
        ("The claim is nonsense.", "falsity", "nonsense", ["The claim is nonsense."]),
        ("The ship may sail.", "doubt", "may", [" sail."]),
        ("Some of them came.", "part", "Some of", ["Some of them came."]),
    ],
)
def test_a_cue_and_its_scope(text: str, sort: str, words: str, scope: list[str]) -> None:
    found = [
        (cue.sort, text[slice(*cue.words)], [text[start:end] for start, end in cue.scope])
        for cue in negation_cues(text)
    ]
    assert (sort, words, scope) in found


@pytest.mark.parametrize("text", ["Not only he came.", "It is no doubt true.", "All went well."])
def test_no_negation(text: str) -> None:
    assert not [cue for cue in negation_cues(text) if cue.sort == "not"]


@given(st.text(alphabet="who, not that denied;. ab", max_size=80))
def test_clauses_are_disjoint_slices(text: str) -> None:
    spans = sorted(span for clause in clauses(text) for span in clause)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
