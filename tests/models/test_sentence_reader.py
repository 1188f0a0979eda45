"""The sentence reader, with an embedder that cannot tell texts apart and weights set by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ModelError
from rag.models.classifier import Logistic, load_logistic, read_fitted
from rag.models.reader import Reader
from rag.models.sentence_reader import (
    FEATURES,
    FITTED,
    QuestionTerms,
    Sentence,
    SentenceReader,
)
from rag.types import Passage
from tests.answer.making import article, passage
from tests.retrieval.test_retriever import OneDirection

STORY = (
    "Ministers met in Cairo on Friday. They discussed the price of grain. He left early, "
    "an aide said."
)


def reader(**weights: float) -> SentenceReader:
    model = Logistic(FEATURES, tuple(weights.get(name, 0.0) for name in FEATURES), 0.0)
    return SentenceReader(OneDirection(), lambda term: 1.0, model)


def texts(one: Passage, question: str, made: SentenceReader) -> list[str]:
    spans = made.read(question, [one])[0].spans
    return [one.article.text[span.start : span.end] for span in spans]


def test_the_sentence_with_the_questions_words_comes_first() -> None:
    found = texts(passage(STORY), "What was said about grain prices?", reader(coverage=1.0))
    assert found[0] == "They discussed the price of grain."
    assert len(found) == 3


def test_the_sentence_before_counts_as_context() -> None:
    question = "Who talked in Cairo about grain?"
    rows = reader().features(question, [Sentence("about grain.", "In Cairo, about grain.")])
    by_name = dict(zip(FEATURES, rows[0], strict=True))
    assert by_name["coverage"] == pytest.approx(1 / 3)
    assert by_name["context"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("question", "fits", "does_not"),
    [
        ("How many people came?", "About 300 people came.", "Many people came."),
        ("When did they meet?", "They met on Friday.", "They met."),
        ("Who spoke?", "Then Mary Olsen spoke.", "Then nobody spoke."),
        ("Where did they meet?", "They met in Cairo.", "They met."),
    ],
)
def test_the_form_of_the_question_says_what_to_expect(
    question: str, fits: str, does_not: str
) -> None:
    rows = reader().features(question, [Sentence(fits, fits), Sentence(does_not, does_not)])
    assert rows[:, FEATURES.index("expected")].tolist() == [1.0, 0.0]


def test_a_sentence_in_two_overlapping_passages_has_one_score() -> None:
    whole = article(STORY)
    middle = STORY.index("They")
    first, second = Passage(whole, 0, STORY.index(" He"), 0), Passage(whole, middle, len(STORY), 1)
    readings = reader(coverage=1.0, length=1.0).read("grain in Cairo?", [first, second])
    scores = [{(s.start, s.end): s.score for s in reading.spans} for reading in readings]
    shared = scores[0].keys() & scores[1].keys()
    assert len(shared) == 1
    assert all(scores[0][place] == scores[1][place] for place in shared)


def test_it_is_a_reader_and_takes_nothing_for_nothing() -> None:
    made: Reader = reader()
    assert made.read("q", []) == []


@given(st.text(min_size=1), st.text(max_size=40))
def test_spans_lie_in_the_passage_whatever_the_text(text: str, question: str) -> None:
    one = passage(text)
    for span in reader(coverage=1.0).read(question, [one])[0].spans:
        assert 0 <= span.start < span.end <= len(text)
        assert np.isfinite(span.score)


def test_rare_terms_weigh_more_and_asking_words_nothing() -> None:
    terms = QuestionTerms("Who saw the heron?", {"saw": 1.0, "heron": 3.0}.__getitem__)
    assert terms.coverage("A heron.") == 0.75
    assert terms.coverage("Who? The one.") == 0.0
    assert QuestionTerms("?", lambda term: 1.0).coverage("anything") == 0.0
    assert QuestionTerms("Who?", lambda term: 1.0).coverage("who") == 1.0


def test_the_shipped_weights_fit_the_code_and_say_how_they_were_made() -> None:
    values = read_fitted(FITTED)
    model = load_logistic(values["sentence"])
    model.check_features(FEATURES)
    assert all(np.isfinite(model.weights))
    assert 0 < values["threshold"] < 1
    assert {"how", "rows", "questions", "risk_coverage", "threshold"} <= values["fitted"].keys()
    with pytest.raises(ModelError, match="fitted over"):
        model.check_features(FEATURES[::-1])
