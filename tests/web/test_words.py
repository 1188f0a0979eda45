from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rag.ingest.corpus import Changes
from rag.types import Hit, IndexInfo, Passage, Progress, Query, Window
from rag.web import markup
from tests.answer.making import article

NOW = datetime(2024, 12, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.934, "very likely right (93%)"),
        (0.9, "very likely right (90%)"),
        (0.7, "likely right (70%)"),
        (0.55, "more likely than not (55%)"),
        (0.0, "unsure (0%)"),
    ],
)
def test_a_confidence(value: float, said: str) -> None:
    assert markup.confidence(value) == said


@pytest.mark.parametrize(
    ("built_at", "said"),
    [
        ("2024-12-20T11:59:30+00:00", "just now"),
        ("2024-12-20T11:59:00Z", "1 minute ago"),
        ("2024-12-20T09:00:00", "3 hours ago"),
        ("2024-12-18T12:00:00+00:00", "2 days ago"),
        ("some day", "some day"),
    ],
)
def test_an_age(built_at: str, said: str) -> None:
    assert markup.age(built_at, now=NOW) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (Progress("reading", 0, 0), "Reading the articles"),
        (Progress("reading", 1300, 0), "Reading the articles · 1,300 so far"),
        (
            Progress("embedding", 1200, 4000, 310.4, 9.2),
            "Reading what each passage means · 1,200 of 4,000 · 310 a second"
            " · about 9 seconds left",
        ),
    ],
)
def test_progress(at: Progress, said: str) -> None:
    assert markup.progress(at) == said


def test_the_line_about_an_index_without_dates() -> None:
    info = IndexInfo("1", "f", None, None, "long ago", 1, 4)
    assert markup.index_line(info) == "1 article · index built long ago"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (None, ""),
        (Changes(), ""),
        (Changes(new=("a",)), " · since then 1 file new"),
        (Changes(("a", "b"), ("c",), ("d",)), " · since then 2 files new, 1 changed, 1 gone"),
        (Changes(gone=("d", "e")), " · since then 2 files gone"),
    ],
)
def test_the_line_about_an_index_tells_what_has_changed_since(
    changes: Changes | None, said: str
) -> None:
    day = date(2024, 12, 19)
    info = IndexInfo("1", "f", day, day, "2024-12-20T09:00:00Z", 2000, 4)
    assert markup.index_line(info, off=3, changes=changes, now=NOW) == (
        f"2,000 articles · 3 switched off · newest 19 December 2024 · index built 3 hours ago{said}"
    )


def test_what_is_searched_and_read_meanwhile() -> None:
    window = Window(date(2024, 6, 1), date(2024, 7, 1), "June")
    assert markup.searching(Query("q", "q"), 2000) == "Searching 2,000 articles"
    assert markup.searching(Query("q", "q", window), 1) == (
        "Searching 1 article from 1 June 2024 to 30 June 2024 (“June”)"
    )
    hits = [Hit(Passage(article("Text."), 0, 5, n), 1.0, n, 1.0, 1.0) for n in (1, 2)]
    assert markup.reading(hits) == "Reading 2 passages of 1 article"
