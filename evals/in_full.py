"""A set in; its follow-ups as they were asked, and asked in full, compared by question, out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from evals.compare import Compared, compare
from evals.record import Record
from evals.run import Run
from evals.sets import EvalSet
from rag.errors import ConfigError


def compare_in_full(asked: EvalSet, run: Callable[[EvalSet], Run]) -> Compared:
    """What ``run`` makes of the follow-ups of a set, before, and of the same in full, after.

    Raises ConfigError when the set has no follow-up that is written out in full.
    """
    follow_ups = tuple(question for question in asked.questions if question.in_full)
    if not follow_ups:
        raise ConfigError(
            f"The set {asked.name!r} has no follow-up with a text in 'in_full'; add that field to "
            "questions that have a 'history'."
        )
    in_full = tuple(
        replace(question, question=question.in_full, history=(), in_full="")
        for question in follow_ups
    )
    before = Record.of(run(replace(asked, questions=follow_ups)))
    after = Record.of(run(replace(asked, questions=in_full)))
    return compare(before, replace(after, questions=before.questions))
