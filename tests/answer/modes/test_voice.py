"""Whose words a question asks for, by hand."""

from __future__ import annotations

import pytest

from rag.answer.speakers import says_it
from tests.answer.finding import candidate, source

STORY = "Khan promised roads and schools. Minister Dar promised bridges. The port is shut."


@pytest.mark.parametrize(
    ("question", "quote", "said"),
    [
        ("What did Khan promise?", "roads and schools", True),
        ("What did Khan promise?", "bridges", False),
        ("What did Minister Dar say about bridges?", "bridges", True),
        ("What did Khan promise?", "shut", None),
        ("What did the minister promise?", "bridges", None),
        ("Where are the bridges?", "bridges", None),
    ],
)
def test_who_says_it(question: str, quote: str, said: bool | None) -> None:
    assert says_it(question, candidate(source(STORY), quote)) is said
