"""The protocol of what answers: one opened version of the index; ``Pipeline`` is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from rag.answer.stages import Stage
from rag.index.local import Texts
from rag.query.history import History
from rag.query.understand import Corrections
from rag.types import Answer, Article, IndexInfo, Window


class Engine(Protocol):
    """One immutable version of the index, opened. Methods may be called from several threads."""

    @property
    def info(self) -> IndexInfo: ...
    @property
    def texts(self) -> Texts: ...
    def ask(
        self,
        question: str,
        *,
        history: History = (),
        window: Window | None = None,
        today: date | None = None,
        corrections: Corrections | None = None,
    ) -> Answer: ...
    def asking(
        self,
        question: str,
        *,
        history: History = (),
        window: Window | None = None,
        today: date | None = None,
        corrections: Corrections | None = None,
    ) -> Iterator[Stage]: ...
    def article(self, article_id: str) -> Article: ...
