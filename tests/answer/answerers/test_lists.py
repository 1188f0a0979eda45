"""List answers, by hand."""

from __future__ import annotations

import pytest

from rag.answer.answerers.lists import MOST_ITEMS, ListAnswerer
from rag.answer.evidence import NO_ANSWER, Candidate
from tests.answer.finding import candidate, found, source

TRADE = "They spoke of trade, energy and peace in Cairo."


def listed(question: str, *spans: Candidate, margin: float = 1.0) -> list[str]:
    return [one.quote for one in ListAnswerer(0.0, margin).answer(found(question, spans)).picks]


@pytest.mark.parametrize("quote", ["trade, energy and peace", "energy", "trade, energy", TRADE])
def test_the_enumeration_that_the_span_is_part_of(quote: str) -> None:
    span = candidate(source(TRADE), quote)
    assert listed("What did they speak of?", span) == ["trade", "energy", "peace"]


def test_the_reader_says_where_the_last_item_ends() -> None:
    span = candidate(
        source("It begins with fever and pain in the joints."), "fever and pain in the joints"
    )
    assert listed("What are the symptoms?", span) == ["fever", "pain in the joints"]


def test_what_the_question_leaves_out_is_no_item() -> None:
    span = candidate(
        source("They named Palestine, Lebanon and Syria."), "Palestine, Lebanon and Syria"
    )
    assert listed("Which places beyond Palestine did they name?", span) == ["Lebanon", "Syria"]
    assert listed("Which places did they name?", span) == ["Palestine", "Lebanon", "Syria"]


def test_one_item_in_each_of_several_articles() -> None:
    spans = [
        candidate(source("The summit met in Cairo."), "Cairo", 7.0),
        candidate(source("A meeting was held in Istanbul.", article_id="b"), "Istanbul", 6.5),
        candidate(source("It also met in Cairo.", article_id="c"), "Cairo", 6.4),
        candidate(source("Nothing of it in Rome.", article_id="d"), "Rome", 5.9),
    ]
    reply = ListAnswerer(0.0, 1.0).answer(found("In which cities did they meet?", spans))
    assert [one.quote for one in reply.picks] == ["Cairo", "Istanbul"]
    assert [also.article_id for also in reply.picks[0].also] == ["c"]


def test_names_are_cut_out_where_names_are_asked_for() -> None:
    text = "Posts go to Teodor Quist (transport), Minister Amabel Voss and Dr. Henning Lauder."
    span = candidate(
        source(text), "Teodor Quist (transport), Minister Amabel Voss and Dr. Henning Lauder"
    )
    assert listed("Who is in the cabinet?", span) == [
        "Teodor Quist",
        "Amabel Voss",
        "Henning Lauder",
    ]


def test_as_many_as_asked_for_come_first() -> None:
    spans = [
        candidate(source("Three of the four departments remain."), "Three", 8.0),
        candidate(
            source("They name Classics, Music, Law and History.", article_id="b"), "Law", 6.0
        ),
    ]
    assert listed("Which four departments are named?", *spans) == [
        "Classics",
        "Music",
        "Law",
        "History",
    ]


def test_a_whole_enumeration_stands_alone() -> None:
    spans = [
        candidate(source("They spoke of sirens, gauges and dykes."), "gauges", 5.0),
        candidate(source("They also spoke of money.", article_id="b"), "money", 4.8),
    ]
    assert listed("What did they speak of?", *spans) == ["sirens", "gauges", "dykes"]


def test_whole_enumerations_of_names_go_together() -> None:
    spans = [
        candidate(source("The Greens send Quist, Voss and Lauder."), "Quist, Voss and Lauder", 5.0),
        candidate(source("The Union sends Pym and Stoll.", article_id="b"), "Pym and Stoll", 4.8),
        candidate(source("Corlin watched.", article_id="c"), "Corlin", 4.9),
    ]
    assert listed("Who is in the cabinet?", *spans) == ["Quist", "Voss", "Lauder", "Pym", "Stoll"]


def test_what_the_question_names_is_no_item() -> None:
    span = candidate(source("Vaskell, Quist and Voss were sworn in."), "Vaskell, Quist and Voss")
    assert listed("Who else was sworn in with Vaskell?", span) == ["Quist", "Voss"]


def test_what_another_says_is_no_item() -> None:
    spans = [
        candidate(source("Dar promised nurses and flats."), "nurses and flats", 5.0),
        candidate(source("Khan promised roads and dykes.", article_id="b"), "roads and dykes", 4.0),
    ]
    assert listed("What did Khan promise?", *spans) == ["roads", "dykes"]


def test_names_lose_the_figures_of_an_enumeration() -> None:
    span = candidate(
        source("The seats: the Union 22, the Greens 8 and the List 5."), "the Greens 8"
    )
    assert listed("Which parties have seats?", span) == ["Union", "Greens", "List"]


def test_every_item_is_a_slice_of_the_cited_article() -> None:
    reply = ListAnswerer(0.0, 1.0).answer(found("What?", [candidate(source(TRADE), "energy")]))
    assert all(TRADE[one.start : one.end] == one.quote for one in reply.picks)


def test_a_long_list_is_cut() -> None:
    words = [f"thing{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(40)]
    text = ", ".join(words[:-1]) + " and " + words[-1]
    reply = ListAnswerer(0.0, 1.0).answer(found("What?", [candidate(source(text), text)]))
    assert len(reply.picks) == MOST_ITEMS


def test_nothing_found() -> None:
    assert ListAnswerer(0.0, 1.0).answer(found("Which cities?")) == NO_ANSWER
    only_number = candidate(source("It says seven."), "seven")
    assert listed("Who are the members?", only_number) == []
