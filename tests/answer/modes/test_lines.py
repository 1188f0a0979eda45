"""The sentences of the articles on a topic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.answerers.stories import Story
from rag.types import Passage
from tests.answer.making import article, hit
from tests.answer.modes.topics import line_reader

TEXT = (
    "The mine at Kellbeck fell in. Twelve miners are trapped below. The town waits. "
    "Rescue teams dig from both sides."
)


def of(text: str, *spans: tuple[int, int]) -> Story:
    """A story whose hits are the passages of these spans."""
    made = article(text)
    return Story(made, tuple(hit(Passage(made, *span, 0)) for span in spans), 1.0)


def test_a_sentence_that_two_passages_share_is_read_once() -> None:
    middle = TEXT.index("Twelve"), TEXT.index(" The town")
    lines = line_reader().read("miners", [of(TEXT, (0, middle[1]), (middle[0], len(TEXT)))])
    assert [line.text for line in lines] == [
        "The mine at Kellbeck fell in.",
        "Twelve miners are trapped below.",
        "Rescue teams dig from both sides.",
    ]
    assert [line.place for line in lines] == [0, 1, 2]


def test_the_first_sentences_are_read_even_where_they_were_not_found() -> None:
    lines = line_reader().read("rescue", [of(TEXT, (TEXT.index("Rescue"), len(TEXT)))])
    assert [line.text.split()[0] for line in lines] == ["The", "Twelve", "Rescue"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "A year without a bridge\n\nThe bells rang at noon today.",
            "The bells rang at noon today.",
        ),
        ("CORRECTION. The dead are ten, not eleven.", "The dead are ten, not eleven."),
        ("no mark ends this text", "no mark ends this text"),
        ("“We waited for two days.”", "“We waited for two days.”"),
    ],
)
def test_headings_and_single_words_are_left_out_where_there_are_others(
    text: str, kept: str
) -> None:
    assert [line.text for line in line_reader().read("", [of(text, (0, len(text)))])] == [kept]


def test_worth_counts_likeness_words_and_place() -> None:
    first, second, _ = line_reader().read("trapped miners", [of(TEXT, (0, len(TEXT)))])
    assert first.similarity == 0.0
    assert first.coverage == 0.0
    assert first.worth == pytest.approx(0.3)
    # Two of the sentence's four terms ("twelv", "miner", "trap", "below") are the topic's two.
    assert second.similarity == pytest.approx(2 / (2 * 2) ** 0.5 / 2**0.5)
    assert second.worth == pytest.approx(second.similarity + 0.5 + 0.3 / 2)


def test_without_a_topic_similarity_is_to_what_the_sentences_share() -> None:
    text = "The ferry was late. A fox slept under trees. The ferry was cancelled."
    lines = line_reader().read("", [of(text, (0, len(text)))])
    assert min(lines, key=lambda line: line.similarity).text == "A fox slept under trees."


@given(st.text(), st.data())
def test_lines_are_slices_in_order(text: str, data: st.DataObject) -> None:
    text += "x"
    start = data.draw(st.integers(0, len(text) - 1))
    lines = line_reader().read("x", [of(text, (start, len(text)))])
    assert [(line.start, line.end) for line in lines] == sorted(
        {(line.start, line.end) for line in lines}
    )
    for line in lines:
        assert line.text == text[line.start : line.end] == line.pick().quote
