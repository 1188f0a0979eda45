"""A pipeline in; the same, which keeps the answers that it gave, out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rag.answer.pipeline import Pipeline
from rag.question.understand import Corrections
from rag.types import Answer, Hit, Query, Window


class Recording:
    """Asks ``pipeline``; ``answers`` are those that it gave, in order."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self.answers: list[Answer] = []

    def ask(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        window: Window | None = None,
        today: date | None = None,
        top_k: int | None = None,
        corrections: Corrections | None = None,
    ) -> Answer:
        answer = self._pipeline.ask(
            question,
            history=history,
            window=window,
            today=today,
            top_k=top_k,
            corrections=corrections,
        )
        self.answers.append(answer)
        return answer

    def retrieve(self, query: Query, *, top_k: int | None = None) -> list[Hit]:
        return self._pipeline.retrieve(query, top_k=top_k)
