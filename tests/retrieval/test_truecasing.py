"""Names in the collection, typed in lower case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.config import BuildConfig
from rag.index.local import LocalStore
from rag.retrieval.truecasing import KnownNames


@pytest.fixture(scope="module")
def names(seed_index: BuildConfig) -> Iterator[KnownNames]:
    with LocalStore.open(seed_index.index) as index:
        yield KnownNames(index)


@pytest.mark.parametrize("phrase", ["pezeshkian", "pakistan", "shehbaz sharif", "istanbul"])
def test_what_articles_capitalise_is_a_name(names: KnownNames, phrase: str) -> None:
    assert names(phrase)


@pytest.mark.parametrize("phrase", ["visit", "border markets", "unicorn", "", "...", "the"])
def test_other_words_are_none(names: KnownNames, phrase: str) -> None:
    assert not names(phrase)
