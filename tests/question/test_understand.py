"""Questions: what is searched, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.question import MAX_CHARS, understand
from rag.errors import QuestionError


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Where did they meet?", "Where did they meet?"),
        ("  Where\n\tdid  they meet?\x00 ", "Where did they meet?"),
        ("\u202eWho\u202c?", "Who ?"),
        ("", ""),
        (" \n ", ""),
        ("?!… —", ""),
        ("\x1b[31mred\x07", "[31mred"),
        ("کجا؟", "کجا؟"),
    ],
)
def test_what_is_searched(question: str, searched: str) -> None:
    query = understand(question)
    assert (query.question, query.text) == (question, searched)


def test_a_question_of_a_megabyte_is_refused_in_one_sentence() -> None:
    with pytest.raises(
        QuestionError, match=f"1,000,000 characters; ask it in at most {MAX_CHARS:,}"
    ):
        understand("x" * 1_000_000)


@given(st.text(max_size=MAX_CHARS))
def test_any_text_can_be_asked(question: str) -> None:
    text = understand(question).text
    assert text == " ".join(text.split())
    text.encode()
