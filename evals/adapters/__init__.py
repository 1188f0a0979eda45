"""Public question sets, each in its own format, in; ``QuestionSet`` values out."""

from evals.adapters.corpus import write_corpus
from evals.adapters.recognise import read_question_set
from evals.types import Document, QuestionSet

__all__ = ["Document", "QuestionSet", "read_question_set", "write_corpus"]
