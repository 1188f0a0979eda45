"""When answers, by hand: the articles are of Thursday, 14 March 2024."""

from __future__ import annotations

import pytest

from rag.answer.answerers.when import WhenAnswerer
from rag.answer.evidence import NO_ANSWER
from tests.answer.finding import candidate, dated, found, matcher, source

MODE = WhenAnswerer(matcher(), 1.0)


@pytest.mark.parametrize(
    ("text", "span", "answer", "words"),
    [
        ("The dyke broke on Tuesday.", "Tuesday", "2024-03-12", "Tuesday"),
        ("The dyke broke on Tuesday.", "on Tuesday", "2024-03-12", "Tuesday"),
        ("The dyke broke in October 2021.", "October 2021", "2021-10", "October 2021"),
        ("The dyke broke in 1911.", "1911", "1911", "1911"),
        ("Lists are due by 14 July.", "14 July", "2024-07-14", "14 July"),
        ("It broke on Sunday. Water came at 4 a.m.", "at 4 a.m", "2024-03-10", "Sunday"),
    ],
)  # fmt: skip
def test_the_date_words_that_the_reader_found(
    text: str, span: str, answer: str, words: str
) -> None:
    reply = MODE.answer(found("When did the dyke break?", [candidate(source(text), span)]))
    assert (reply.text, [one.quote for one in reply.picks]) == (answer, [words])


def test_the_nearest_span_with_date_words_within_the_margin() -> None:
    told = source("The dyke at Ford broke on Tuesday.")
    near = [candidate(told, "Ford", 5.0), candidate(told, "Tuesday", 4.5)]
    assert MODE.answer(found("When did it break?", near)).picks[0].quote == "Tuesday"


def test_the_date_words_nearest_to_what_is_asked_in_the_sentence() -> None:
    told = source("The election will be held on 8 October, the presidium decided on Tuesday.")
    reply = MODE.answer(found("When was it decided?", [candidate(told, "the presidium")]))
    assert reply.text == "2024-03-12"


def test_an_undated_event_counts_as_of_the_article_and_quotes_its_date_line() -> None:
    told = dated("Khan invited Dar to Cairo.")
    reply = MODE.answer(found("When did Khan invite Dar?", [candidate(told, "Dar")]))
    assert reply.text == "2024-03-14"
    assert [one.quote for one in reply.picks] == ["2024-03-14", "Khan invited Dar to Cairo."]
    untold = MODE.answer(found("When did Khan resign?", [candidate(told, "Dar")]))
    assert untold.confidence < 0.5 < reply.confidence


def test_without_a_date_line_the_sentence_is_quoted() -> None:
    told = source("Khan invited Dar to Cairo.")
    reply = MODE.answer(found("When did Khan invite Dar?", [candidate(told, "Dar")]))
    assert (reply.text, len(reply.picks)) == ("2024-03-14", 1)
    assert reply.picks[0].quote == "Khan invited Dar to Cairo."


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Dar praised the visit of Khan to Cairo.", "When did Khan visit Cairo?"),
        (
            "Dar praised Khan for his long and historic visit to Cairo.",
            "When did Khan visit Cairo?",
        ),
        ("Dar praised Khan's visit to Cairo.", "When did Khan visit Cairo?"),
        ("Khan pursues the agreement signed on that trip.", "When was the agreement signed?"),
    ],
)
def test_what_is_only_referred_to_is_not_of_that_day(text: str, asked: str) -> None:
    told = dated(text)
    reply = MODE.answer(found(asked, [candidate(told, "Khan")]))
    assert reply.confidence < 0.5


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Khan came for the summit and held talks with Dar.", "When did Khan and Dar meet?"),
        ("The agreement was signed by Khan.", "When was the agreement signed?"),
        ("Khan signed the agreement.", "When was the agreement signed?"),
    ],
)
def test_what_is_told_is_of_that_day(text: str, asked: str) -> None:
    reply = MODE.answer(found(asked, [candidate(dated(text), "Khan")]))
    assert (reply.text, reply.confidence > 0.5) == ("2024-03-14", True)


def test_the_date_of_the_story_itself() -> None:
    told = dated("The dyke broke on Tuesday.")
    asked = "What is the date of the story about the dyke?"
    assert MODE.answer(found(asked, [candidate(told, "Tuesday")])).text == "2024-03-14"


