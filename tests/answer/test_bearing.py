"""Whether a sentence speaks to a yes/no question, by hand."""

from __future__ import annotations

import pytest

from rag.answer.rules.entailment import Bearing, asked_of, bearing
from tests.answer.finding import matcher


def told(question: str, sentence: str, around: str = "") -> Bearing:
    matches = asked_of(question, sentence, matcher().match(question, sentence, around))
    return bearing(question, sentence, matches, matcher())


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Did Khan accept the offer?", "Khan accepted the offer.", "bears"),
        ("Did Khan accept the offer?", "Khan read the offer.", "silent"),
        ("Did Khan accept the offer?", "Dar accepted the offer of Khan.", "silent"),
        ("Did Khan win the election?", "Dar won the election before Khan.", "other"),
        ("Was Khan elected?", "The party elected Khan.", "bears"),
        ("Did Khan warn the city?", "Khan was warned by the city.", "silent"),
        ("Will the bridge open?", "The bridge opened in May.", "silent"),
        ("Will the bridge open?", "The bridge is to be opened in May.", "bears"),
        ("Did 85 people die in the flood?", "People died in the flood.", "silent"),
    ],
)
def test_what_is_asked_is_said_of_the_same_subject(
    question: str, sentence: str, expected: Bearing
) -> None:
    assert told(question, sentence) == expected


def test_a_pronoun_takes_over_what_stands_before() -> None:
    asked = "Is vaccination against marsh fever voluntary?"
    around = "Vaccination against marsh fever begins on Monday. It is voluntary and free."
    assert told(asked, "It is voluntary and free.", around) == "bears"
    assert told(asked, "It is voluntary and free.") == "silent"


def test_of_earlier_questions_only_names_are_asked_for() -> None:
    asked = "Will she stand again? (Lomasz, city, resigned)"
    assert told(asked, "Lomasz, who has no party, will not stand again.") == "bears"
    assert told(asked, "Khan, who has no party, will not stand again.") == "silent"
