"""What a question is about, by its words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.query.question_type import topic_of
from rag.text.sentences import word_spans
from rag.types import Query, Window


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Give me a timeline of the Tessel flood", "Tessel flood"),
        ("chronology of the dock strike", "dock strike"),
        ("What is the latest on the Anquist case?", "Anquist case"),
        ("Summarise what came out of the talks in Cairo.", "talks Cairo"),
        ("latest news about the Kellbeck mine?", "Kellbeck mine"),
        ("What has the WHO said about US vaccines?", "WHO US vaccines"),
        ("WHAT IS THE LATEST ON THE STRIKE?", "STRIKE"),
        ("Lyon’s newest bridge", "Lyon’s bridge"),
        ("What happened?", ""),
        ("", ""),
    ],
)
def test_words_that_only_ask_are_left_out(question: str, topic: str) -> None:
    assert topic_of(Query(question, question)) == topic


def test_the_words_of_the_window_are_left_out() -> None:
    window = Window(date(2024, 6, 1), date(2024, 7, 1), "in June")
    question = "Summarise the news in June on Cairo"
    assert topic_of(Query(question, question, window)) == "Cairo"
    assert topic_of(Query(question, question)) == "June Cairo"


@given(st.text())
def test_every_word_of_the_topic_is_one_of_the_question(text: str) -> None:
    words = [text[start:end] for start, end in word_spans(text)]
    topic = topic_of(Query(text, text)).split(" ")
    assert topic == [""] or [word for word in words if word in topic] == topic
