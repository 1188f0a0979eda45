"""The build: what it embeds, what it reports, and that nothing of the articles is lost."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag.config import BuildConfig
from rag.dates.calendar import latest_day
from rag.errors import ArticleError, IndexBusy, ModelError
from rag.index import versions
from rag.index.durability import Disk
from rag.index.local import LocalStore
from rag.index.writer import IndexWriter
from rag.ingest.build import build
from rag.ingest.splitter import SPLITTING
from rag.types import Progress
from tests.ingest.building import DIM, TODAY, TWO, Hashing, fates, of, run, story, write


def contents(index: Path) -> dict[str, str]:
    """The hash of each file of the live version."""
    version = index / "versions" / (index / "CURRENT").read_text().split()[0]
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(version.iterdir())
    }


def test_a_first_build_embeds_every_passage_once(tmp_path: Path) -> None:
    embedder = Hashing()
    report = run(write(tmp_path / "in", TWO), tmp_path / "index", embedder=embedder)
    assert fates(report) == {"a.txt": "added", "b.txt": "added"}
    assert report.changed
    assert report.embedded == report.passages == len(embedder.encoded) > 4


def test_nothing_changed_builds_nothing(tmp_path: Path) -> None:
    articles, index, embedder = write(tmp_path / "in", TWO), tmp_path / "index", Hashing()
    run(articles, index)
    before = sorted(path.name for path in index.rglob("*"))
    report = run(articles, index, embedder=embedder)
    assert fates(report) == {"a.txt": "unchanged", "b.txt": "unchanged"}
    assert not report.changed
    assert embedder.encoded == []
    assert sorted(path.name for path in index.rglob("*")) == before


def test_added_changed_renamed_and_removed(tmp_path: Path) -> None:
    articles, index, embedder = write(tmp_path / "in", TWO), tmp_path / "index", Hashing()
    run(articles, index)
    write(articles, {"a.txt": story(1) + " It rained.", "renamed.txt": story(2), "c.txt": story(3)})
    report = run(articles, index, embedder=embedder)
    assert fates(report) == {
        "a.txt": "changed",
        "b.txt": "removed",
        "c.txt": "added",
        "renamed.txt": "added",
    }
    assert not any("Minister 2" in text for text in embedder.encoded)
    assert sum("It rained" in text for text in embedder.encoded) == 1
    with LocalStore.open(index) as opened:
        assert opened.article_ids() == ["a", "c", "renamed"]
        assert opened.article("a").text.endswith("It rained.")


@pytest.mark.parametrize("rows", [False, True])
def test_an_incremental_build_gives_the_bytes_of_a_full_one(
    rows: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    files = {f"{number}.txt": story(number) for number in range(6)}
    if rows:
        files["rows.jsonl"] = "".join(
            json.dumps({"id": f"r{n}", "title": f"Row {n}", "text": story(n + 50)}) + "\n"
            for n in range(4)
        )
    some = {name: text for name, text in files.items() if name not in {"0.txt", "3.txt"}}
    articles, incremental = write(tmp_path / "in", {**some, "gone.txt": story(99)}), tmp_path / "a"
    run(articles, incremental)
    write(articles, files)
    run(articles, incremental)
    run(articles, tmp_path / "full")
    assert contents(incremental) == contents(tmp_path / "full")


def test_a_copy_is_kept_once_and_outlives_its_original(tmp_path: Path) -> None:
    articles, index = write(tmp_path / "in", {"a.txt": story(1), "b.txt": story(1)}), tmp_path / "i"
    report = run(articles, index)
    assert fates(report) == {"a.txt": "added", "b.txt": "duplicate"}
    assert of(report, "b.txt").reason == "a copy of a"
    (articles / "a.txt").unlink()
    report = run(articles, index)
    assert fates(report) == {"a.txt": "removed", "b.txt": "added"}
    with LocalStore.open(index) as opened:
        assert opened.article_ids() == ["b"]


def test_rows_are_told_apart_in_the_report(tmp_path: Path) -> None:
    rows = [{"id": str(n), "text": story(n)} for n in range(5)]
    lines = [json.dumps(row) + "\n" for row in rows]
    articles, index = write(tmp_path / "in", {"r.jsonl": "".join(lines)}), tmp_path / "index"
    run(articles, index)
    write(
        articles, {"r.jsonl": "".join([*lines[1:], json.dumps({"id": "9", "text": "New."}), "\n{"])}
    )
    report = run(articles, index)
    assert fates(report) == {"r.jsonl": "changed"}
    notes = of(report, "r.jsonl").notes
    assert notes[0] == "1 of 5 articles new or changed, 1 gone"
    assert notes[1].startswith("line 6: ")
    assert report.embedded == 1


def test_without_an_article_the_version_before_serves(tmp_path: Path) -> None:
    articles, index = write(tmp_path / "in", TWO), tmp_path / "index"
    run(articles, index)
    write(articles, {"empty.txt": "", "picture.png": "x"})
    with pytest.raises(ArticleError, match=r"no article to index .* \(2 skipped; 'empty.txt': "):
        run(articles, index)
    with LocalStore.open(index) as opened:
        assert opened.article_ids() == ["a", "b"]
    with pytest.raises(ArticleError, match="no article to index"):
        run(write(tmp_path / "none", {}), tmp_path / "other")
    with pytest.raises(ArticleError):
        run(tmp_path / "missing", tmp_path / "other")


def test_an_article_that_is_off_stays_off_and_is_built_like_the_others(tmp_path: Path) -> None:
    articles, index, embedder = write(tmp_path / "in", TWO), tmp_path / "index", Hashing()
    run(articles, index)
    versions.set_switches(index, ["a"], on=False)
    report = run(articles, index, embedder=embedder)
    assert (report.changed, embedder.encoded) == (False, [])
    write(articles, {**TWO, "c.txt": story(3)})
    run(articles, index)
    with LocalStore.open(index) as opened:
        assert {entry.id: entry.on for entry in opened.entries()} == {
            "a": False,
            "b": True,
            "c": True,
        }
        assert opened.info.articles == 2


def test_the_index_notes_why_a_file_is_not_in_it(tmp_path: Path) -> None:
    files = {**TWO, "copy.txt": story(1), "empty.txt": "", "picture.png": "x"}
    run(write(tmp_path / "in", files), tmp_path / "index")
    with LocalStore.open(tmp_path / "index") as opened:
        noted = {file["path"]: (file["skipped"], file["duplicate_of"]) for file in opened.files()}
    assert noted["a.txt"] == ("", "")
    assert noted["copy.txt"] == ("", "a")
    assert noted["empty.txt"][0]
    assert noted["picture.png"][0]


def test_progress_counts_up_to_the_total_with_rate_and_time_left(tmp_path: Path) -> None:
    steps: list[Progress] = []
    articles = write(tmp_path / "in", {f"{n}.txt": story(n) for n in range(40)})
    report = run(articles, tmp_path / "index", progress=steps.append)
    embedding = [step for step in steps if step.stage == "embedding"]
    assert [step.done for step in embedding] == sorted({step.done for step in embedding})
    assert embedding[-1].done == embedding[-1].total == report.passages
    assert all(step.rate > 0 and step.seconds_left is not None for step in embedding)


def test_full_embeds_everything_again(tmp_path: Path) -> None:
    articles, index, embedder = write(tmp_path / "in", TWO), tmp_path / "index", Hashing()
    run(articles, index)
    report = run(articles, index, embedder=embedder, full=True)
    assert report.changed
    assert report.embedded == len(embedder.encoded) == report.passages


def test_every_letter_of_a_story_stands_in_a_passage(tmp_path: Path) -> None:
    articles, index = write(tmp_path / "in", TWO), tmp_path / "index"
    run(articles, index)
    with LocalStore.open(index) as opened:
        for name in ("a", "b"):
            article = opened.article(name)
            passages = [opened.passage(row) for row in range(len(opened))]
            inside = {at for p in passages if p.article.id == name for at in range(p.start, p.end)}
            story_span = range(article.body, len(article.text))
            assert all(at in inside for at in story_span if not article.text[at].isspace())
            assert min(inside) == article.body


def test_a_second_build_is_refused_while_one_runs(tmp_path: Path) -> None:
    articles, index = write(tmp_path / "in", TWO), tmp_path / "index"
    held = IndexWriter(
        index, settings={}, model_fingerprint="m", dim=DIM, exact_limit=1, disk=Disk()
    )
    with held, pytest.raises(IndexBusy, match="another build"):
        run(articles, index)
    assert run(articles, index).changed


def test_future_dates_count_as_undated_until_they_come(tmp_path: Path) -> None:
    articles, index = write(tmp_path / "in", {"a.txt": story(1, day="2026-03-01")}), tmp_path / "i"
    report = run(articles, index)
    assert "future" in of(report, "a.txt").notes[0]
    with LocalStore.open(index) as opened:
        assert opened.article("a").published is None
    from rag.config import BuildConfig
    from rag.ingest.build import build

    later = TODAY.replace(month=4)
    build(BuildConfig(articles, index, max_tokens=40), embedder=Hashing(), today=later)
    with LocalStore.open(index) as opened:
        assert str(opened.article("a").published) == "2026-03-01"


def test_a_damaged_index_is_built_again_from_the_articles(tmp_path: Path) -> None:
    articles, index, said = write(tmp_path / "in", TWO), tmp_path / "index", []
    run(articles, index)
    for path in index.glob("versions/*/vectors.faiss"):
        path.write_bytes(path.read_bytes()[:-8])
    report = run(articles, index, say=said.append)
    assert report.changed
    assert report.embedded == 0
    assert "vectors.faiss" in said[0]
    with LocalStore.open(index) as opened:
        assert opened.warnings == ()


def test_another_model_cuts_and_embeds_everything_again(tmp_path: Path) -> None:
    articles, index = write(tmp_path / "in", TWO), tmp_path / "index"
    run(articles, index)
    other = Hashing()
    other.fingerprint, other.max_tokens = "shorter", 50
    report = run(articles, index, embedder=other)
    assert report.embedded == report.passages
    assert max(other.count(other.encoded)) <= 50


def test_an_index_among_the_articles_is_named_and_not_read(tmp_path: Path) -> None:
    articles = write(tmp_path / "in", TWO)
    run(articles, articles / "index")
    again = run(articles, articles / "index")
    assert of(again, "index").reason == "is an index, not articles"
    assert again.articles == 2
    assert not run(articles, articles / "index").changed
    with pytest.raises(ArticleError, match="holds an index; name the folder that holds the artic"):
        run(articles / "index", tmp_path / "other")


def test_a_model_that_was_named_is_not_replaced_by_the_default_one(tmp_path: Path) -> None:
    articles, index = write(tmp_path / "in", TWO), tmp_path / "index"
    named = BuildConfig(articles, index, max_tokens=40, model=tmp_path / "model")
    build(named, embedder=Hashing(), today=TODAY)
    with pytest.raises(ModelError, match=r"with the model '.*model'.* keep it with --model"):
        run(articles, index)
    with LocalStore.open(index) as live:
        assert live.version == "000001"
    assert not build(named, embedder=Hashing(), today=TODAY).changed
    assert run(articles, index, full=True).changed
    assert not run(articles, index).changed


def test_passages_cut_by_other_rules_are_cut_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles, index = write(tmp_path / "in", TWO), tmp_path / "index"
    run(articles, index)
    monkeypatch.setattr("rag.ingest.build.SPLITTING", SPLITTING + 1)
    assert run(articles, index).changed


def test_what_is_today_anywhere_is_not_ahead() -> None:
    now = datetime.now(UTC).date()
    assert now <= latest_day() <= now + timedelta(days=1)
