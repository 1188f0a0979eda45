"""The turns of a conversation, and what the browser keeps of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.query.history import PastTurn
from rag.service import Service
from rag.types import Answer, Query, Window
from rag.web import controls
from rag.web.ask_events import (
    MAX_TEXT,
    MAX_WITHOUT,
    from_browser,
    judged_answer,
    to_browser,
)
from rag.web.conversation import (
    MAX_QUESTION,
    REMEMBERED,
    Conversation,
    Correction,
    Turn,
    answer_steps,
    answer_turn,
    as_waiting,
    window_of,
)
from tests.answer.conversations import INFO
from tests.web.engine import Collection

TURNS = (
    Turn("Who is Sharif?", "an answer"),
    Turn(
        "Wo? 🙂 <b>", correction=Correction("yesno", "June 2024", ("Sharif",)), carried=("Sharif",)
    ),
    Turn("", correction=Correction(dates="")),
)


def test_questions_and_corrections_come_back_and_answers_do_not() -> None:
    text = to_browser(TURNS)
    assert "an answer" not in text
    assert from_browser(text) == (Turn("Who is Sharif?"), *TURNS[1:])


def test_nothing_was_kept() -> None:
    assert from_browser(to_browser(())) == ()


def entry(**changes: Any) -> dict[str, Any]:
    return {"question": "q", "kind": None, "dates": None, "without": []} | changes


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "null", "7", '"q"', "{}", "[" * 10_000, "[7, null, [], {}]", "NaN", "\ud800"],
)
def test_what_is_no_list_of_questions_is_left_out(text: str) -> None:
    assert from_browser(text) == ()


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
    assert from_browser(json.dumps([forged])) == turns


def test_all_of_it_is_bounded() -> None:
    many = from_browser(json.dumps([entry(question=str(n)) for n in range(100)]))
    assert [turn.question for turn in many] == [str(n) for n in range(100 - REMEMBERED, 100)]
    [turn] = from_browser(json.dumps([entry(without=[str(n) for n in range(1000)])]))
    assert len(turn.correction.without) == MAX_WITHOUT
    assert from_browser(json.dumps([entry(), "x" * MAX_TEXT])) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["question", "kind", "dates", "without"]), inner)
    ),
)


@given(JSON)
def test_whatever_the_browser_sends_gives_turns_that_can_be_kept(value: Any) -> None:
    turns = from_browser(json.dumps(value))
    assert from_browser(to_browser(turns)) == turns
    assert all(not turn.reply and turn.query is None for turn in turns)


TODAY = date(2025, 1, 15)


def ask(service: Service, question: str, *earlier: str, **changes: Any) -> list[Turn]:
    """Every step of the answer."""
    turn = Turn(question, "", correction=Correction(**changes))
    return list(answer_steps(service, turn, earlier, TODAY))


def understood_as(query: Query) -> Answer:
    return Answer(query, query.kind, None, (), 0.0, "no_span", (), INFO)


def test_a_later_question_may_refer_to_what_was_cited(service: Service) -> None:
    before = ask(service, "Where did Pezeshkian and Sharif meet?")[-1]
    assert before.answer is not None
    cited = before.answer.citations[0].sentence
    assert before.earlier.cited[0] == cited
    assert before.earlier.answer == before.answer.text
    assert Turn("Where?").earlier == PastTurn("Where?")


def test_while_it_works_it_says_what_it_does(service: Service) -> None:
    taken = ask(service, "Where did Pezeshkian and Sharif meet in December 2024?")
    assert [step.reply.split("</small>")[0] for step in taken[:-1]] == [
        "<small>Searching 2 articles preferably from 1 December 2024 to 31 December 2024 "
        "\\(“December 2024”\\)",
        "<small>Reading 4 passages of 1 article",
    ]
    assert "Cairo" in taken[-1].reply
    assert [step.waiting for step in taken] == [True, True, False]
    assert as_waiting(taken[-1]).reply.startswith("<small>Understanding the question</small>")


def test_whoever_goes_away_gives_the_engine_back(service: Service, collection: Collection) -> None:
    asked = Conversation().put(as_waiting(Turn("Where did Pezeshkian and Sharif meet?")), None)
    answer = answer_turn(service, asked, 0, TODAY)
    assert next(answer).waiting == (0,)
    collection.build(service.build)
    service.reload()
    assert collection.closed == []
    answer.close()
    assert collection.closed == [1]


def test_what_was_considered_is_offered_with_the_answer(service: Service) -> None:
    table = ask(service, "Where did Pezeshkian and Sharif meet?")[-1].offered.considered
    head, _, *rows = table.split("\n\n")[0].splitlines()
    assert head == "| | Passage | Score | Meaning | Words | Reader |"
    assert [row.split(" | ")[0] for row in rows] == ["| 1", "| 2", "| 3", "| 4"]
    assert rows[0].endswith(" | 2.00 | 0.50 | 4.0 | 2.00 |")
    assert rows[-1].endswith(" | 1.00 | 0.50 | 2.0 | – |")
    assert "20 December 2024 <sup>1</sup><br>" in rows[0]


def test_a_follow_up_is_completed_and_says_so(service: Service) -> None:
    turn = ask(service, "Where did they meet?", "Who are Pezeshkian and Sharif?")[-1]
    assert turn.carried == ("Pezeshkian", "Sharif")
    assert "<cite><bdi>with “Pezeshkian”</bdi></cite>" in turn.reply
    assert "Cairo" in turn.reply


def test_what_is_corrected_is_understood_otherwise(service: Service) -> None:
    question = "Where did Pezeshkian and Sharif meet in December 2024?"
    assert ask(service, question, kind="yesno")[-1].query.kind == "yesno"
    anytime = ask(service, question, dates="")[-1].query
    assert (anytime.window, anytime.text) == (None, question)
    june = ask(service, question, dates="June 2024")[-1].query
    assert june.window == Window(date(2024, 6, 1), date(2024, 7, 1), "June 2024")
    alone = ask(service, "Where did they meet?", "Who is Sharif?", without=("Sharif",))[-1]
    assert alone.query.carried == ()


@pytest.mark.parametrize("dates", ["bananas", "30 February 2024", "after 2025, before 2024", "?"])
def test_dates_that_name_no_days_are_told_and_the_turn_can_be_corrected_again(
    service: Service, dates: str
) -> None:
    before = ask(service, "Where did Sharif meet Pezeshkian?")[-1]
    turn = Turn(before.question, "", answer=before.answer, correction=Correction(dates=dates))
    failed = list(answer_steps(service, turn, (), TODAY))[-1]
    assert failed.query == before.query
    assert (before.answered, failed.answered) == (True, False)
    assert judged_answer(Conversation((before,)), 0) is not None
    assert judged_answer(Conversation((failed,)), 0) is None
    assert judged_answer(Conversation((as_waiting(before),)), 0) is None
    assert not failed.offered.citations
    assert "such as June 2024" in failed.reply or "No day is both" in failed.reply


def test_a_question_that_cannot_be_asked_becomes_a_sentence(service: Service) -> None:
    assert "The question has 3,000 characters" in ask(service, "x" * 3000)[-1].reply


@pytest.mark.parametrize(
    ("typed", "after", "before"),
    [
        ("June 2024", date(2024, 6, 1), date(2024, 7, 1)),
        ("May", date(2024, 5, 1), date(2024, 6, 1)),
        ("2024-06-01 to 2024-06-30", date(2024, 6, 1), date(2024, 7, 1)),
        ("since May 2023", date(2023, 5, 1), None),
        ("last month", date(2024, 12, 1), date(2025, 1, 1)),
        ("1 June 2024", date(2024, 6, 1), date(2024, 6, 2)),
    ],
)
def test_dates_are_typed_in_words(typed: str, after: date, before: date | None) -> None:
    assert window_of(typed, TODAY) == Window(after, before, typed)


def test_dates_without_days_are_refused_as_text() -> None:
    with pytest.raises(QuestionError, match=r"“<b>x</b>” names no days"):
        window_of("<b>x</b>", TODAY)


def turns(*questions: str) -> Conversation:
    talk = Conversation()
    for question in questions:
        talk = talk.put(Turn(question, f"to {question}"), None)
    return talk


def test_a_turn_is_added_or_takes_the_place_of_another() -> None:
    talk = turns("a", "b")
    assert [turn.question for turn in talk.turns] == ["a", "b"]
    assert [turn.question for turn in talk.put(Turn("A"), 0).turns] == ["A", "b"]
    assert talk.earlier(None) == [PastTurn("a"), PastTurn("b")]
    assert talk.earlier(1) == [PastTurn("a")]
    assert [message["content"] for message in talk.messages()] == ["a", "to a", "b", "to b"]


@pytest.mark.parametrize(("at", "question"), [(0, "a"), (1, "b"), (2, None), (-1, None)])
def test_only_turns_that_there_are_can_be_shown(at: int, question: str | None) -> None:
    turn = turns("a", "b").turn(at)
    assert (turn.question if turn else None) == question


def test_what_waits_can_be_stopped_and_nothing_else_changes() -> None:
    talk = turns("a", "b").put(as_waiting(Turn("c")), None).put(as_waiting(Turn("d")), None)
    begun = talk.put(replace(talk.turns[3], begun=True), 3)
    assert (begun.waiting, begun.unbegun) == ((2, 3), (2,))
    stopped = begun.stopped("stopped")
    assert stopped.waiting == ()
    assert [turn.reply for turn in stopped.turns] == ["to a", "to b", "stopped", "stopped"]


def test_what_is_remembered_is_bounded() -> None:
    talk = turns(*(f"{n} {'x' * 5000}" for n in range(1000)))
    assert len(talk.turns) == REMEMBERED
    assert {len(turn.question) for turn in talk.earlier(None)} == {MAX_QUESTION}


SINCE_JUNE = Window(date(2024, 6, 1), None, "since June")
UNDERSTOOD = Turn(
    "q", "", answer=understood_as(Query("q", "q", SINCE_JUNE, "when")),
    carried=("Sharif", "Cairo"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "correction"),
    [
        (("when", "since June", [0, 1]), Correction()),
        (("list", "since June", [0, 1]), Correction(kind="list")),
        (("when", "", [0, 1]), Correction(dates="")),
        (("when", "May 2024", [0, 1]), Correction(dates="May 2024")),
        (("when", "since June", [1]), Correction(without=("Sharif",))),
        (("when", "since June", []), Correction(without=("Sharif", "Cairo"))),
        # Forged: what no control of ours sends changes nothing.
        (("<script>", {"a": 1}, None), Correction()),
        ((None, None, 7), Correction()),
        ((["when"], "since June", [0, 1, 99, "x", None]), Correction()),
    ],
)
def test_a_correction_is_what_differs_from_what_was_understood(
    values: Sequence[object], correction: Correction
) -> None:
    assert controls.correction_from_browser(UNDERSTOOD, *values) == correction


def test_an_earlier_correction_stays_until_it_is_changed() -> None:
    turn = Turn(
        "q", "", answer=understood_as(Query("q", "q", kind="list")),
        correction=Correction("list", "May 2024", ("Sharif",)), carried=("Sharif", "Cairo"),
    )  # fmt: skip
    assert controls.correction_from_browser(turn, "list", "May 2024", [1]) == turn.correction
    assert controls.correction_from_browser(turn, "list", "May 2024", [0, 1]).without == ()
    typed = controls.correction_from_browser(turn, "list", "x\u202e" * 500, [1]).dates
    assert typed is not None
    assert len(typed) <= controls.MAX_DATES
    assert "\u202e" not in typed


def test_the_controls_show_what_was_understood() -> None:
    box, kind, dates, carried = controls.show_understanding(UNDERSTOOD)
    assert (box.label, kind.value, dates.value) == (
        "Change how the question was understood",
        "when",
        "since June",
    )
    assert carried.choices == [("Sharif", "0"), ("Cairo", "1")]
    assert carried.value == ["0", "1"]
    for nothing in (None, Turn("q", ""), Turn("", "", answer=understood_as(Query("", "")))):
        assert controls.show_understanding(nothing)[0].label == ""
