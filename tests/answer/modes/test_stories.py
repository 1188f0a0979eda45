"""Which of the articles found are about the topic."""

from __future__ import annotations

import pytest

from rag.answer.answerers.stories import MAX_STORIES, Stories
from rag.types import Hit, Passage, Query
from tests.answer.making import hit
from tests.answer.modes.topics import ranked, story, story_reader

ROOF = story("2024-01-16", "Miners trapped after roof fall in Kellbeck mine. Rescue teams went.")
# It never says where the miners are.
KNOCKING = story("2024-01-17", "Rescue teams heard trapped miners. They were knocking.", score=0.5)
FERRY = story("2024-01-18", "Northbight has a ferry with Kellbeck painted on it.", score=0.5)


def read(question: str, *hits: Hit, entities: tuple[str, ...] = ()) -> Stories:
    return story_reader().read(Query(question, question, entities=entities), ranked(*hits))


def days(found: Stories, floor: float) -> list[str]:
    return [story.article.id for story in found.about(floor)]


def test_an_article_like_those_found_first_is_nearer_the_topic_that_neither_names() -> None:
    seals = story("2024-01-15", "Seals were counted on the beaches.", score=0.5)
    found = read("Timeline of the Kellbeck accident", ROOF, seals, KNOCKING)
    assert days(found, 0.0) == ["2024-01-16", "2024-01-17", "2024-01-15"]


def test_relevance_is_relative_to_the_best() -> None:
    found = read("Kellbeck mine", ROOF, FERRY)
    assert found.stories[0].relevance == pytest.approx(1.0)
    assert days(found, 0.9) == ["2024-01-16"]
    assert days(found, 0.0) == ["2024-01-16", "2024-01-18"]


def test_without_a_topic_everything_in_the_window_is_about_it() -> None:
    found = read("What happened?", ROOF, FERRY)
    assert found.topic == ""
    assert sorted(days(found, 1.0)) == ["2024-01-16", "2024-01-18"]
    assert found.confidence > 0.5


@pytest.mark.parametrize(
    ("question", "entities", "known"),
    [
        ("Kellbeck mine timeline", ("Kellbeck",), True),
        ("Timeline of the miners", (), True),
        ("Chronology of gatherings in Kellbeck", ("Kellbeck",), True),
        ("Timeline of the war in Sandoria", ("Sandoria",), False),
        ("Timeline of the Sandoria ferry", ("Sandoria",), False),
        ("Timeline of the volcano", (), False),
    ],
)
def test_confidence_that_the_topic_is_known(
    question: str, entities: tuple[str, ...], known: bool
) -> None:
    found = read(question, ROOF, FERRY, entities=entities)
    assert (found.confidence > 0.5) == known


def test_hits_of_one_article_are_one_story() -> None:
    article = ROOF.passage.article
    parts = [Passage(article, 0, 48, 0), Passage(article, 49, len(article.text), 1)]
    found = read("Kellbeck", *[hit(part) for part in parts])
    assert [[one.passage.ordinal for one in story.hits] for story in found.stories] == [[0, 1]]


def test_only_the_first_articles_are_read() -> None:
    hits = [story("", "A Kellbeck story.", name=f"story {number}") for number in range(30)]
    assert len(read("Kellbeck", *hits).stories) == MAX_STORIES


def test_nothing_found_is_nothing_known() -> None:
    assert read("Kellbeck") == Stories("Kellbeck", (), 0.0)


def test_what_is_shown_is_as_sure_as_its_stories_are_relevant() -> None:
    found = read("Kellbeck mine", ROOF, FERRY)
    roof, ferry = found.stories
    assert found.confidence_in([roof]) == pytest.approx(found.confidence)
    both = found.confidence * (1 + ferry.relevance) / 2
    assert found.confidence_in([roof, ferry]) == pytest.approx(both)
    assert found.confidence_in([]) == 0.0
    untold = read("What happened?", ROOF, FERRY)
    assert untold.confidence_in(untold.stories) == untold.confidence
