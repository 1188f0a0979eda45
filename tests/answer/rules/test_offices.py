"""Who holds an office, by the words of the articles."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.answerers.span import SpanAnswerer
from rag.answer.answerers.topical import LatestAnswerer
from rag.answer.rules.offices import (
    Office,
    core_words,
    find_holders,
    office_asked,
    office_reply,
    offices_in,
)
from tests.answer.finding import candidate, found, source
from tests.text.strategies import any_question

FOREIGN = frozenset({"foreign", "minister"})
PRIME = frozenset({"prime", "minister"})
SOME_WORDS = (
    "The the Iran's Iranian Prime prime Minister minister, president President of Ida Venning, W. "
    "former ex- as is its board’s . , said mayor \n é’s 中 \u202e"
).split(" ")
any_text = st.one_of(
    st.text(max_size=200), st.lists(st.sampled_from(SOME_WORDS), max_size=25).map(" ".join)
)


@pytest.mark.parametrize(
    ("question", "words", "of"),
    [
        ("Who is Iran's foreign minister?", FOREIGN, "Iran"),
        ("who is the iranian foreign minister", FOREIGN, "iranian"),
        ("Who is the minister of foreign affairs of Iran?", FOREIGN, "Iran"),
        ("Who's the premier of Veldmere now?", PRIME, "Veldmere"),
        ("What is the name of the rector of the University of Ford?", {"rector"},
         "University of Ford"),
        ("Who is the secretary general of the UN?", {"secretary", "general"}, "UN"),
        ("Who is the chairwoman?", {"chairman"}, ""),
        ("Who is the acting deputy mayor of Ford?", {"deputy", "mayor"}, "Ford"),
    ],
)  # fmt: skip
def test_an_office_that_is_asked_for(question: str, words: set[str], of: str) -> None:
    assert office_asked(question) == Office(frozenset(words), of)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Who is Ali Bagheri?",
        "Who did the president meet?",
        "Who killed the president of Iran?",
        "What is the president of Iran doing?",
        "Is Khan the mayor of Ford?",
        "Who is the president of Iran and what does he want?",
        "Who is the mayor's wife?",
    ],
)
def test_other_questions_ask_for_no_office(question: str) -> None:
    assert office_asked(question) is None


@pytest.mark.parametrize("behind", ["", " (Ishaq Dar, Pakistan)"])
def test_a_country_of_earlier_questions_says_whose_it_is(behind: str) -> None:
    carried = ["Ishaq Dar", "Pakistan"]
    asked = office_asked(f"And who is the foreign minister?{behind}", carried)
    assert asked == Office(FOREIGN, "Pakistan")
    own = office_asked(f"And who is Iran's foreign minister?{behind}", carried)
    assert own == Office(FOREIGN, "Iran")


@given(any_question, any_text)
def test_any_question_and_any_text(question: str, text: str) -> None:
    hit = source(text or "x")
    for named in offices_in(text):
        assert text[slice(*named.name)] == named.holder
        for holder in find_holders(Office(core_words(named.words)), [hit]):
            assert holder.name == text[holder.start : holder.end]
    assert office_reply(found(question, hits=[hit])) is None or office_asked(question)


def test_who_was_may_be_over_and_an_event_gives_the_time() -> None:
    asked = office_asked("Who was the director of the harbour when the bridge fell?")
    assert asked == Office(frozenset({"director"}), "harbour", former=None, at_event=True)
    former = office_asked("Who is the former director of the harbour?")
    assert former == Office(frozenset({"director"}), "harbour", former=True)


@pytest.mark.parametrize(
    ("text", "question", "name"),
    [
        ("Iran's Acting Foreign Minister Ali Bagheri spoke.", "Who is Iran's foreign minister?",
         "Ali Bagheri"),
        ("Khan and Iranian President Masoud Raz met.", "Who is the president of Iran?",
         "Masoud Raz"),
        ("The chairman of the board, Cornelis Wade, resigned.", "Who is the board's chairman?",
         "Cornelis Wade"),
        ("The union's secretary, Dagny Frome, called.", "Who is the secretary of the union?",
         "Dagny Frome"),
        ("Ibery, a name, and Ida Ibery, the managing director of Callan, said so.",
         "Who is the managing director of Callan?", "Ida Ibery"),
        ("The senate elected Ida Venning as rector.", "Who is the rector?", "Ida Venning"),
        ("Ottoline Graye will be the new mayor of Port Callan.",
         "Who is the mayor of Port Callan?", "Ottoline Graye"),
        ("Prime Minister Omar Sharif conveyed Pakistan's thanks for Iran's help.",
         "Who is the prime minister of Pakistan?", "Omar Sharif"),
        ("The crowd saw Prime Minister Sharif's car and Pakistan's flag.",
         "Who is the prime minister of Pakistan?", "Sharif"),
        ("U.S. President George W. Bush spoke of America's help.",
         "Who is the president?", "George W. Bush"),
        ("British Prime Minister Ida Venning spoke.", "Who is the UK's prime minister?",
         "Ida Venning"),
        ("South Sudan's President Leo Barnes spoke.", "Who is the president of South Sudan?",
         "Leo Barnes"),
        ("The New Zealand Prime Minister Ida Venning spoke.",
         "Who is the prime minister of New Zealand?", "Ida Venning"),
        ("Premier Maren Oskwith of Veldmere spoke.", "Who is the premier of Veldmere?",
         "Maren Oskwith"),
        ("The former director of the harbour, Piers Anquist, was charged.",
         "Who was the director of the harbour?", "Piers Anquist"),
    ],
)  # fmt: skip
def test_the_name_that_stands_with_the_office(text: str, question: str, name: str) -> None:
    office = office_asked(question)
    assert office is not None
    assert [holder.name for holder in find_holders(office, [source(text)])] == [name]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Pakistani Foreign Minister Ishaq Dar spoke.", "Who is Iran's foreign minister?"),
        ("Iran's Foreign Minister Ali Bagheri spoke.", "Who is Iran's prime minister?"),
        ("Australian Foreign Minister Ida Venning spoke.", "Who is Austria's foreign minister?"),
        ("Slovak Prime Minister Leo Barnes spoke.", "Who is Slovenia's prime minister?"),
        ("Nigerian President Leo Barnes spoke.", "Who is the president of Niger?"),
        ("South Sudan's President Leo Barnes spoke.", "Who is Sudan's president?"),
        ("South Korean President Leo Barnes spoke.", "Who is North Korea's president?"),
        ("Iran's Deputy Foreign Minister Ali Bagheri spoke.", "Who is Iran's foreign minister?"),
        ("Iran's former President Ali Raz spoke.", "Who is the president of Iran?"),
        ("Iran's President spoke. Ali Raz listened.", "Who is the president of Iran?"),
        ("The visit of President Raisi to Pakistan was long.", "Who is Pakistan's president?"),
        ("Prime Minister Omar Sharif conveyed Pakistan's thanks for Iran's help.",
         "Who is the prime minister of Iran?"),
        ("The central bank President Leo Barnes praised Iran's help.",
         "Who is the president of Iran?"),
        ("Its president Leo Barnes praised Iran's help.", "Who is the president of Iran?"),
        ("His Eminence, Iran's Supreme Leader, came.", "Who is the supreme leader of Iran?"),
        ("The island's mayor, Ossian Dray, of Port Callan spoke.",
         "Who is the mayor of Port Callan?"),
    ],
)  # fmt: skip
def test_the_holder_of_another_office_is_not_asked_for(text: str, question: str) -> None:
    office = office_asked(question)
    assert office is not None
    assert find_holders(office, [source(text)]) == []


def test_the_surest_then_the_latest_is_shown_with_where_else_it_stands() -> None:
    old = source("Mayor Henrike Lomasz of Ford spoke.", article_id="a", published=date(2024, 1, 1))
    new = source("Mayor Ottoline Graye of Ford spoke.", article_id="b", published=date(2024, 5, 1))
    again = source("Ottoline Graye, the mayor of Ford, ate.", article_id="c")
    asked = "Who is the mayor of Ford?"
    reply = office_reply(found(asked, hits=[old, new, again]))
    assert reply is not None
    [pick] = reply.picks
    assert (pick.quote, pick.article_id) == ("Ottoline Graye", "c")
    assert [one.article_id for one in pick.also] == ["b"]
    assert reply.confidence == pytest.approx(0.9)
    assert office_reply(found("Who was the mayor when it fell?", hits=[old, new])) is None
    assert office_reply(found("Who fell?", hits=[old, new])) is None


def test_a_reader_that_agrees_makes_it_surer() -> None:
    named = source("Iran's President Masoud Raz spoke.")
    asked, spans = "Who is the president of Iran?", [candidate(named, "Masoud Raz")]
    reply = SpanAnswerer(1.0).answer(found(asked, spans, sure=0.5))
    assert (reply.picks[0].quote, reply.confidence) == ("Masoud Raz", pytest.approx(0.95))


def test_who_holds_it_now_is_the_same_question() -> None:
    named = source("Iran's President Masoud Raz spoke.")
    mode = LatestAnswerer(None, None, None)  # type: ignore[arg-type]
    reply = mode.answer(found("Who is the president of Iran now?", hits=[named]))
    assert reply.picks[0].quote == "Masoud Raz"


@pytest.mark.parametrize(
    ("text", "quote", "question", "kept"),
    [
        ("Pakistani Foreign Minister Mohammad Ishaq Dar spoke.",
         "Pakistani Foreign Minister Mohammad", "Who is Ishaq Dar?", "Pakistani Foreign Minister"),
        ("Iran's Foreign Minister Ali Bagheri spoke.", "Iran's Foreign Minister",
         "Who is Ali Bagheri?", "Iran's Foreign Minister"),
        ("He met Mohammad Ishaq Dar there.", "Mohammad", "Who is Ishaq Dar?", "Mohammad"),
        ("President Raisi died.", "President Raisi", "Who died?", "President Raisi"),
    ],
)  # fmt: skip
def test_half_of_a_name_that_is_asked_about_is_not_quoted(
    text: str, quote: str, question: str, kept: str
) -> None:
    reply = SpanAnswerer(1.0).answer(found(question, [candidate(source(text), quote)]))
    assert reply.picks[0].quote == kept
