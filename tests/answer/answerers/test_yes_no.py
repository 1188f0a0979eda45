"""Yes, no or unclear, with the sentence that says so."""

from __future__ import annotations

import pytest

from rag.answer.answerers.yes_no import JudgedSentence, YesNoAnswerer, as_yes_or_no
from rag.answer.evidence import NO_ANSWER, Candidate
from rag.answer.rules.entailment import Entailment, EntailmentJudge
from rag.types import Span
from tests.answer.finding import found, matcher, source


@pytest.mark.parametrize(
    ("question", "supposed"),
    [
        ("When did the dyke break?", "did the dyke break?"),
        ("On which day was the report published?", "was the report published?"),
        ("And for when is the trial set?", "is the trial set?"),
        ("In what year does it begin?", "does it begin?"),
        ("Did the dyke break?", "Did the dyke break?"),
        ("When?", "When?"),
    ],
)
def test_a_question_for_a_day_supposes_the_event(question: str, supposed: str) -> None:
    assert as_yes_or_no(question) == supposed


@pytest.mark.parametrize(
    ("log_odds", "coverage", "relevant", "confidence"),
    [
        (0.0, 0.6, True, 0.93 * 0.8),  # 1 - .5 x .4 of it
        (0.0, 1.0, True, 0.93),
        (-50.0, 0.6, True, 0.93 * 0.6),
        (0.0, 0.6, False, 0.45),
        (-50.0, 0.6, False, 0.3),
    ],
)
def test_two_signs_support_each_other(
    log_odds: float, coverage: float, relevant: bool, confidence: float
) -> None:
    span = Span(0, 4, log_odds)
    one = JudgedSentence(
        Candidate(source("Text."), span, 99.0),
        Entailment("yes" if relevant else "unclear", coverage, relevant),
    )
    assert one.confidence == pytest.approx(confidence)


MODE = YesNoAnswerer(EntailmentJudge(matcher()))
STORY = "The mayor spoke for an hour. The bridge was not closed. Trams started on Friday."


@pytest.mark.parametrize(
    ("question", "label", "quote"),
    [
        ("Was the bridge closed?", "no", "The bridge was not closed."),
        ("Did trams start?", "yes", "Trams started on Friday."),
        ("Did the mayor speak?", "yes", "The mayor spoke for an hour."),
        ("Did the mayor resign in Rome?", "unclear", "The mayor spoke for an hour."),
    ],
)
def test_label_and_sentence(question: str, label: str, quote: str) -> None:
    reply = MODE.answer(found(question, hits=[source(STORY)]))
    assert (reply.text, [one.quote for one in reply.picks]) == (label, [quote])


def test_a_committed_label_is_surer_than_even_odds() -> None:
    told = MODE.answer(found("Was the bridge closed?", hits=[source(STORY)]))
    untold = MODE.answer(found("Was the queen crowned?", hits=[source(STORY)]))
    assert told.confidence > 0.5 > untold.confidence


def test_a_denial_that_bears_more_is_not_passed_over_for_a_looser_yes() -> None:
    hits = [
        source("The clinic has beds in the ward.", article_id="a"),
        source("The minister denied that the clinic lacked beds in the ward.", article_id="b"),
    ]
    reply = MODE.answer(found("Did the clinic lack beds in the ward?", hits=hits))
    assert (reply.text, reply.picks[0].article_id) == ("unclear", "b")


def test_no_label_without_a_sentence() -> None:
    assert MODE.answer(found("Was the bridge closed?")) == NO_ANSWER
