from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates.calendar import parse_day


@pytest.mark.parametrize(
    "text",
    [
        "2024-12-20",
        "2024-12-20T10:00",
        "2024-12-20T10:00:00",
        "2024-12-20T10:00:00Z",
        "2024-12-20T10:00:00.123Z",
        "2024-12-20 10:00:00",
        "2024-12-20 10:00:00 +0500",
        "2024-12-20T23:30:00-05:00",
    ],
)
def test_a_day_or_date_time_is_the_day_as_written(text: str) -> None:
    assert parse_day(text) == date(2024, 12, 20)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "0000-01-01",
        "2024-12-2",
        "20241220",
        "2024/12/20",
        "20 December 2024",
        " 2024-12-20",
        "2024-12-20\n",
        "2024-12-20T",
        "2024-12-20T25:00",
        "2024-12-20T10:61",
        "2024-12-20X10:00",
        "2024-12-20-10",
        "٢٠٢٤-١٢-٢٠",
    ],
)
def test_anything_else_is_no_day(text: str) -> None:
    assert parse_day(text) is None


@given(st.dates())
def test_every_day_survives_its_iso_form(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_gives_the_day_as_written(moment: datetime) -> None:
    assert parse_day(moment.isoformat()) == moment.date()


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert parse_day(text) is None or text[:10].isascii()
