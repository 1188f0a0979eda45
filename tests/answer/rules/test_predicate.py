"""The predicate and the subject of a yes/no question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.rules.predicate import predicate


@pytest.mark.parametrize(
    ("question", "subject", "word", "passive"),
    [
        ("Did the water board accept the offer?", "the water board", "accept", False),
        ("Didn't Khan resign?", "Khan", "resign", False),
        ("And did she really go?", "she", "go", False),
        ("Will islanders pay the full fare?", "islanders", "pay", False),
        ("Do people have to pay for it?", "people", "pay", False),
        ("Did swimming cost anything?", "swimming", "cost", False),
        ("Does the mayor of Tarn welcome cars?", "the mayor of Tarn", "welcome", False),
        ("Has Anquist retired?", "Anquist", "retired", False),
        ("Has the bridge been reopened?", "the bridge", "reopened", True),
        ("Will the level be opened again?", "the level", "opened", True),
        ("Was the report ever published?", "the report", "published", True),
        ("Was the driver found guilty?", "the driver", "guilty", True),
        ("Were people hurt when the ferry drifted?", "people", "hurt", True),
        ("Was the line from Ford reopened early?", "the line from Ford", "reopened", True),
        ("Is Dray mayor of Saint Audrin?", "Dray", "mayor", False),
        ("Is a ticket dearer than before?", "a ticket", "dearer", False),
        ("Was the figure right?", "the figure", "right", False),
        ("Is there a shortage of beds?", "there", "shortage", False),
        ("Is the ship going to sail?", "the ship", "sail", False),
    ],
)  # fmt: skip
def test_predicate_and_subject(question: str, subject: str, word: str, passive: bool) -> None:
    found = predicate(question)
    assert found is not None
    assert question[slice(*found.subject)] == subject
    assert question[found.start :].startswith(word)
    assert found.passive == passive


@pytest.mark.parametrize("text", ["", "Who resigned?", "The mayor resigned.", "Is", "Did he?"])
def test_other_forms_have_none(text: str) -> None:
    assert predicate(text) is None


@given(st.text(alphabet="Did was the Khan of resign ed to ?'", max_size=60))
def test_a_predicate_stands_behind_its_subject(text: str) -> None:
    found = predicate(text)
    assert found is None or found.subject[0] < found.subject[1] <= found.start < len(text)
