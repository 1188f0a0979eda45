"""Names in the collection, typed in lower case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.config import BuildConfig
from rag.index.local import Index
from rag.retrieval.truecasing import Names


@pytest.fixture(scope="module")
def names(seed_index: BuildConfig) -> Iterator[Names]:
    with Index.open(seed_index.index) as index:
        yield Names(index)


@pytest.mark.parametrize("phrase", ["pezeshkian", "pakistan", "shehbaz sharif", "istanbul"])
def test_what_articles_capitalise_is_a_name(names: Names, phrase: str) -> None:
    assert names(phrase)


@pytest.mark.parametrize("phrase", ["visit", "border markets", "unicorn", "", "...", "the"])
def test_other_words_are_none(names: Names, phrase: str) -> None:
    assert not names(phrase)
