"""Readers: a question and passages in, candidate answers as spans of each passage out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.types import Passage, Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in one passage: spans best first, and the score of "not in here"."""

    spans: tuple[Span, ...]
    null_score: float


class Reader(Protocol):
    """Finds answers to a question in passages.

    ``read`` returns one Reading per passage, in order. Spans lie inside their passage, in
    characters of the article's text, do not overlap, and their scores compare across passages.
    """

    name: str

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]: ...
