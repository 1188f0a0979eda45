"""Timelines of stories made by hand."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rag.answer.answerers.stories import EventLimits
from rag.answer.answerers.topical import TimelineMode
from rag.answer.evidence import NOTHING, Mode
from rag.types import Hit
from tests.answer.modes.topics import (
    WordVectors,
    found,
    line_reader,
    ranked,
    story,
    story_reader,
)

MODE: Mode = TimelineMode(story_reader(), line_reader(), EventLimits(WordVectors()))
QUESTION = "Timeline of the Kellbeck mine"
FALL = story("2024-01-16", "The roof of the Kellbeck mine fell. Snow fell on the hills too.")
KNOCKS = story("2024-01-17", "It is cold here today. Knocking was heard in the Kellbeck mine.")
SAVED = story("2024-01-19", "Seven men left the Kellbeck mine alive.")
FERRY = story("2024-01-18", "A ferry to the island broke down at sea.", score=0.2)
UNDATED = story("", "The Kellbeck mine is very old.")


def told(*hits: Hit, question: str = QUESTION) -> list[tuple[str, str]]:
    picks = MODE.answer(found(question, ranked(*hits), "Kellbeck")).picks
    return [(one.article_id, one.quote) for one in picks]


def test_one_sentence_an_article_in_order_of_day() -> None:
    assert told(SAVED, KNOCKS, FALL) == [
        ("2024-01-16", "The roof of the Kellbeck mine fell."),
        ("2024-01-17", "Knocking was heard in the Kellbeck mine."),
        ("2024-01-19", "Seven men left the Kellbeck mine alive."),
    ]


def test_another_story_and_an_undated_one_are_left_out() -> None:
    assert [name for name, _ in told(FALL, FERRY, UNDATED, SAVED)] == ["2024-01-16", "2024-01-19"]


def test_the_same_event_of_a_day_is_told_once_with_the_other_paper_beside_it() -> None:
    post = story("2024-01-16", "The Kellbeck mine roof fell today.", name="post", score=0.9)
    union = story("2024-01-16", "Union demands Kellbeck mine inquiry.", name="union", score=0.9)
    reply = MODE.answer(found(QUESTION, ranked(FALL, post, union)))
    shown = [(one.article_id, [other.article_id for other in one.also]) for one in reply.picks]
    assert sorted(shown) == [("post", ["2024-01-16"]), ("union", [])]


def test_the_same_words_on_another_day_are_another_event() -> None:
    again = story("2024-02-01", "The roof of the Kellbeck mine fell.", name="again")
    assert [name for name, _ in told(FALL, again)] == ["2024-01-16", "again"]


def test_an_event_named_in_the_question_ends_it() -> None:
    until = f"{QUESTION} until the knocking was heard"
    assert [name for name, _ in told(FALL, KNOCKS, SAVED, question=until)] == [
        "2024-01-16",
        "2024-01-17",
    ]


def test_confidence_is_low_where_the_topic_is_unknown() -> None:
    known = MODE.answer(found(QUESTION, ranked(FALL, FERRY), "Kellbeck"))
    unknown = MODE.answer(found("Timeline of Sandoria", ranked(FALL, FERRY), "Sandoria"))
    assert known.confidence > 0.5 > unknown.confidence


def test_nothing_found_and_nothing_dated_is_no_timeline() -> None:
    assert MODE.answer(found(QUESTION, [])) == NOTHING
    assert MODE.answer(found(QUESTION, [UNDATED])) == NOTHING


@given(st.lists(st.integers(0, 400), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_days_never_go_back_whatever_was_found_first(days: list[int], random: object) -> None:
    hits = [
        story(
            (date(2024, 1, 1) + timedelta(day)).isoformat(),
            f"Report {number} of the Kellbeck mine came on day {day}.",
            name=f"report {number}",
            score=1 / (1 + number),
        )
        for number, day in enumerate(days)
    ]
    picks = MODE.answer(found(QUESTION, ranked(*hits))).picks
    published = [one.hit.passage.article.published for one in picks]
    assert published == sorted(filter(None, published))
    assert picks == MODE.answer(found(QUESTION, ranked(*hits))).picks
