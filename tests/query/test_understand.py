"""Questions: what is searched, inside which days, as which kind; and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.query.history import History, PastTurn
from rag.query.question_type import QuestionType
from rag.query.rewrite import FollowUp
from rag.query.understand import MAX_CHARS, Corrections, understand
from rag.types import Query, Window

DATA = Path(__file__).parents[1] / "data"
TODAY = date(2024, 12, 25)
JUNE = Window(date(2024, 6, 1), date(2024, 7, 1), "June")


def ask(question: str, *history: str, **more: object) -> Query:
    return understand(question, today=TODAY, history=history, **more).query  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Where did they meet?", "Where did they meet?"),
        ("  Where\n\tdid  they meet?\x00 ", "Where did they meet?"),
        ("\u202eWho\u202c?", "Who ?"),
        ("", ""),
        (" \n ", ""),
        ("?!… —", ""),
        ("\x1b[31mred\x07", "[31mred"),
        ("کجا؟", "کجا؟"),
    ],
)
def test_what_is_searched(question: str, searched: str) -> None:
    query = ask(question)
    assert (query.question, query.text) == (question, searched)


def test_dates_of_publication_filter_and_are_not_searched() -> None:
    query = ask("Where was Bagheri, in the papers of June 2024?")
    assert query.window == replace(JUNE, said="June 2024")
    assert (query.preferred, query.kind) == (None, "span")
    assert "2024" not in query.text


def test_other_dates_are_searched_and_only_preferred() -> None:
    query = ask("Where was Bagheri in June?")
    assert (query.text, query.window, query.kind) == ("Where was Bagheri in June?", None, "span")
    assert (query.preferred, query.entities) == (JUNE, ("Bagheri",))


@pytest.mark.parametrize("question", ["What happened in June?", "What was the news in June?"])
def test_a_question_about_nothing_but_its_days_is_answered_from_them(question: str) -> None:
    query = ask(question)
    assert (query.window, query.preferred) == (JUNE, None)


def test_a_date_that_names_the_subject_is_searched() -> None:
    query = ask("What is in the 2023 budget?")
    assert (query.text, query.window) == ("What is in the 2023 budget?", None)


def test_the_users_window_is_only_narrowed() -> None:
    year = Window(date(2024, 1, 1), date(2025, 1, 1), "2024")
    narrow = ask("Who met Bagheri, as reported in June 2024?", window=year).window
    assert narrow is not None
    assert (narrow.after, narrow.before) == (JUNE.after, JUNE.before)
    other = Window(date(2023, 1, 1), date(2024, 1, 1), "2023")
    assert ask("Who met Bagheri, as reported in June 2024?", window=other).window == other
    preferred = ask("Who met Bagheri in June?", window=year)
    assert (preferred.window, preferred.preferred) == (year, JUNE)


def test_a_month_is_the_latest_that_the_collection_or_the_user_allows() -> None:
    today, newest = date(2026, 11, 22), date(2024, 12, 20)
    found = understand("Who met Bagheri in June?", today=today, newest=newest)
    assert found.query.preferred == Window(date(2024, 6, 1), date(2024, 7, 1), "June 2024")
    assert found.query.note == (
        "“June” is read as “June 2024”, since the articles that are searched end on 2024-12-20."
    )
    as_of = Window(None, date(2024, 3, 1), "as of 2024-02-29")
    found = understand("Who met Bagheri in June?", today=today, newest=newest, window=as_of)
    assert found.query.preferred is not None
    assert (found.query.preferred.after, found.query.preferred.before) == (
        date(2023, 6, 1),
        date(2023, 7, 1),
    )
    assert found.query.note == (
        "“June” is read as “June 2023”, since the articles that are searched end on 2024-02-29."
    )


@pytest.mark.parametrize("question", ["Who met Bagheri?", "Who met Bagheri in June 2023?", ""])
def test_without_a_year_taken_there_is_no_note(question: str) -> None:
    assert not understand(question, today=date(2026, 11, 22), newest=TODAY).query.note


def test_a_follow_up_is_completed_and_shown() -> None:
    query = ask("And in June?", "Who met Bagheri in May?")
    assert query.text == "Who met Bagheri in June?"
    assert query.preferred is not None
    assert (query.preferred.after, query.preferred.before) == (JUNE.after, JUNE.before)
    assert query.carried


def test_corrections_win() -> None:
    query = ask("Who met Bagheri in June?", corrections=Corrections(kind="list", undated=True))
    assert (query.kind, query.window, query.text) == ("list", None, "Who met Bagheri in June?")
    carried = ask("What did he say?", "Who is Bagheri?").carried
    assert ask("What did he say?", "Who is Bagheri?", corrections=Corrections(without=carried)) == (
        ask("What did he say?")
    )


@pytest.mark.parametrize("question", ["in June 2024", "2024-12-20", "yesterday?"])
def test_a_question_that_is_only_a_date_is_searched_in_its_days(question: str) -> None:
    query = ask(question)
    assert query.text
    assert query.window is not None


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("x" * 1_000_000, f"1,000,000 characters; ask it in at most {MAX_CHARS:,}"),
        ("What happened on 30 February?", "No calendar has the day .*30 February"),
        ("What was reported since June 2024 and before March 2024?", "No day is both"),
    ],
)
def test_what_is_refused_in_one_sentence(question: str, says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        ask(question)


def test_another_rewriter_and_classifier_take_the_place_of_the_rules() -> None:
    def rewriter(question: str, history: History, **_: object) -> FollowUp:
        whole = f"{question} of {history[0]}"
        return FollowUp(whole, whole, str(history[0]))

    def classifier(question: str) -> QuestionType:
        return QuestionType("list", question, "list")

    found = understand(
        "Names", today=TODAY, history=["Cairo"], rewriter=rewriter, classifier=classifier
    ).query
    assert (found.text, found.kind, found.carried) == ("Names of Cairo", "list", ("Cairo",))


turns = st.one_of(
    st.text(max_size=80),
    st.builds(
        PastTurn, st.text(max_size=80), st.text(max_size=20), st.tuples(st.text(max_size=80))
    ),
)


@given(
    st.text(max_size=200),
    st.lists(turns, max_size=3),
    st.none() | st.dates(),
    st.none() | st.dates().map(lambda day: Window(None, day)),
)
def test_any_text_can_be_asked(
    question: str, history: list[str | PastTurn], newest: date | None, window: Window | None
) -> None:
    try:
        text = understand(
            question, today=TODAY, history=history, newest=newest, window=window
        ).query.text
    except QuestionError:  # dates that leave no day
        return
    assert text == " ".join(text.split())
    text.encode()


ASK_EVERYTHING = """
import json, sys
from datetime import date
from pathlib import Path
from rag.errors import QuestionError
from rag.query.history import PastTurn
from rag.query.understand import understand

for path in sorted(Path(sys.argv[1]).glob("*.jsonl")):
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        asked, turns = row.get("question") or row["text"], row.get("history", [])
        cited = row.get("cited", [[]] * len(turns))
        history = [PastTurn(turn, cited=tuple(said)) for turn, said in zip(turns, cited)]
        try:
            print(understand(
                asked, today=date(2026, 1, 1), newest=date(2024, 6, 11), history=history,
                is_name=lambda phrase: len(phrase) % 3 == 0,
            ))
        except QuestionError as error:
            print(error)
"""


def test_two_processes_understand_every_hand_written_question_alike() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", ASK_EVERYTHING, str(DATA)],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("0", "1")
    ]
    assert said[0].count(b"\n") > 1000
    assert said[0] == said[1]


def test_a_thousand_turns_are_no_burden() -> None:
    assert ask("And in June?", *["Who met Bagheri in May?"] * 1000).text.startswith(
        "Who met Bagheri"
    )
