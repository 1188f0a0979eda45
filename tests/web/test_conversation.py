from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from rag.errors import QuestionError
from rag.types import Query, Window
from rag.web import understood
from rag.web.conversation import (
    MAX_QUESTION,
    REMEMBERED,
    Conversation,
    Correction,
    Turn,
    answering,
    waiting,
    window_of,
)
from rag.web.service import Service

TODAY = date(2025, 1, 15)


def ask(service: Service, question: str, *earlier: str, **changes: Any) -> list[Turn]:
    """Every step of the answer."""
    turn = Turn(question, "", correction=Correction(**changes))
    return list(answering(service, turn, earlier, TODAY))


def test_while_it_works_it_says_what_it_does(service: Service) -> None:
    steps = ask(service, "Where did Pezeshkian and Sharif meet in December 2024?")
    assert [step.reply.split("</small>")[0] for step in steps[:-1]] == [
        "<small>Searching 2 articles from 1 December 2024 to 31 December 2024 "
        "\\(“December 2024”\\)",
        "<small>Reading 4 passages of 1 article",
    ]
    assert "Cairo" in steps[-1].reply
    assert waiting(steps[-1]).reply.startswith("<small>Understanding the question</small>")


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
    turn = Turn(before.question, "", query=before.query, correction=Correction(dates=dates))
    failed = list(answering(service, turn, (), TODAY))[-1]
    assert failed.query == before.query
    assert not failed.offered.citations
    assert "such as June 2024" in failed.reply or "No day is both" in failed.reply


def test_a_question_that_cannot_be_asked_becomes_a_sentence(service: Service) -> None:
    assert "The question has 3,000 characters" in ask(service, "x" * 3000)[-1].reply


@pytest.mark.parametrize(
    ("typed", "after", "before"),
    [
        ("June 2024", date(2024, 6, 1), date(2024, 7, 1)),
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
    assert (talk.at, [turn.question for turn in talk.turns]) == (1, ["a", "b"])
    again = talk.put(Turn("A", ""), 0)
    assert (again.at, [turn.question for turn in again.turns]) == (0, ["A", "b"])
    assert talk.earlier(None) == ["a", "b"]
    assert talk.earlier(1) == ["a"]
    assert [message["content"] for message in talk.messages()] == ["a", "to a", "b", "to b"]


@pytest.mark.parametrize(("asked", "shown"), [(0, 0), (1, 1), (7, 1), (-5, 0)])
def test_only_turns_that_there_are_can_be_shown(asked: int, shown: int) -> None:
    assert turns("a", "b").show(asked).at == shown
    assert Conversation().show(asked).shown is None


def test_what_is_remembered_is_bounded() -> None:
    talk = turns(*(f"{n} {'x' * 5000}" for n in range(1000)))
    assert len(talk.turns) == REMEMBERED
    assert talk.at == REMEMBERED - 1
    assert {len(question) for question in talk.earlier(None)} == {MAX_QUESTION}


UNDERSTOOD = Turn(
    "q", "", query=Query("q", "q", Window(date(2024, 6, 1), None, "since June"), "when"),
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
    assert understood.corrected(UNDERSTOOD, *values) == correction


def test_an_earlier_correction_stays_until_it_is_changed() -> None:
    turn = Turn(
        "q", "", query=Query("q", "q", kind="list"),
        correction=Correction("list", "May 2024", ("Sharif",)), carried=("Sharif", "Cairo"),
    )  # fmt: skip
    assert understood.corrected(turn, "list", "May 2024", [1]) == turn.correction
    assert understood.corrected(turn, "list", "May 2024", [0, 1]).without == ()
    typed = understood.corrected(turn, "list", "x\u202e" * 500, [1]).dates
    assert typed is not None
    assert len(typed) <= understood.MAX_DATES
    assert "\u202e" not in typed


def test_the_controls_show_what_was_understood() -> None:
    box, kind, dates, carried = understood.show(UNDERSTOOD)
    assert (box.visible, kind.value, dates.value) == (True, "when", "since June")
    assert carried.choices == [("Sharif", "0"), ("Cairo", "1")]
    assert carried.value == ["0", "1"]
    for nothing in (None, Turn("q", ""), Turn("", "", query=Query("", ""))):
        assert understood.show(nothing)[0].visible is False
