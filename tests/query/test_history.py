"""The history of a talk: what is read of it, and what citations tell of who is meant."""

from __future__ import annotations

import re
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.query.history import MAX_CHARS, MAX_CITED, MAX_EARLIER, MAX_NAMES, Earlier
from rag.query.rewrite import MAX_CARRIED, lacks_context, rewrite
from tests.text.strategies import any_question, any_words

VRO = "It was cut by the sculptor Hanne Vro, who lost her mother in Weir Lane."


@pytest.mark.parametrize(
    ("turn", "question", "carried"),
    [
        (Earlier("Who cut the stone?", "Hanne Vro", (VRO,)), "Whom did she lose?",
         ("cut", "stone", "Hanne Vro")),
        (Earlier("Who cut the stone?", "", (VRO,)), "Whom did she lose?",
         ("cut", "stone", "Hanne Vro", "Weir Lane")),
        (Earlier("Who cut the stone?", "an artist", (VRO,)), "Whom did she lose?",
         ("cut", "stone", "Hanne Vro", "Weir Lane")),
        (Earlier("Who cut the stone?"), "Whom did she lose?", ("cut", "stone")),
        (Earlier("When did Vro lose her mother?", "2023", ("Vro told Odile Farrant.",)),
         "Where does she live?", ("Vro", "lose", "mother")),
        (Earlier("Who are Sharif and Dar?", "ministers of Pakistan", ()), "Where did they meet?",
         ("Sharif", "Dar")),
        (Earlier("Who met Sharif?", "Prime Minister Shehbaz Sharif", ()), "Where was he?",
         ("met", "Sharif")),
        (Earlier("Who cut the stone?", "Hanne Vro", (VRO,)), "How tall is the Kestrel Light?", ()),
        (Earlier("Where was the summit?", "Cairo"), "Who attended?", ("summit", "Cairo")),
        (Earlier("Where was the summit?", "Cairo"), "Who chaired the water board?", ()),
        (Earlier("Who won?", "", ("The Iranian team won.",)), "Who played for Iran?",
         ("won", "Iranian")),
        (Earlier("Who won the cup?", "", ("Rovers won.",)), "Who played for Iran?", ()),
        (Earlier("Who won the cup?", "", ("It went to Rovers.",)), "What does the article say?",
         ("won", "cup", "Rovers")),
        (Earlier("Who won the cup?"), "What does the article say?", ()),
    ],
)  # fmt: skip
def test_what_was_cited_tells_who_is_meant(
    turn: Earlier, question: str, carried: tuple[str, ...]
) -> None:
    assert rewrite([turn], question).carried == carried


def test_a_question_alone_is_an_earlier_turn_without_citations() -> None:
    asked = "Who is the mayor of Kyiv?"
    assert rewrite([Earlier(asked)], "How old is she?") == rewrite([asked], "How old is she?")


def test_little_is_taken_from_what_was_cited() -> None:
    names = [f"Ann Bell{letter}" for letter in "abcdefgh"]
    followup = rewrite([Earlier("Who won?", "", (f"{', '.join(names)} won.",))], "Who is she?")
    assert followup.terms == ("won", *names[:MAX_NAMES])
    late = rewrite([Earlier("Who won?", "", ("It rained.",) * MAX_CITED + (VRO,))], "Who is she?")
    assert "Vro" not in late.text
    far = rewrite([Earlier("Who won?", "", (f"{'so ' * MAX_CHARS}{VRO}",))], "Who is she?")
    assert "Vro" not in far.text


def test_control_characters_of_citations_are_not_carried() -> None:
    turn = Earlier("Who won?", "", ("the cup was won by Ann\x1b[2J\u202e Bell\x00ini.",))
    assert rewrite([turn], "How old is she?").text == "How old is she? (won, Ann, Bell)"


@given(
    st.lists(st.builds(Earlier, any_question, any_words, st.tuples(any_question)), max_size=5),
    any_question,
)
def test_any_citations(history: list[Earlier], question: str) -> None:
    followup = rewrite(history, question)
    assert followup == rewrite(history, question)
    assert len(followup.terms) <= MAX_CARRIED
    told = " ".join(" ".join((one.question, one.answer, *one.cited)) for one in history)
    said = set(re.findall(r"\w+", told.lower()))
    assert set(re.findall(r"\w+", " ".join(followup.carried).lower())) <= said


@given(any_question, any_question)
def test_without_a_turn_that_says_something_nothing_is_left_open(
    question: str, sentence: str
) -> None:
    assert rewrite([Earlier("", "", (sentence,))], question).text == question
    assert not lacks_context(question, Earlier(""))


def test_only_the_last_questions_are_read() -> None:
    stale = ["Who is the mayor of Kyiv?"]
    filler = ["Which bridges were closed?"] * MAX_EARLIER
    assert "Kyiv" not in rewrite([*stale, *filler], "How old is she?").text
    assert "Kyiv" in rewrite([*filler * 250, *stale], "How old is she?").text


def test_of_a_long_question_the_beginning_is_read() -> None:
    padding = "very " * (MAX_CHARS // 5)
    assert "Kyiv" not in rewrite([f"{padding} the mayor of Kyiv?"], "How old is she?").text
    assert rewrite(["Who is the mayor of Kyiv?"], "he " * MAX_CHARS).carried == ()


def test_control_characters_of_the_history_are_not_carried() -> None:
    text = rewrite(["Who is the\x1b[2J mayor\u202e of \x00Kyiv?"], "Since when?").text
    assert text == "Since when is the [2J mayor of Kyiv?"


def test_what_is_no_text_is_skipped() -> None:
    history = cast(list[str], [None, 7, {"role": "user"}, "Who is the mayor of Kyiv?", b"Lviv"])
    assert rewrite(history, "How old is she?").carried == ("mayor", "Kyiv")
