"""Stories that start or stop with an event that the question names."""

from __future__ import annotations

import pytest

from rag.answer.answerers.stories import EventLimits, Line, Story
from tests.answer.modes.topics import WordVectors, line_reader, story

EVENTS = {
    "2023-05-18": "The bridge fell into the river.",
    "2023-07-11": "An engineer spoke at the inquiry.",
    "2024-02-08": "Two men were charged with negligence.",
    "2024-05-18": "A new bridge opened at last.",
}


def lines() -> list[Line]:
    hits = [story(day, text) for day, text in EVENTS.items()]
    stories = [Story(one.passage.article, (one,), 1.0) for one in hits]
    return line_reader().read("bridge", stories)


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("The bridge from the collapse until two men were charged", "2023-05-18", "2024-02-08"),
        ("What happened up to the inquiry?", "2023-05-18", "2023-07-11"),
        ("The bridge since the inquiry", "2023-07-11", "2024-05-18"),
        ("The bridge since the inquiry, until men were charged", "2023-07-11", "2024-02-08"),
        ("Timeline of the bridge", "2023-05-18", "2024-05-18"),
        # No line tells of it, a date is the window's business, and a story cannot end first.
        ("The bridge until the river froze completely", "2023-05-18", "2024-05-18"),
        ("The bridge until an engineer spoke in July 2023", "2023-05-18", "2024-05-18"),
        ("The bridge since men were charged, until the inquiry", "2024-02-08", "2024-05-18"),
        ("What happened until then?", "2023-05-18", "2024-05-18"),
    ],
)
def test_lines_between_the_events(question: str, first: str, last: str) -> None:
    kept = EventLimits(WordVectors()).within(question, lines())
    expected = [text for day, text in EVENTS.items() if first <= day <= last]
    assert [line.text for line in kept] == expected


def test_no_lines_no_limits() -> None:
    assert EventLimits(WordVectors()).within("until the inquiry", []) == []