def test_what_is_to_come_is_never_dated_by_the_article() -> None:
    told = dated("Khan invited Dar to Cairo.")
    assert MODE.answer(found("When will Dar go to Cairo?", [candidate(told, "Dar")])) == NO_ANSWER


def test_a_date_to_come_is_looked_for_ahead_and_is_doubtful_where_it_is_asked_as_past() -> None:
    told = source("The court has set a first day: 14 October.")
    spans = [candidate(told, "14 October")]
    assert MODE.answer(found("For when is the trial set?", spans)).text == "2024-10-14"
    planned = [candidate(source("The bridge is to open on 1 May 2025."), "1 May 2025")]
    assert MODE.answer(found("When did the bridge open?", planned, sure=0.9)).confidence < 0.5


@pytest.mark.parametrize(
    "asked",
    [
        "When was the committee set up?",
        "When was the suspect taken to hospital?",
        "When was aid sent to Gaza?",
        "When was the record set?",
    ],
)
def test_what_was_set_or_taken_somewhere_is_over(asked: str) -> None:
    told = source("The committee was set up in January.")
    assert MODE.answer(found(asked, [candidate(told, "January")])).text == "2024-01"


def test_the_sentence_of_the_event_goes_before_a_nearer_date_of_another() -> None:
    told = dated(
        "The government proposed Holtby as mediator. The company asked for time until Friday."
    )
    near = [candidate(told, "Friday", 4.0)]
    reply = MODE.answer(found("When did the government propose Holtby as mediator?", near))
    assert (reply.text, reply.picks[-1].quote) == (
        "2024-03-14",
        "The government proposed Holtby as mediator.",
    )


def test_a_date_to_come_where_one_to_come_is_asked_for() -> None:
    told = source("It opened on Tuesday and will be closed on 1 April 2024.")
    spans = [candidate(told, "Tuesday"), candidate(told, "1 April 2024", 4.5)]
    assert MODE.answer(found("When did it open?", spans)).text == "2024-03-12"
    assert MODE.answer(found("When will it be closed?", spans)).text == "2024-04-01"


@pytest.mark.parametrize(
    ("text", "asked", "day"),
    [
        ("Oskwith is to tour Ford on Tuesday.", "When will Oskwith tour Ford?", "2024-03-19"),
        ("Oskwith toured Ford on Tuesday.", "When did Oskwith tour Ford?", "2024-03-12"),
        (
            "The court has until the end of April to decide.",
            "Until when must it decide?",
            "2024-04",
        ),
    ],
)
def test_the_tense_says_which_tuesday(text: str, asked: str, day: str) -> None:
    spans = [candidate(source(text), "Tuesday" if "Tuesday" in text else "the end of April")]
    reply = MODE.answer(found(asked, spans))
    assert reply.text is not None
    assert reply.text.startswith(day)


def test_since_a_day_is_when_it_began() -> None:
    told = source("Snow has closed the roads since Monday.")
    reply = MODE.answer(found("When did snow close the roads?", [candidate(told, "Snow")]))
    assert (reply.text, reply.picks[0].quote) == ("2024-03-11", "Monday")


def test_other_days_are_rivals_and_the_same_day_is_none() -> None:
    told = source("It broke on Tuesday. Yes, on Tuesday. It was mended on Wednesday.")
    spans = [candidate(told, "Tuesday", 5.0), candidate(told, "on Wednesday", 4.8)]
    reply = MODE.answer(found("When did it break?", spans, sure=0.3))
    assert reply.text == "2024-03-12"
    assert reply.confidence > 0.3  # the sentence tells of the event


def test_a_duration_is_quoted() -> None:
    told = source("The crossing took 58 minutes.")
    reply = MODE.answer(found("How long did it take?", [candidate(told, "58 minutes")]))
    assert (reply.text, reply.picks[0].quote) == (None, "58 minutes")


def test_nothing_found() -> None:
    assert MODE.answer(found("When did it break?")) == NO_ANSWER
    undated = source("Khan invited Dar.", published=None)
    assert MODE.answer(found("When did Khan invite Dar?", [candidate(undated, "Dar")])) == NO_ANSWER
