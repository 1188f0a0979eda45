"""Question sets in every format that is read, and the articles that they are about."""

from evals.sets.opening import (
    OWN_SETS,
    SPLITS,
    EvalSet,
    open_bundles,
    open_set,
    question_json,
    read_question_set,
)
from evals.sets.rows import QuestionSetError

__all__ = [
    "OWN_SETS",
    "SPLITS",
    "EvalSet",
    "QuestionSetError",
    "open_bundles",
    "open_set",
    "question_json",
    "read_question_set",
]
