"""Words of a question matched to those of a sentence."""

from __future__ import annotations

import pytest

from rag.answer.rules.matching import Matcher, are_opposites, are_synonyms, asked_words
from rag.text.analyzer import analyse
from tests.answer.finding import by_spelling, matcher


@pytest.mark.parametrize(
    ("one", "other"),
    [("open", "closed"), ("accepted", "rejects"), ("alive", "died"), ("higher", "lower"),
     ("first", "last"), ("permanent", "acting"), ("read", "unread"), ("legal", "illegal")],
)  # fmt: skip
def test_opposites_both_ways(one: str, other: str) -> None:
    (left,), (right,) = analyse(one), analyse(other)
    assert are_opposites(left, right)
    assert are_opposites(right, left)


@pytest.mark.parametrize(("one", "other"), [("open", "opened"), ("bridge", "river"), ("in", "inn")])
def test_no_opposites(one: str, other: str) -> None:
    assert not are_opposites("".join(analyse(one)), "".join(analyse(other)))


@pytest.mark.parametrize(("one", "other"), [("fired", "dismissed"), ("hurt", "injured")])
def test_words_for_the_same_thing(one: str, other: str) -> None:
    assert are_synonyms(analyse(one)[0], analyse(other)[0])
    assert not are_synonyms(analyse(one)[0], "bridge")


def told(question: str, sentence: str, around: str = "") -> dict[str, tuple[str, float]]:
    return {
        match.word.text: (
            sentence[match.place :].split()[0] if match.place >= 0 else "",
            match.share,
        )
        for match in matcher().match(question, sentence, around)
    }


def test_words_opposites_likes_and_the_text_around() -> None:
    found = told("Did Khan open the border market?", "The markets were closed.", "Khan spoke.")
    assert found == {
        "Khan": ("", 0.7),
        "open": ("closed.", 0.9),
        "border": ("", 0.0),
        "market": ("markets", 1.0),
    }


def test_numbers_match_by_value() -> None:
    assert told("Did 12 miners die?", "Twelve miners died.")["12"] == ("Twelve", 1.0)
    assert told("Did 12 miners die?", "Fourteen miners died.")["12"] == ("", 0.0)


def test_a_word_stands_for_one_word_of_the_question() -> None:
    found = told("Was the convict convinced?", "He was convicted.")
    assert found == {"convict": ("convicted.", 1.0), "convinced": ("", 0.0)}


def test_the_nearest_place_to_the_name_counts() -> None:
    sentence = "The ship takes 30 cars; the Lanner Grace takes none."
    matches = {
        m.word.text: m.place for m in matcher().match("Can Lanner Grace take it", sentence, "")
    }
    assert matches["take"] == sentence.rindex("takes")


def test_dates_and_who_says_so_are_not_asked_for() -> None:
    asked = asked_words("Did snow fall in March 2024, according to the mayor?")
    assert [word.text for word in asked] == ["snow", "fall"]


def test_what_only_says_when_weighs_less() -> None:
    rare = Matcher(lambda term: 4.0, by_spelling)
    matches = rare.match("Was anyone hurt when the ferry drifted?", "Nobody was hurt.", "")
    assert rare.coverage(matches) == pytest.approx(1 / (1 + 2 * 0.3))


def test_nothing_asked_is_not_covered() -> None:
    assert matcher().coverage(matcher().match("Was it?", "It was.", "")) == 0.0


def test_what_was_founded_is_not_what_was_found() -> None:
    assert told("Was the D-8 founded?", "The D-8 meeting concluded.")["founded"] == ("", 0.0)
    assert told("Was the D-8 founded?", "The D-8 was founded.")["founded"] == ("founded.", 1.0)


def test_of_two_words_that_mean_the_same_the_one_nearest_to_the_name_counts() -> None:
    sentence = "Iran is a member of it, and Khan sought membership."
    assert told("Is Khan a member?", sentence)["member"] == ("membership.", 0.9)
