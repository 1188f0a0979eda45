"""Questions: what a person typed in, the query that is searched out."""

from __future__ import annotations

import unicodedata

from rag.errors import QuestionError
from rag.types import Query, Window

MAX_CHARS = 2_000


def understand(question: str, *, window: Window | None = None) -> Query:
    """The query of ``question``, filtered by ``window``.

    Control and format characters are not searched; ``Query.text`` is empty when nothing else was
    typed. Raises QuestionError for a question of more than ``MAX_CHARS`` characters.
    """
    if len(question) > MAX_CHARS:
        raise QuestionError(
            f"The question has {len(question):,} characters; ask it in at most {MAX_CHARS:,}."
        )
    text = " ".join("".join(map(_visible, question)).split())
    if not any(character.isalnum() for character in text):
        text = ""
    return Query(question=question, text=text, window=window)


def _visible(character: str) -> str:
    return " " if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else character
