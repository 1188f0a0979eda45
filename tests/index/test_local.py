"""Literal search over an index: nothing is missed, nothing is invented, whatever the script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.index import versions
from rag.index.local import LocalStore, LocalTextSearch, Occurrence, TextSearch
from tests.answer.listed_texts import ListedTexts
from tests.index.small import article, build

TEXTS = (
    "The talks ended in Cairo. The talks ended badly.",
    "in Cairo the talks ended",
    "aaaaaaaa",
    "Zoë met Zoe\u0308 in São Paulo 👩‍👩‍👧 and 👩‍👧 left.",
    "one\r\ntwo\ntwo\r\n\r\nthree",
    "قال الوزير إن المحادثات انتهت \u202bفي القاهرة\u202c.",
    "\ufeffdate 2024-01-02 東京で会談。東京で。",
    " edge to edge ",
    "to edge ",
)
ARTICLES = [article(number, text) for number, text in enumerate(TEXTS)]
EVERYWHERE = 10_000


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TextSearch]:
    folder = tmp_path_factory.mktemp("index")
    build(folder, ARTICLES)
    with LocalStore.open(folder) as index:
        yield LocalTextSearch(index)


def found(places: list[Occurrence]) -> list[tuple[str, int, int]]:
    return [(place.article.id, place.start, place.end) for place in places]


@given(st.data())
def test_every_slice_is_found_wherever_it_stands(texts: TextSearch, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))]
    places = texts.places(quote, limit=EVERYWHERE)
    assert found(places) == found(ListedTexts(ARTICLES).places(quote, limit=EVERYWHERE))
    assert all(place.text == quote for place in places)


@given(st.text(max_size=6) | st.text("aето 東👩\r\n\u0308. ", max_size=6))
def test_any_text_is_found_where_a_plain_search_finds_it(texts: TextSearch, text: str) -> None:
    assert found(texts.places(text, limit=9)) == found(ListedTexts(ARTICLES).places(text, limit=9))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("aaaaaa", [("a2", 0, 6), ("a2", 1, 7), ("a2", 2, 8)]),
        ("badly.in", []),  # over the edge of two articles
        ("\ud800", []),
        ("", []),
        (" edge to edge ", [("a7", 0, 14)]),
    ],
)
def test_places_overlap_and_stay_inside_an_article(
    texts: TextSearch, text: str, places: list[tuple[str, int, int]]
) -> None:
    assert found(texts.places(text, limit=EVERYWHERE)) == places


def test_there_are_at_most_so_many(texts: TextSearch) -> None:
    assert found(texts.places("a", limit=3)) == found(texts.places("a", limit=EVERYWHERE))[:3]


def test_passages_with_its_words_come_best_first(texts: TextSearch) -> None:
    [first, *_] = texts.passages("Which talks ended in Cairo?", k=2)
    assert first.article.id in {"a0", "a1"}
    assert texts.passages("Nobody knows", k=5) == []


def test_what_is_switched_off_is_not_searched_but_can_be_opened(tmp_path: Path) -> None:
    build(tmp_path, ARTICLES)
    versions.set_switches(tmp_path, ["a0"], on=False)
    with LocalStore.open(tmp_path) as index:
        texts = LocalTextSearch(index)
        assert found(texts.places("in Cairo", limit=EVERYWHERE)) == [("a1", 0, 8)]
        assert [p.article.id for p in texts.passages("talks ended in Cairo", k=9)] == ["a1"]
        assert texts.article("a0") == ARTICLES[0]


def test_an_unknown_article_is_none(texts: TextSearch) -> None:
    assert texts.article("a0") == ARTICLES[0]
    assert texts.article("../a0") is None


def test_a_place_outside_its_article_is_refused() -> None:
    with pytest.raises(ValueError, match="no place in article"):
        Occurrence(ARTICLES[2], 5, 9)
