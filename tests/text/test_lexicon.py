"""The closed classes: number words count as they are spelled, and plurals are recognised."""

from __future__ import annotations

import pytest

from rag.text.lexicon import CARDINALS, MONTHS, NUMBER_WORDS, WEEKDAYS, is_plural


def test_names_count_from_where_they_should() -> None:
    assert [CARDINALS[NUMBER_WORDS[word]] for word in CARDINALS] == list(CARDINALS)
    assert (NUMBER_WORDS["twenty"], NUMBER_WORDS["ninety"]) == (20, 90)
    assert (MONTHS["january"], MONTHS["sept"], MONTHS["dec"]) == (1, 9, 12)
    assert (WEEKDAYS["monday"], WEEKDAYS["thurs"], WEEKDAYS["sunday"]) == (0, 3, 6)


@pytest.mark.parametrize("word", ["leaders", "people", "women", "peoples"])
def test_plural(word: str) -> None:
    assert is_plural(word)


@pytest.mark.parametrize("word", ["crisis", "virus", "class", "news", "minister", "iran's"])
def test_not_plural(word: str) -> None:
    assert not is_plural(word)
