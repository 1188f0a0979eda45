"""Yes, no or unclear: a table of polarity, and what holds for every pair."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.verdict import Judge
from tests.answer.finding import matcher
from tests.answer.tables import table

# Of the cases that were not looked at while the rules were written. When they were first run,
# 32 of 35 were right; rules were mended after that.
UNSEEN_SHARE = 0.9


def label(case: dict[str, Any]) -> str:
    return Judge(matcher()).judge(case["question"], case["sentence"]).label


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
    verdict = Judge(matcher()).judge(question, sentence)
    assert (verdict.label, verdict.bears) == ("unclear", False)


def test_the_text_around_tells_whom_a_pronoun_means() -> None:
    judge = Judge(matcher())
    asked = "Did Lomasz sign the contract?"
    assert judge.judge(asked, "She did not sign the contract.").label == "unclear"
    told = judge.judge(asked, "She did not sign the contract.", "Mayor Lomasz spoke on Monday.")
    assert told.label == "no"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_pair_has_a_label(question: str, sentence: str) -> None:
    verdict = Judge(matcher()).judge(question, sentence)
    assert verdict.label in ("yes", "no", "unclear")
    assert 0 <= verdict.coverage <= 1.0000001
    assert verdict.bears or verdict.label == "unclear"
