"""The latest of stories made by hand, with readers that were told what to score."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

import pytest

from rag.answer.answerers.topical import MAX_PREVIOUS, LatestMode
from rag.answer.evidence import NOTHING, Ranker, Reply, Weights
from rag.types import Hit
from tests.answer.modes.topics import Marked, found, ranked, story, story_reader

NEWS = "latest news of the Kellbeck mine"
FACT = "Who heads the water board now?"


def answer(
    question: str,
    sentences: Mapping[str, float],
    *hits: Hit,
    spans: Mapping[str, float] | None = None,
    confidence: float = 0.5,
) -> Reply:
    readers = [Ranker(Marked(scores or {}), Weights(0.0)) for scores in (spans, sentences)]
    mode = LatestMode(story_reader(), *readers)
    return mode.answer(found(question, ranked(*hits), confidence=confidence))


def days(reply: Reply) -> list[str]:
    return [one.article_id for one in reply.picks]


OLD = story("2023-06-01", "The Kellbeck mine opened.")
MIDDLE = story("2024-01-16", "The Kellbeck mine fell in.")
NEW = story("2024-06-11", "The Kellbeck mine is to reopen.")
SCORES = {"The Kellbeck mine opened.": 1.0, "The Kellbeck mine fell in.": 0.5}


def test_of_sentences_about_as_good_the_newest_comes_first_then_newer_before_older() -> None:
    reply = answer(NEWS, {**SCORES, "The Kellbeck mine is to reopen.": 0.2}, OLD, MIDDLE, NEW)
    assert [one.quote for one in reply.picks] == [
        "The Kellbeck mine is to reopen.",
        "The Kellbeck mine fell in.",
        "The Kellbeck mine opened.",
    ]


def test_a_newer_article_that_says_little_about_it_is_not_shown() -> None:
    reply = answer(NEWS, {**SCORES, "The Kellbeck mine is to reopen.": -4.0}, OLD, MIDDLE, NEW)
    assert days(reply) == ["2024-01-16", "2023-06-01"]


def test_an_older_article_that_says_little_about_it_is_not_shown() -> None:
    reply = answer(NEWS, {**SCORES, "The Kellbeck mine opened.": -4.0}, OLD, MIDDLE)
    assert days(reply) == ["2024-01-16"]


def test_a_much_better_sentence_wins_over_a_little_age() -> None:
    week_later = story("2024-01-23", "Snow at the Kellbeck mine.")
    scores = {"The Kellbeck mine fell in.": 1.5, "Snow at the Kellbeck mine.": 0.0}
    assert days(answer(NEWS, scores, MIDDLE, week_later)) == ["2024-01-16"]


def test_a_newer_article_about_something_else_is_not_read() -> None:
    ferry = story("2024-07-01", "Trees and boats.", score=0.01)
    reply = answer(
        NEWS, {"Trees and boats.": 9.0, "The Kellbeck mine fell in.": 0.0}, MIDDLE, ferry
    )
    assert days(reply) == ["2024-01-16"]


def test_on_the_same_day_the_better_sentence_comes_first() -> None:
    other = story("2024-06-11", "Kellbeck mine union is glad.", name="union")
    scores = {"The Kellbeck mine is to reopen.": 1.0, "Kellbeck mine union is glad.": 0.5}
    assert days(answer(NEWS, scores, other, NEW)) == ["2024-06-11"]


def test_an_undated_article_is_older_than_all() -> None:
    undated = story("", "The Kellbeck mine is old.")
    scores = {**SCORES, "The Kellbeck mine is old.": 1.5}
    assert days(answer(NEWS, scores, undated, MIDDLE)) == ["2024-01-16", "undated"]


def test_a_heading_is_no_news() -> None:
    headed = story("2024-06-11", "A year without Kellbeck mine\n\nThe Kellbeck mine is closed.")
    scores = {"A year without Kellbeck mine": 9.0, "The Kellbeck mine is closed.": 1.0}
    assert answer(NEWS, scores, headed).picks[0].quote == "The Kellbeck mine is closed."


def test_few_previous_ones_are_shown() -> None:
    hits = [story(f"2024-01-1{day}", f"Kellbeck mine report word{day}.") for day in range(9)]
    scores = {f"Kellbeck mine report word{day}.": 1.0 for day in range(9)}
    reply = answer(NEWS, scores, *hits)
    assert days(reply)[0] == "2024-01-18"
    assert len(reply.picks) == 1 + MAX_PREVIOUS


WADE = story("2023-09-19", "Wade resigned as chairman of the water board.")
LIND = story("2024-04-18", "The water board’s chairwoman Lind apologised.")
BOTH = {
    "Wade resigned as chairman of the water board.": 1.0,
    "The water board’s chairwoman Lind apologised.": 1.0,
}


@pytest.mark.parametrize(
    ("score", "quote"),
    [(3.0, "Lind"), (0.5, "The water board’s chairwoman Lind apologised.")],
)
def test_a_fact_is_quoted_alone_only_where_the_reader_is_sure(score: float, quote: str) -> None:
    reply = answer(FACT, BOTH, WADE, LIND, spans={"Lind": score, "Wade": 3.0})
    assert reply.picks[0].quote == quote


def test_a_span_makes_its_sentence_better() -> None:
    scores = {**BOTH, "The water board’s chairwoman Lind apologised.": -0.5}
    assert days(answer(FACT, scores, WADE, LIND, spans={"Wade": 4.0})) == ["2023-09-19"]
    assert days(answer(FACT, scores, WADE, LIND, spans={"Lind": 4.0}))[0] == "2024-04-18"


def test_news_of_a_topic_are_whole_sentences() -> None:
    reply = answer("any news of the water board?", BOTH, WADE, LIND, spans={"Lind": 9.0})
    assert reply.picks[0].quote == "The water board’s chairwoman Lind apologised."


def test_the_same_answer_in_an_older_article_supports_the_newer() -> None:
    before = story("2024-01-10", "Lind was confirmed by the water board.", name="before")
    scores = {**BOTH, "Lind was confirmed by the water board.": 1.0}
    spans = {"Lind": 3.0, "Wade": 3.0}
    reply = answer(FACT, scores, WADE, LIND, before, spans=spans)
    assert days(reply) == ["2024-04-18", "2023-09-19"]
    assert [other.article_id for other in reply.picks[0].also] == ["before"]


def test_confidence_is_the_readers_for_a_fact_and_the_topics_for_news() -> None:
    surely = 1 / (1 + exp(-1.0))  # what the sentence reader gives both sentences
    fact = answer(FACT, BOTH, WADE, LIND, spans={"Lind": 3.0}, confidence=0.07)
    whole = answer(FACT, BOTH, WADE, LIND, spans={"Lind": 0.5}, confidence=0.07)
    news = answer("latest on the water board", BOTH, WADE, LIND, confidence=0.07)
    assert fact.confidence == pytest.approx(1 - (1 - 0.07) * (1 - surely))
    assert whole.confidence == pytest.approx(surely)
    assert news.confidence > 0.8


def test_nothing_found_and_nothing_read_is_no_answer() -> None:
    assert answer(NEWS, SCORES) == NOTHING
    assert answer(NEWS, {}, MIDDLE) == NOTHING
