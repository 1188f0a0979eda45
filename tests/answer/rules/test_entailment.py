"""What a sentence says to a yes/no question."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.rules.entailment import (
    EntailmentJudge,
    Relevance,
    relevance_gate,
    required_matches,
)
from tests.answer.finding import matcher
from tests.answer.tables import table


def gate(question: str, sentence: str, around: str = "") -> Relevance:
    matches = required_matches(question, sentence, matcher().match(question, sentence, around))
    return relevance_gate(question, sentence, matches, matcher())


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Did Khan accept the offer?", "Khan accepted the offer.", "relevant"),
        ("Did Khan accept the offer?", "Khan read the offer.", "irrelevant"),
        ("Did Khan accept the offer?", "Dar accepted the offer of Khan.", "irrelevant"),
        ("Did Khan win the election?", "Dar won the election before Khan.", "rival"),
        ("Was Khan elected?", "The party elected Khan.", "relevant"),
        ("Did Khan warn the city?", "Khan was warned by the city.", "irrelevant"),
        ("Will the bridge open?", "The bridge opened in May.", "irrelevant"),
        ("Will the bridge open?", "The bridge is to be opened in May.", "relevant"),
        ("Did 85 people die in the flood?", "People died in the flood.", "irrelevant"),
    ],
)
def test_what_is_asked_is_said_of_the_same_subject(
    question: str, sentence: str, expected: Relevance
) -> None:
    assert gate(question, sentence) == expected


def test_a_pronoun_takes_over_what_stands_before() -> None:
    asked = "Is vaccination against marsh fever voluntary?"
    around = "Vaccination against marsh fever begins on Monday. It is voluntary and free."
    assert gate(asked, "It is voluntary and free.", around) == "relevant"
    assert gate(asked, "It is voluntary and free.") == "irrelevant"


def test_of_earlier_questions_only_names_are_asked_for() -> None:
    asked = "Will she stand again? (Lomasz, city, resigned)"
    assert gate(asked, "Lomasz, who has no party, will not stand again.") == "relevant"
    assert gate(asked, "Khan, who has no party, will not stand again.") == "irrelevant"


# Of the cases that were not looked at while the rules were written. When they were first run,
# 32 of 35 were right; rules were mended after that.
UNSEEN_SHARE = 0.9


def label(case: dict[str, Any]) -> str:
    return EntailmentJudge(matcher()).judge(case["question"], case["sentence"]).label


@pytest.mark.parametrize(
    "case", table("yesno_seen"), ids=lambda case: f"{case['question']} {case['sentence'][:40]}"
)
def test_label(case: dict[str, Any]) -> None:
    assert label(case) == case["label"]


def test_labels_of_cases_written_afterwards() -> None:
    cases = table("yesno_unseen")
    right = sum(label(case) == case["label"] for case in cases)
    assert right >= UNSEEN_SHARE * len(cases)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Did Pezeshkian accept the invitation?", "Sharif extended an invitation to Pezeshkian."),
        ("Was Sorley convicted of fraud?", "Sorley was charged with fraud."),
        ("Did Corlin resign as leader?", "The party elected Corlin as its leader."),
        ("Did Khan meet Dar in Rome?", "Pezeshkian met Dar in Rome."),
        ("Was it a meeting of three presidents?", "It was a meeting of presidents."),
    ],
)
def test_a_missing_verb_name_or_number_leaves_it_unclear(question: str, sentence: str) -> None:
    entailment = EntailmentJudge(matcher()).judge(question, sentence)
    assert (entailment.label, entailment.relevant) == ("unclear", False)


def test_the_text_around_tells_whom_a_pronoun_means() -> None:
    judge = EntailmentJudge(matcher())
    asked = "Did Lomasz sign the contract?"
    assert judge.judge(asked, "She did not sign the contract.").label == "unclear"
    told = judge.judge(asked, "She did not sign the contract.", "Mayor Lomasz spoke on Monday.")
    assert told.label == "no"


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Did the rate rise above 5%?", "The rate did not rise above 5%.", "no"),
        ("Did the rate rise above 5%?", "The rate rose to 6%.", "yes"),
        ("Did more than 100 people die?", "In all 96 people died and 200 people were hurt.", "no"),
        ("Was the video fabricated?", "The video was fabricated, police said.", "yes"),
        ("Was the video fabricated?", "There is no evidence that the video was fabricated.", "no"),
        ("Did Venning call the accusations baseless?",
         "Venning called the accusations baseless.", "yes"),
        ("Did Khan seek more ships?", "Khan sought more ships from Dar.", "yes"),
        ("Was aid sent to Gaza?", "Aid will be sent to Gaza on Monday.", "unclear"),
        ("Will aid be sent to Gaza?", "Aid will be sent to Gaza on Monday.", "yes"),
        ("Did Khan vote for the plan?", "Khan voted against.", "no"),
        ("Did Khan vote in favour of the plan?", "Khan voted against the plan.", "no"),
        ("Did Khan vote against the plan?", "Khan voted in favour of the plan.", "no"),
        ("Did Khan vote against the plan?", "Khan voted against it.", "yes"),
        ("Did the mayor resign?", "Khan did not call for the mayor to resign.", "unclear"),
        ("Will the mayor resign?", "The mayor will not resign.", "no"),
        ("Did Khan attack the consulate?", "Khan said Dar attacked the consulate.", "unclear"),
        ("Did Khan attack the consulate?", "Khan said he attacked the consulate.", "yes"),
    ],
)  # fmt: skip
def test_what_is_asked_is_held_against_what_is_said_of_it(
    question: str, sentence: str, expected: str
) -> None:
    assert EntailmentJudge(matcher()).judge(question, sentence).label == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_pair_has_a_label(question: str, sentence: str) -> None:
    entailment = EntailmentJudge(matcher()).judge(question, sentence)
    assert entailment.label in ("yes", "no", "unclear")
    assert 0 <= entailment.coverage <= 1.0000001
    assert entailment.relevant or entailment.label == "unclear"
