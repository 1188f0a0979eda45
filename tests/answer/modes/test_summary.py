"""Summaries of stories made by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.answerers.topical import MAX_SENTENCES, MIN_SENTENCES, SAME, SummaryMode
from rag.answer.evidence import NOTHING, Mode
from rag.text.sentences import sentence_spans
from rag.types import Hit
from tests.answer.modes.topics import (
    WordVectors,
    found,
    line_reader,
    ranked,
    story,
    story_reader,
)

MODE: Mode = SummaryMode(story_reader(), line_reader())
QUESTION = "Summarise the flood"
SECOND = story("2023-03-13", "The flood killed seven people. Schools stay shut after the flood.")
FIRST = story("2023-03-12", "The flood came at four. A dyke broke and let the flood in.")


def told(*hits: Hit, question: str = QUESTION) -> list[str]:
    return [one.quote for one in MODE.answer(found(question, ranked(*hits))).picks]


def test_sentences_stand_in_order_of_day_and_place() -> None:
    assert told(SECOND, FIRST) == [
        "The flood came at four.",
        "A dyke broke and let the flood in.",
        "The flood killed seven people.",
    ]


def test_what_was_said_is_not_said_again() -> None:
    copy = story("2023-03-14", "The flood came at four. Later the flood fell.", name="copy")
    sentences = told(FIRST, copy)
    assert len(sentences) == 3
    assert sentences.count("The flood came at four.") == 1


def test_another_story_is_left_out() -> None:
    ferry = story("2023-03-14", "A ferry sank far away. Nobody on the ferry was hurt.", score=0.3)
    assert not [sentence for sentence in told(FIRST, ferry) if "ferry" in sentence]


def test_stories_share_the_space() -> None:
    texts = [
        " ".join(f"The flood {name}{n} rose." for n in range(12)) for name in ("here", "there")
    ]
    near = story("2023-03-12", texts[0], name="near")
    far = story("2023-03-12", texts[1], name="far", score=0.75)
    names = [one.article_id for one in MODE.answer(found(QUESTION, ranked(near, far))).picks]
    assert (names.count("near"), names.count("far")) == (3, 2)


def test_an_undated_article_comes_last() -> None:
    undated = story("", "The flood of old was worse.")
    assert told(undated, FIRST)[-1] == "The flood of old was worse."


def test_a_window_without_a_topic_is_summarised() -> None:
    assert told(FIRST, question="What happened?") == [
        "The flood came at four.",
        "A dyke broke and let the flood in.",
    ]


def test_nothing_found_is_no_summary() -> None:
    assert MODE.answer(found(QUESTION, [])) == NOTHING


@pytest.mark.parametrize(("sentences", "shown"), [(1, 1), (3, 3), (6, 3), (9, 4), (40, 5)])
def test_three_to_five_sentences_where_there_are_so_many(sentences: int, shown: int) -> None:
    text = " ".join(f"Flood report number{n} tells word{n}." for n in range(sentences))
    assert len(told(story("2023-03-12", text))) == shown


@given(st.lists(st.sampled_from("flood dyke rain house river boat".split()), min_size=1))
def test_every_quotation_is_a_whole_sentence_and_none_comes_twice(words: list[str]) -> None:
    text = " ".join(f"The {word} was at place {n} today." for n, word in enumerate(words))
    picks = MODE.answer(found(QUESTION, [story("2023-03-12", text)])).picks
    spans = [(one.start, one.end) for one in picks]
    assert spans == sorted(set(spans))
    assert set(spans) <= set(sentence_spans(text))
    assert min(len(words), MIN_SENTENCES) <= len(picks) <= MAX_SENTENCES or _repeats(text, spans)


def _repeats(text: str, spans: list[tuple[int, int]]) -> bool:
    """Whether every sentence left out says what one that was chosen says."""
    embedder = WordVectors()
    chosen = embedder.encode_passages([text[start:end] for start, end in spans])
    left = [text[s:e] for s, e in sentence_spans(text) if (s, e) not in spans]
    return bool((embedder.encode_passages(left) @ chosen.T).max(axis=1).min() >= SAME)
