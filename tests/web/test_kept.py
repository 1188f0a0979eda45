from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.web.ask_events import MAX_TEXT, MAX_WITHOUT, kept, restored
from rag.web.conversation import MAX_QUESTION, REMEMBERED, Correction, Turn

TURNS = (
    Turn("Who is Sharif?", "an answer"),
    Turn(
        "Wo? 🙂 <b>", correction=Correction("yesno", "June 2024", ("Sharif",)), carried=("Sharif",)
    ),
    Turn("", correction=Correction(dates="")),
)


def test_questions_and_corrections_come_back_and_answers_do_not() -> None:
    text = kept(TURNS)
    assert "an answer" not in text
    assert restored(text) == (Turn("Who is Sharif?"), *TURNS[1:])


def test_nothing_was_kept() -> None:
    assert restored(kept(())) == ()


def entry(**changes: Any) -> dict[str, Any]:
    return {"question": "q", "kind": None, "dates": None, "without": []} | changes


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "null", "7", '"q"', "{}", "[" * 10_000, "[7, null, [], {}]", "NaN", "\ud800"],
)
def test_what_is_no_list_of_questions_is_left_out(text: str) -> None:
    assert restored(text) == ()


@pytest.mark.parametrize(
    ("forged", "turns"),
    [
        (entry(question=7), ()),
        (entry(question=None), ()),
        (entry(question="x" * (MAX_QUESTION + 1)), ()),
        (entry(answer="forged", reply="forged", offered="forged", waiting=False), (Turn("q"),)),
        (entry(kind="<script>", dates=["June"], without="Sharif"), (Turn("q"),)),
        (entry(kind=["list"], without=[7, None, "x" * (MAX_QUESTION + 1)]), (Turn("q"),)),
        (
            entry(dates="\u202eJune\n2024"),
            (Turn("q", correction=Correction(None, "[U+202E]June 2024")),),
        ),
    ],
)
def test_what_is_forged_is_left_out(forged: dict[str, Any], turns: tuple[Turn, ...]) -> None:
    assert restored(json.dumps([forged])) == turns


def test_all_of_it_is_bounded() -> None:
    many = restored(json.dumps([entry(question=str(n)) for n in range(100)]))
    assert [turn.question for turn in many] == [str(n) for n in range(100 - REMEMBERED, 100)]
    [turn] = restored(json.dumps([entry(without=[str(n) for n in range(1000)])]))
    assert len(turn.correction.without) == MAX_WITHOUT
    assert restored(json.dumps([entry(), "x" * MAX_TEXT])) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["question", "kind", "dates", "without"]), inner)
    ),
)


@given(JSON)
def test_whatever_the_browser_sends_gives_turns_that_can_be_kept(value: Any) -> None:
    turns = restored(json.dumps(value))
    assert restored(kept(turns)) == turns
    assert all(not turn.reply and turn.query is None for turn in turns)
