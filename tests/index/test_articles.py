"""The store gives back articles, passages and windows exactly as they were added."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ArticleError, QuestionError
from rag.index.articles import ArticleTable, ArticleTableWriter, Span, content_key
from rag.index.base import ArticleRow
from rag.types import Article, Passage, Window
from tests.index import small

DAYS = st.none() | st.dates(date(1987, 1, 1), date(1987, 1, 20))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@st.composite
def collections(draw: st.DrawFn) -> list[tuple[Article, list[Span]]]:
    collection: list[tuple[Article, list[Span]]] = []
    for number in range(draw(st.integers(0, 6))):
        text = draw(TEXT)
        cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=4)))
        article = Article(
            id=draw(TEXT.map(lambda name: f"{name}-{number}")),  # noqa: B023
            text=text,
            body=draw(st.integers(0, len(text))),
            published=draw(DAYS),
            title=draw(st.text(max_size=10)),
            title_derived=draw(st.booleans()),
            url=draw(TEXT),
            path=draw(st.text(max_size=10)),
            sha256="0" * 64,
        )
        collection.append((article, list(pairwise(cuts))))
    return collection


def stored(folder: Path, collection: list[tuple[Article, list[Span]]]) -> ArticleTable:
    writer = ArticleTableWriter(small.QuickDisk(), folder)
    for article, spans in collection:
        writer.add(article, spans)
    writer.finish([])
    return ArticleTable(folder)


@given(collections(), DAYS, DAYS)
@settings(deadline=None)
def test_what_was_added_comes_back(
    collection: list[tuple[Article, list[Span]]], after: date | None, before: date | None
) -> None:
    window = Window(after, before) if not (after and before) or after < before else Window(after)
    expected = [
        Passage(article, start, end, ordinal)
        for article, spans in collection
        for ordinal, (start, end) in enumerate(spans)
    ]
    with TemporaryDirectory() as folder:
        store = stored(Path(folder), collection)
        assert [store.article(row) for row in range(store.articles)] == [a for a, _ in collection]
        assert [store.passage(row) for row in range(store.passages)] == expected
        assert [store.row_of(article.id) for article, _ in collection] == [*range(store.articles)]
        allowed = store.passages_in(window)
        inside = [window.contains(passage.article.published) for passage in expected]
        assert inside == ([True] * len(expected) if allowed is None else allowed.tolist())
        assert [(entry.id, entry.passages) for entry in store.entries()] == [
            (article.id, len(spans)) for article, spans in collection
        ]


def test_no_row_is_taken_for_another(tmp_path: Path) -> None:
    store = stored(tmp_path, [(small.article(1), [(0, 5), (6, 9)])])
    for row in (-1, 2):
        with pytest.raises(IndexError, match=f"passage {row} of 2"):
            store.passage(row)
    with pytest.raises(QuestionError, match="no article 'a2'"):
        store.row_of("a2")


def test_what_cannot_be_written_stops_the_build_and_shifts_nothing(tmp_path: Path) -> None:
    writer = ArticleTableWriter(small.QuickDisk(), tmp_path)
    writer.add(small.article(1), [(0, 5)])
    with pytest.raises(ArticleError, match=r"'a2' of 'a2.txt' cannot be written as UTF-8"):
        writer.add(replace(small.article(2), text="half a \ud83d"), [(0, 5)])
    with pytest.raises(ArticleError, match="Two articles have the id 'a1'"):
        writer.add(small.article(1, text="another"), [(0, 5)])
    for span in [(-1, 2), (2, 2), (3, 2), (0, 8)]:
        with pytest.raises(ValueError, match="outside article 'a3'"):
            writer.add(small.article(3, text="1234567"), [(0, 5), span])
    writer.add(small.article(4), [(0, 5)])
    writer.finish([{"path": "a\udce9", "articles": 2}])
    store = ArticleTable(tmp_path)
    assert [store.passage(row).article.id for row in range(store.passages)] == ["a1", "a4"]
    assert store.files() == [{"path": "a\udce9", "articles": 2}]


def test_a_listed_article_says_everything_but_its_text(tmp_path: Path) -> None:
    article = small.article(3)
    assert list(stored(tmp_path, [(article, [(0, 5), (5, 9)])]).entries()) == [
        ArticleRow(
            "a3",
            "Title 3 – “é”",
            False,
            date(2024, 1, 4),
            "",
            "a3.txt",
            article.sha256,
            passages=2,
        )
    ]


def test_the_articles_last_asked_for_are_kept_up_to_a_size(tmp_path: Path) -> None:
    long = [small.article(number, text=str(number) * 3_000_000) for number in range(4)]
    store = stored(tmp_path, [(article, []) for article in long])
    first = store.article(0)
    assert store.article(0) is first
    for row in (1, 0, 2):
        store.article(row)
    assert store.article(0) is first
    for row in (1, 2, 3):
        store.article(row)
    assert store.article(0) is not first
    assert store.article(0) == first


def test_content_is_recognised_under_another_name(tmp_path: Path) -> None:
    article = small.article(1)
    store = stored(tmp_path, [(small.article(0), []), (article, []), (small.article(2), [])])
    known = [article, replace(article, id="b", path="b.txt", url="u", sha256="1")]
    changed = [
        replace(article, text=article.text + " "),
        replace(article, body=3),
        replace(article, title="T"),
        replace(article, published=None),
    ]
    assert [store.row_of_content(content_key(one)) for one in known] == [1, 1]
    assert [store.row_of_content(content_key(one)) for one in changed] == [None] * 4
