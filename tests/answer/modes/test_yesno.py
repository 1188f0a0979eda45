"""Yes/no answers, by hand."""

from __future__ import annotations

import pytest

from rag.answer.answerers.yes_no import YesNoMode
from rag.answer.evidence import NOTHING
from rag.answer.rules.entailment import Judge
from tests.answer.finding import found, matcher, source

MODE = YesNoMode(Judge(matcher()))
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
    assert MODE.answer(found("Was the bridge closed?")) == NOTHING
