"""How often an office's holder is read rightly, on news by hand."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from rag.types import Article
from training.fit_offices import Agreement, agreements, main

TEXTS = [
    (1, "Iran's President Masoud Raz spoke."),
    (5, "Iranian President Raz left. Iran's former President Ali Khan stayed."),
    (9, "Iran's President Omar Dar spoke."),
    (9, "President Raz praised Iran's towns. The central bank President Leo Barnes did not."),
    (9, "President Quim praised Iran's towns."),
]


def articles() -> list[Article]:
    return [
        Article(f"a{n}", text, 0, date(2024, 1, day), "", False, "", f"{n}.txt", "")
        for n, (day, text) in enumerate(TEXTS)
    ]


def test_holders_of_one_office_are_held_against_each_other() -> None:
    told, supposed = agreements(articles())
    assert (told.alike, told.asked) == (1, 2)  # Raz and Raz; Raz and Dar
    assert told.likely == pytest.approx(0.5**0.5)
    assert (supposed.alike, supposed.asked, supposed.likely) == (1, 2, 0.5)  # Raz; Quim


def test_nothing_to_compare_is_never_right() -> None:
    assert Agreement(True, 0, 0).likely == 0.0


def test_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"id": one.id, "date": str(one.published), "title": "", "text": one.text}
        for one in articles()
    ]
    path = tmp_path / "news.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    monkeypatch.setattr("sys.argv", ["fit_offices", str(path)])
    main()
    assert "said whose it is: 1 of 2 alike, so right in 0.71" in capsys.readouterr().out
