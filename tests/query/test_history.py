"""The history of a talk: what is read of it, and what citations tell of who is meant."""

from __future__ import annotations

import re
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.query.history import MAX_CHARS, MAX_CITED, MAX_EARLIER, MAX_NAMES, PastTurn
from rag.query.rewrite import MAX_CARRIED, lacks_context, rewrite
from tests.text.strategies import any_question, any_words

VRO = "It was cut by the sculptor Hanne Vro, who lost her mother in Weir Lane."


@pytest.mark.parametrize(
    ("turn", "question", "carried"),
    [
        (PastTurn("Who cut the stone?", "Hanne Vro", (VRO,)), "Whom did she lose?",
         ("cut", "stone", "Hanne Vro")),
        (PastTurn("Who cut the stone?", "", (VRO,)), "Whom did she lose?",
         ("cut", "stone", "Hanne Vro", "Weir Lane")),
        (PastTurn("Who cut the stone?", "an artist", (VRO,)), "Whom did she lose?",
         ("cut", "stone", "Hanne Vro", "Weir Lane")),
        (PastTurn("Who cut the stone?"), "Whom did she lose?", ("cut", "stone")),
        (PastTurn("When did Vro lose her mother?", "2023", ("Vro told Odile Farrant.",)),
         "Where does she live?", ("Vro", "lose", "mother")),
        (PastTurn("Who are Sharif and Dar?", "ministers of Pakistan", ()), "Where did they meet?",
         ("Sharif", "Dar")),
        (PastTurn("Who met Sharif?", "Prime Minister Shehbaz Sharif", ()), "Where was he?",
         ("met", "Sharif")),
        (PastTurn("Who cut the stone?", "Hanne Vro", (VRO,)), "How tall is the Kestrel Light?", ()),
        (PastTurn("Where was the summit?", "Cairo"), "Who attended?", ("summit", "Cairo")),
        (PastTurn("Where was the summit?", "Cairo"), "Who chaired the water board?", ()),
        (PastTurn("Who won?", "", ("The Iranian team won.",)), "Who played for Iran?",
         ("won", "Iranian")),
        (PastTurn("Who won the cup?", "", ("Rovers won.",)), "Who played for Iran?", ()),
        (PastTurn("Who won the cup?", "", ("It went to Rovers.",)), "What does the article say?",
         ("won", "cup", "Rovers")),
        (PastTurn("Who won the cup?"), "What does the article say?", ()),
    ],
)  # fmt: skip
def test_what_was_cited_tells_who_is_meant(
    turn: PastTurn, question: str, carried: tuple[str, ...]
) -> None:
    assert rewrite(question, [turn]).carried == carried


def test_a_question_alone_is_an_earlier_turn_without_citations() -> None:
    asked = "Who is the mayor of Kyiv?"
    assert rewrite("How old is she?", [PastTurn(asked)]) == rewrite("How old is she?", [asked])


def test_little_is_taken_from_what_was_cited() -> None:
    names = [f"Ann Bell{letter}" for letter in "abcdefgh"]
    followup = rewrite("Who is she?", [PastTurn("Who won?", "", (f"{', '.join(names)} won.",))])
    assert followup.terms == ("won", *names[:MAX_NAMES])
    late = rewrite("Who is she?", [PastTurn("Who won?", "", ("It rained.",) * MAX_CITED + (VRO,))])
    assert "Vro" not in late.text
    far = rewrite("Who is she?", [PastTurn("Who won?", "", (f"{'so ' * MAX_CHARS}{VRO}",))])
    assert "Vro" not in far.text


def test_control_characters_of_citations_are_not_carried() -> None:
    turn = PastTurn("Who won?", "", ("the cup was won by Ann\x1b[2J\u202e Bell\x00ini.",))
    assert rewrite("How old is she?", [turn]).text == "How old is she? (won, Ann, Bell)"


@given(
    st.lists(st.builds(PastTurn, any_question, any_words, st.tuples(any_question)), max_size=5),
    any_question,
)
def test_any_citations(history: list[PastTurn], question: str) -> None:
    followup = rewrite(question, history)
    assert followup == rewrite(question, history)
    assert len(followup.terms) <= MAX_CARRIED
    told = " ".join(" ".join((one.question, one.answer, *one.cited)) for one in history)
    said = set(re.findall(r"\w+", told.lower()))
    assert set(re.findall(r"\w+", " ".join(followup.carried).lower())) <= said


@given(any_question, any_question)
def test_without_a_turn_that_says_something_nothing_is_left_open(
    question: str, sentence: str
) -> None:
    assert rewrite(question, [PastTurn("", "", (sentence,))]).text == question
    assert not lacks_context(question, PastTurn(""))


def test_only_the_last_questions_are_read() -> None:
    stale = ["Who is the mayor of Kyiv?"]
    filler = ["Which bridges were closed?"] * MAX_EARLIER
    assert "Kyiv" not in rewrite("How old is she?", [*stale, *filler]).text
    assert "Kyiv" in rewrite("How old is she?", [*filler * 250, *stale]).text


def test_of_a_long_question_the_beginning_is_read() -> None:
    padding = "very " * (MAX_CHARS // 5)
    assert "Kyiv" not in rewrite("How old is she?", [f"{padding} the mayor of Kyiv?"]).text
    assert rewrite("he " * MAX_CHARS, ["Who is the mayor of Kyiv?"]).carried == ()


def test_control_characters_of_the_history_are_not_carried() -> None:
    text = rewrite("Since when?", ["Who is the\x1b[2J mayor\u202e of \x00Kyiv?"]).text
    assert text == "Since when is the [2J mayor of Kyiv?"


def test_what_is_no_text_is_skipped() -> None:
    history = cast(list[str], [None, 7, {"role": "user"}, "Who is the mayor of Kyiv?", b"Lviv"])
    assert rewrite("How old is she?", history).carried == ("mayor", "Kyiv")
