from __future__ import annotations

from pathlib import Path

import pytest

from rag.ingest import report
from tests.index import small
from tests.ingest.building import TWO, run, story, write


def test_the_report_of_the_last_build_is_there_for_whoever_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    articles, index = write(tmp_path / "in", {**TWO, "empty.txt": ""}), tmp_path / "index"
    assert report.load_report(index) is None
    first = run(articles, index)
    assert report.load_report(index) == report.LastBuild(first, "2023-11-14T22:13:20Z")
    rows = "{\n" + '{"id": "r", "text": "A row."}\n'
    write(articles, {"a.txt": story(9), "rows.jsonl": rows})
    second = run(articles, index)
    assert any(file.notes for file in second.files)
    assert report.load_report(index) == report.LastBuild(second, "2023-11-14T22:13:20Z")
    unchanged = run(articles, index)
    assert report.load_report(index) == report.LastBuild(unchanged, "2023-11-14T22:13:20Z")


def test_a_report_of_another_version_or_a_damaged_one_does_not_count(tmp_path: Path) -> None:
    articles, index = write(tmp_path / "in", TWO), tmp_path / "index"
    run(articles, index)
    path = index / report.REPORT_FILE
    raw = path.read_bytes()
    for content in (b"", raw[:-9], raw.replace(b"added", b"addle"), b"{}"):
        path.write_bytes(content)
        assert report.load_report(index) is None
    path.write_bytes(raw)
    assert report.load_report(index) is not None
    small.build(index, small.articles(2))
    assert report.load_report(index) is None
    run(articles, index)
    assert report.load_report(index) is not None
