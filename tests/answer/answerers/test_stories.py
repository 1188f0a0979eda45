"""The articles on a topic and what their sentences say of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.answerers.stories import MAX_STORIES, EventLimits, Line, Stories, Story
from rag.types import Hit, Passage, Query
from tests.answer.answerers.topics import WordVectors, line_reader, ranked, story, story_reader
from tests.answer.making import article, hit

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
