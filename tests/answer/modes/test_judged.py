"""How likely a label is right, and what a question for a day supposes."""

from __future__ import annotations

import pytest

from rag.answer.answerers.yes_no import Judged, as_yes_or_no
from rag.answer.evidence import Candidate
from rag.answer.rules.entailment import Verdict
from rag.types import Span
from tests.answer.finding import source


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
    ("log_odds", "coverage", "bears", "confidence"),
    [
        (0.0, 0.6, True, 0.93 * 0.8),  # 1 - .5 x .4 of it
        (0.0, 1.0, True, 0.93),
        (-50.0, 0.6, True, 0.93 * 0.6),
        (0.0, 0.6, False, 0.45),
        (-50.0, 0.6, False, 0.3),
    ],
)
def test_two_signs_support_each_other(
    log_odds: float, coverage: float, bears: bool, confidence: float
) -> None:
    span = Span(0, 4, log_odds)
    one = Judged(
        Candidate(source("Text."), span, 99.0),
        Verdict("yes" if bears else "unclear", coverage, bears),
    )
    assert one.confidence == pytest.approx(confidence)
