from __future__ import annotations

from datetime import date

import pytest

from rag.index.base import ArticleRow
from rag.ingest.changes import Changes
from rag.web.collection import CollectionRow, Order, State, matching, ordered, rows


def entry(name: str, title: str, day: date | None, path: str, *, on: bool = True) -> ArticleRow:
    return ArticleRow(name, title, False, day, "", path, "", 2, on)


ENTRIES = [
    entry("a", "Bread prices", date(2024, 5, 1), "a.txt"),
    entry("b", "accord", date(2024, 6, 9), "b.txt", on=False),
    entry("c", "Cairo", None, "deep/c.txt"),
    entry("d", "Dykes", date(2023, 1, 2), "d.txt", on=False),
]
FILES = [
    {"path": "a.txt", "articles": 1},
    {"path": "b.txt", "articles": 1, "skipped": "", "duplicate_of": ""},
    {"path": "copy.txt", "articles": 0, "skipped": "", "duplicate_of": "a"},
    {"path": "empty.txt", "articles": 0, "skipped": "is empty", "duplicate_of": ""},
    {"path": "left.txt", "articles": 0, "skipped": "is empty", "duplicate_of": ""},
]
CHANGES = Changes(new=("n.txt",), changed=("deep/c.txt",), gone=("d.txt", "left.txt"))
ROWS = rows(ENTRIES, FILES, CHANGES)


def test_every_article_and_every_file_without_one_has_a_row() -> None:
    assert [(row.path, row.states, row.why) for row in ROWS] == [
        ("a.txt", ("indexed",), ""),
        ("b.txt", ("off",), ""),
        ("deep/c.txt", ("changed",), ""),
        ("d.txt", ("off", "gone"), ""),
        ("copy.txt", ("duplicate",), "of a"),
        ("empty.txt", ("skipped",), "is empty"),
        ("n.txt", ("new",), ""),
    ]
    assert ROWS[1] == CollectionRow("b.txt", ("off",), "", "b", "accord", date(2024, 6, 9), 2)
    assert [row.on for row in ROWS] == [True, False, True, False, True, True, True]


@pytest.mark.parametrize(
    ("by", "paths"),
    [
        ("date", "b.txt a.txt d.txt n.txt empty.txt deep/c.txt copy.txt"),
        ("title", "b.txt a.txt deep/c.txt d.txt n.txt empty.txt copy.txt"),
        ("file", "a.txt b.txt copy.txt d.txt deep/c.txt empty.txt n.txt"),
        ("state", "empty.txt n.txt deep/c.txt b.txt d.txt copy.txt a.txt"),
    ],
)
def test_orders(by: Order, paths: str) -> None:
    assert " ".join(row.path for row in ordered(ROWS, by)) == paths
    assert ordered(ROWS[::-1], by) == ordered(ROWS, by)


@pytest.mark.parametrize(
    ("wanted", "state", "paths"),
    [
        ("", None, "a.txt b.txt deep/c.txt d.txt copy.txt empty.txt n.txt"),
        ("bread", None, "a.txt"),
        ("BREAD 1 may", None, "a.txt"),
        ("bread june", None, ""),
        ("2024-06", None, "b.txt"),
        ("undated", None, "deep/c.txt"),
        ("empty", None, "empty.txt"),
        ("", "off", "b.txt d.txt"),
        ("", "gone", "d.txt"),
        ("accord", "gone", ""),
        ("", "new", "n.txt"),
    ],
)
def test_search_and_filter(wanted: str, state: State | None, paths: str) -> None:
    assert " ".join(row.path for row in matching(ROWS, wanted, state)) == paths
