"""Follow-ups beside the same questions asked in full."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evals.in_full import compare_in_full
from evals.run import Run
from evals.sets import EvalSet
from evals.types import Question
from rag.errors import ConfigError
from tests.evals.small import QUESTIONS, Words, asked, run_small, small_set

ALONE, FOLLOWING = QUESTIONS[0], asked(1, "And the barges?", "harbour", "two barges")
FOLLOWED = replace(
    FOLLOWING,
    history=(ALONE.question,),
    in_full="How many barges were lost there by Captain Ida Holm?",
)


def test_a_follow_up_is_asked_after_its_history_and_in_full_without_it() -> None:
    parts: list[tuple[Question, ...]] = []

    def run(part: EvalSet) -> Run:
        parts.append(part.questions)
        return run_small(Words(), part)

    compared = compare_in_full(small_set(questions=(ALONE, FOLLOWED)), run)
    ((before,), (after,)) = parts
    assert before == FOLLOWED
    assert (after.question, after.history) == (FOLLOWED.in_full, ())
    assert (after.id, after.answers) == (FOLLOWED.id, FOLLOWED.answers)
    right = {one.metric: (one.before, one.after) for one in compared.differences}["correct"]
    assert right == (0.0, 1.0)
    assert compared.gained == (FOLLOWED.id,)


def test_a_set_without_follow_ups_in_full_is_refused() -> None:
    with pytest.raises(ConfigError, match="'small' has no follow-up with a text in 'in_full'"):
        compare_in_full(small_set(questions=(ALONE,)), lambda part: run_small(Words(), part))
