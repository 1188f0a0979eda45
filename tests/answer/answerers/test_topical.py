"""Answers about a topic: the latest, a timeline, a summary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.answerers.stories import EventLimits
from rag.answer.answerers.topical import (
    MAX_PREVIOUS,
    MAX_SENTENCES,
    MIN_SENTENCES,
    SAME_STATEMENT,
    LatestAnswerer,
    SummaryAnswerer,
    TimelineAnswerer,
)
from rag.answer.evidence import NO_ANSWER, Answerer, Ranker, Reply, Weights
from rag.text.sentences import sentence_spans
from rag.types import Hit
from tests.answer.answerers.topics import (
    Marked,
    WordVectors,
    found,
    line_reader,
    ranked,
    story,
    story_reader,
)

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
    mode = LatestAnswerer(story_reader(), *readers)
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
    assert answer(NEWS, SCORES) == NO_ANSWER
    assert answer(NEWS, {}, MIDDLE) == NO_ANSWER


TIMELINE: Answerer = TimelineAnswerer(story_reader(), line_reader(), EventLimits(WordVectors()))
TIMELINE_OF = "Timeline of the Kellbeck mine"
FALL = story("2024-01-16", "The roof of the Kellbeck mine fell. Snow fell on the hills too.")
KNOCKS = story("2024-01-17", "It is cold here today. Knocking was heard in the Kellbeck mine.")
SAVED = story("2024-01-19", "Seven men left the Kellbeck mine alive.")
FERRY = story("2024-01-18", "A ferry to the island broke down at sea.", score=0.2)
UNDATED = story("", "The Kellbeck mine is very old.")


def timeline_told(*hits: Hit, question: str = TIMELINE_OF) -> list[tuple[str, str]]:
    picks = TIMELINE.answer(found(question, ranked(*hits), "Kellbeck")).picks
    return [(one.article_id, one.quote) for one in picks]


def test_one_sentence_an_article_in_order_of_day() -> None:
    assert timeline_told(SAVED, KNOCKS, FALL) == [
        ("2024-01-16", "The roof of the Kellbeck mine fell."),
        ("2024-01-17", "Knocking was heard in the Kellbeck mine."),
        ("2024-01-19", "Seven men left the Kellbeck mine alive."),
    ]


def test_another_story_and_an_undated_one_are_left_out() -> None:
    assert [name for name, _ in timeline_told(FALL, FERRY, UNDATED, SAVED)] == [
        "2024-01-16",
        "2024-01-19",
    ]


def test_the_same_event_of_a_day_is_told_once_with_the_other_paper_beside_it() -> None:
    post = story("2024-01-16", "The Kellbeck mine roof fell today.", name="post", score=0.9)
    union = story("2024-01-16", "Union demands Kellbeck mine inquiry.", name="union", score=0.9)
    reply = TIMELINE.answer(found(TIMELINE_OF, ranked(FALL, post, union)))
    shown = [(one.article_id, [other.article_id for other in one.also]) for one in reply.picks]
    assert sorted(shown) == [("post", ["2024-01-16"]), ("union", [])]


def test_the_same_words_on_another_day_are_another_event() -> None:
    again = story("2024-02-01", "The roof of the Kellbeck mine fell.", name="again")
    assert [name for name, _ in timeline_told(FALL, again)] == ["2024-01-16", "again"]


def test_an_event_named_in_the_question_ends_it() -> None:
    until = f"{TIMELINE_OF} until the knocking was heard"
    assert [name for name, _ in timeline_told(FALL, KNOCKS, SAVED, question=until)] == [
        "2024-01-16",
        "2024-01-17",
    ]


def test_confidence_is_low_where_the_topic_is_unknown() -> None:
    known = TIMELINE.answer(found(TIMELINE_OF, ranked(FALL, FERRY), "Kellbeck"))
    unknown = TIMELINE.answer(found("Timeline of Sandoria", ranked(FALL, FERRY), "Sandoria"))
    assert known.confidence > 0.5 > unknown.confidence


def test_nothing_found_and_nothing_dated_is_no_timeline() -> None:
    assert TIMELINE.answer(found(TIMELINE_OF, [])) == NO_ANSWER
    assert TIMELINE.answer(found(TIMELINE_OF, [UNDATED])) == NO_ANSWER


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
    picks = TIMELINE.answer(found(TIMELINE_OF, ranked(*hits))).picks
    published = [one.hit.passage.article.published for one in picks]
    assert published == sorted(filter(None, published))
    assert picks == TIMELINE.answer(found(TIMELINE_OF, ranked(*hits))).picks


SUMMARY: Answerer = SummaryAnswerer(story_reader(), line_reader())
SUMMARY_OF = "Summarise the flood"
SECOND = story("2023-03-13", "The flood killed seven people. Schools stay shut after the flood.")
FIRST = story("2023-03-12", "The flood came at four. A dyke broke and let the flood in.")


def summary_told(*hits: Hit, question: str = SUMMARY_OF) -> list[str]:
    return [one.quote for one in SUMMARY.answer(found(question, ranked(*hits))).picks]


def test_sentences_stand_in_order_of_day_and_place() -> None:
    assert summary_told(SECOND, FIRST) == [
        "The flood came at four.",
        "A dyke broke and let the flood in.",
        "The flood killed seven people.",
    ]


def test_what_was_said_is_not_said_again() -> None:
    copy = story("2023-03-14", "The flood came at four. Later the flood fell.", name="copy")
    sentences = summary_told(FIRST, copy)
    assert len(sentences) == 3
    assert sentences.count("The flood came at four.") == 1


def test_another_story_is_left_out() -> None:
    ferry = story("2023-03-14", "A ferry sank far away. Nobody on the ferry was hurt.", score=0.3)
    assert not [sentence for sentence in summary_told(FIRST, ferry) if "ferry" in sentence]


def test_stories_share_the_space() -> None:
    texts = [
        " ".join(f"The flood {name}{n} rose." for n in range(12)) for name in ("here", "there")
    ]
    near = story("2023-03-12", texts[0], name="near")
    far = story("2023-03-12", texts[1], name="far", score=0.75)
    names = [one.article_id for one in SUMMARY.answer(found(SUMMARY_OF, ranked(near, far))).picks]
    assert (names.count("near"), names.count("far")) == (3, 2)


def test_an_undated_article_comes_last() -> None:
    undated = story("", "The flood of old was worse.")
    assert summary_told(undated, FIRST)[-1] == "The flood of old was worse."


def test_a_window_without_a_topic_is_summarised() -> None:
    assert summary_told(FIRST, question="What happened?") == [
        "The flood came at four.",
        "A dyke broke and let the flood in.",
    ]


def test_nothing_found_is_no_summary() -> None:
    assert SUMMARY.answer(found(SUMMARY_OF, [])) == NO_ANSWER


@pytest.mark.parametrize(("sentences", "shown"), [(1, 1), (3, 3), (6, 3), (9, 4), (40, 5)])
def test_three_to_five_sentences_where_there_are_so_many(sentences: int, shown: int) -> None:
    text = " ".join(f"Flood report number{n} tells word{n}." for n in range(sentences))
    assert len(summary_told(story("2023-03-12", text))) == shown


@given(st.lists(st.sampled_from("flood dyke rain house river boat".split()), min_size=1))
def test_every_quotation_is_a_whole_sentence_and_none_comes_twice(words: list[str]) -> None:
    text = " ".join(f"The {word} was at place {n} today." for n, word in enumerate(words))
    picks = SUMMARY.answer(found(SUMMARY_OF, [story("2023-03-12", text)])).picks
    spans = [(one.start, one.end) for one in picks]
    assert spans == sorted(set(spans))
    assert set(spans) <= set(sentence_spans(text))
    assert min(len(words), MIN_SENTENCES) <= len(picks) <= MAX_SENTENCES or _repeats(text, spans)


def _repeats(text: str, spans: list[tuple[int, int]]) -> bool:
    """Whether every sentence left out says what one that was chosen says."""
    embedder = WordVectors()
    chosen = embedder.encode_passages([text[start:end] for start, end in spans])
    left = [text[s:e] for s, e in sentence_spans(text) if (s, e) not in spans]
    return bool((embedder.encode_passages(left) @ chosen.T).max(axis=1).min() >= SAME_STATEMENT)
