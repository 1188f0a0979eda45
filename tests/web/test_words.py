from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rag.types import IndexInfo, Progress
from rag.web import words

NOW = datetime(2024, 12, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(("value", "said"), [(date(2024, 6, 9), "9 June 2024"), (None, "no date")])
def test_a_day(value: date | None, said: str) -> None:
    assert words.day(value) == said


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
    assert words.confidence(value) == said


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
    assert words.age(built_at, now=NOW) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (Progress("reading", 3, 0), "Reading the articles"),
        (
            Progress("embedding", 1200, 4000, 310.4, 9.2),
            "Reading what each passage means · 1,200 of 4,000 · 310 a second"
            " · about 9 seconds left",
        ),
    ],
)
def test_progress(at: Progress, said: str) -> None:
    assert words.progress(at) == said


def test_the_line_about_an_index_without_dates() -> None:
    info = IndexInfo("1", "f", None, None, "long ago", 1, 4)
    assert words.index_line(info) == "1 article · index built long ago"
