"""Is this a quotation? Exact ones are never missed; what is near says how it differs."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.answer.citations import citation, inside_word
from rag.errors import QuestionError
from rag.present.json import checked_json
from rag.quotes.check import (
    MAX_PLACES,
    MAX_TEXT,
    CheckedQuotation,
    NearestText,
    check_quotation,
)
from rag.text.alignment import typographic_differences, without_quotation_marks
from rag.types import Occurrence
from tests.answer.listed_texts import ListedTexts
from tests.answer.making import article

CAIRO = (
    "The ministers met in Cairo on Friday. “We will co-operate – at once – on Zoë’s plan,” "
    "said Dr. Aziz, who leads the D-8’s office. She said no date was set."
)
DAMASCUS = "Prices of wheat rose by 5.93 percent in Damascus, the bank said."
ARTICLES = [
    article(CAIRO, article_id="cairo", published=date(2024, 12, 20)),
    article(DAMASCUS, article_id="damascus"),
    article("Ice closed the harbour.\r\nIce closed the harbour again.", article_id="ice"),
    article("👩‍🚀 Die Astronautin — قال الوزير — kam an Bord.", article_id="emoji"),
]
TEXTS = ListedTexts(ARTICLES)


def at(article_id: str, quote: str) -> tuple[str, int, int]:
    start = next(one.text.index(quote) for one in ARTICLES if one.id == article_id)
    return article_id, start, start + len(quote)


def spans(checked: CheckedQuotation) -> list[tuple[str, int, int]]:
    return [(place.article.id, place.start, place.end) for place in checked.places]


@given(st.data())
def test_no_exact_quotation_is_missed(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(ARTICLES))
    start = data.draw(st.integers(0, len(one.text) - 1))
    end = data.draw(st.integers(start + 1, len(one.text)))
    marks = data.draw(st.sampled_from(["{}", " “{}”\n", "'{}'", "\t«{}» "]))
    pasted = marks.format(one.text[start:end])
    assume(without_quotation_marks(pasted))
    checked = check_quotation(pasted, TEXTS)
    assert checked.state == "exact"
    assert one.id in [place.article.id for place in checked.places]
    assert all(
        place.text == checked.text == without_quotation_marks(pasted) for place in checked.places
    )


def test_every_place_is_told() -> None:
    checked = check_quotation("“Ice closed the harbour”", TEXTS)
    assert spans(checked) == [("ice", 0, 22), ("ice", 25, 47)]
    assert not checked.more


def test_so_many_places_and_that_there_are_more() -> None:
    many = ListedTexts([article("aye " * (MAX_PLACES + 1))])
    checked = check_quotation("aye", many)
    assert (len(checked.places), checked.more) == (MAX_PLACES, True)


@pytest.mark.parametrize(
    ("pasted", "names"),
    [
        ("The ministers  met\nin Cairo", ("spaces",)),
        ("The ministers met in\u00a0Cairo", ("spaces",)),
        ('Friday. "We will co-operate', ("quotation marks",)),
        ("co‐operate — at once", ("hyphens",)),
        ("will co-operate–at once", ("spaces",)),
        ("The min\u00adisters met", ("hyphens",)),
        ("leads the D - 8's office", ("spaces", "quotation marks")),
        (unicodedata.normalize("NFD", "on Zoë’s plan"), ("stored accents",)),
        ("The mini\u200bsters met", ("spaces",)),
    ],
)
def test_typography_alone_is_near_and_named(pasted: str, names: tuple[str, ...]) -> None:
    checked = check_quotation(pasted, TEXTS)
    assert checked.state == "near"
    assert checked.near is not None
    assert (checked.near.likeness, checked.near.but_for) == (1, names)
    assert [run.kind for run in checked.near.runs] == ["equal"]
    assert (
        typographic_differences(checked.near.place.text, without_quotation_marks(pasted)) == names
    )


CHANGES: list[Callable[[str], str]] = [
    lambda text: re.sub(" ", "\n  ", text),
    lambda text: text.replace(" ", "\u2009"),
    lambda text: text.translate(str.maketrans("“”’", '""\'')),
    lambda text: text.replace("-", "‑"),
    lambda text: text.replace("–", "—"),
    lambda text: unicodedata.normalize("NFD", text),
]


@given(
    st.sampled_from(
        [
            "Friday. “We will co-operate – at once – on Zoë’s plan",
            CAIRO,
            CAIRO[: CAIRO.index(" said Dr")],
        ]
    ),
    st.lists(st.sampled_from(CHANGES), unique=True),
)
def test_typography_never_hides_a_sentence(text: str, changes: list[Callable[[str], str]]) -> None:
    changed = text
    for change in changes:
        changed = change(changed)
    checked = check_quotation(changed, TEXTS)
    if without_quotation_marks(changed) in CAIRO:
        assert checked.state == "exact"
    else:
        assert checked.near is not None
        assert checked.near.but_for
        assert checked.near.place.text == without_quotation_marks(text)


def test_the_difference_is_told_word_by_word() -> None:
    near = check_quotation(
        "Prices of wheat rose by 4.93 percent in all of Damascus, the bank said", TEXTS
    ).near
    assert near is not None
    assert (near.place.article.id, near.place.start) == ("damascus", 0)
    assert [(run.kind, run.text, run.pasted) for run in near.runs] == [
        ("equal", "Prices of wheat rose by ", "Prices of wheat rose by "),
        ("missing", "5.93 ", ""),
        ("added", "", "4.93 "),
        ("equal", "percent in ", "percent in "),
        ("added", "", "all of "),
        ("equal", "Damascus, the bank said", "Damascus, the bank said"),
    ]
    assert near.likeness == 1 - 3 / 15


def joined(near: NearestText) -> tuple[str, str]:
    return "".join(run.text for run in near.runs), "".join(run.pasted for run in near.runs)


@given(st.data())
def test_the_difference_holds_both_texts_whole(data: st.DataObject) -> None:
    words = data.draw(st.sampled_from([CAIRO, DAMASCUS])).split(" ")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(words)))
        words[place : place + data.draw(st.integers(0, 2))] = data.draw(
            st.lists(st.sampled_from(["not", "Rome,", "👩‍🚀", "“no”", "قال"]), max_size=2)
        )
    checked = check_quotation(" ".join(words), TEXTS)
    if checked.near is not None:
        assert joined(checked.near) == (checked.near.place.text, checked.text)


@pytest.mark.parametrize(
    "pasted",
    [
        "Sourdough needs a starter, flour, water and salt.",
        "wheat harbour Cairo",
        "no wheat",
        "The ministers met in Rome again, for bread and wine and cheese, without any hurry.",
        "a b " * 600,
        "?!",
        "\u200b",
        "\ud800",
    ],
)
def test_what_nobody_wrote_is_not_found(pasted: str) -> None:
    assert check_quotation(pasted, TEXTS).state == "not_found"


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "There is nothing to look for; paste a sentence or a few words."),
        (" “ ” ", "There is nothing to look for; paste a sentence or a few words."),
        (
            "a," * 1001,
            "The text stands nowhere to the letter, and what is near cannot be looked for: it has "
            "2,002 words and signs; paste at most 2,000 at a time.",
        ),
        ("a" * (MAX_TEXT + 1), "The text has 5,001 characters; paste at most 5,000 at a time."),
    ],
)
def test_what_cannot_be_looked_for_is_refused(pasted: str, said: str) -> None:
    with pytest.raises(QuestionError) as raised:
        check_quotation(pasted, TEXTS)
    assert str(raised.value) == said


@pytest.mark.parametrize(
    ("quote", "inside"),
    [("She said no", False), ("he said no", True), ("said no dat", True), ("The ministers", False)],
)
def test_part_of_a_word_is_told(quote: str, inside: bool) -> None:
    [place] = check_quotation(quote, TEXTS).places
    assert inside_word(place) == inside


def test_the_edges_of_a_text_are_no_part_of_a_word() -> None:
    whole = article("no end")
    assert not inside_word(Occurrence(whole, 0, 6))
    assert not inside_word(Occurrence(whole, 3, 6))


def test_a_place_is_cited_in_its_sentence() -> None:
    [place] = check_quotation("no date", TEXTS).places
    assert citation(place).sentence == "She said no date was set."
    across = Occurrence(ARTICLES[0], *at("cairo", "office. She")[1:])
    assert citation(across).sentence.startswith("“We will")
    assert citation(across).sentence.endswith("was set.")


def test_the_json_says_the_same() -> None:
    exact = checked_json(check_quotation("harbour again", TEXTS))
    [place] = exact["places"]
    assert (exact["state"], exact["more"], exact["near"]) == ("exact", False, None)
    assert (place["article_id"], place["start"], place["quote"]) == ("ice", 40, "harbour again")
    assert place["link"].startswith("?quote=")
    near = checked_json(check_quotation('Friday. "We will co-operate', TEXTS))["near"]
    assert (near["quote"], near["but_for"], near["likeness"]) == (
        "Friday. “We will co-operate",
        ["quotation marks"],
        1.0,
    )
    assert near["difference"] == [
        {"kind": "equal", "article": near["quote"], "pasted": 'Friday. "We will co-operate'}
    ]
    json.dumps(near)
