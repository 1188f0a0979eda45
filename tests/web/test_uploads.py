from __future__ import annotations

import fcntl
import os
import re
from pathlib import Path

import pytest

from rag.config import BuildConfig
from rag.errors import ArticleError
from rag.ingest.build import limits
from rag.ingest.records import Limits
from rag.web import uploads

LIMITS = limits(BuildConfig())


def save(source: Path, folder: Path, bounds: Limits = LIMITS) -> uploads.SavedUpload:
    return uploads.save(source, folder, bounds)


def upload(folder: Path, name: str, data: bytes) -> Path:
    source = folder / "incoming" / name
    source.parent.mkdir(exist_ok=True)
    source.write_bytes(data)
    return source


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("Paris Talks.txt", r"paris-talks-[0-9a-f]{12}\.txt"),
        ("ÉLAN vital.MD", r"elan-vital-[0-9a-f]{12}\.md"),
        ("<img src=x onerror=1>.html", r"img-src-x-onerror-1-[0-9a-f]{12}\.html"),
        ("..txt.md", r"txt-[0-9a-f]{12}\.md"),
        ("a\nb\u202e.txt", r"a-b-[0-9a-f]{12}\.txt"),
        ("会议.txt", r"article-[0-9a-f]{12}\.txt"),
        ("x" * 200 + ".txt", r"x{48}-[0-9a-f]{12}\.txt"),
    ],
)
def test_the_name_is_chosen_here(tmp_path: Path, name: str, pattern: str) -> None:
    articles = tmp_path / "articles"
    saved = save(upload(tmp_path, name, b"text"), articles)
    assert re.fullmatch(pattern, saved.name)
    assert [path.name for path in articles.iterdir()] == [saved.name]
    assert (articles / saved.name).read_bytes() == b"text"


def test_other_bytes_under_the_same_name_are_kept_beside(tmp_path: Path) -> None:
    first = save(upload(tmp_path, "a.txt", b"one"), tmp_path / "articles")
    second = save(upload(tmp_path, "a.txt", b"two"), tmp_path / "articles")
    assert first.name != second.name
    assert (tmp_path / "articles" / first.name).read_bytes() == b"one"


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    first = save(upload(tmp_path, "a.txt", b"one"), tmp_path / "articles")
    again = save(upload(tmp_path, "a.txt", b"one"), tmp_path / "articles")
    assert (first.known, again.known) == (False, True)
    assert len(list((tmp_path / "articles").iterdir())) == 1


def test_nothing_is_overwritten_even_when_the_name_is_taken(tmp_path: Path) -> None:
    saved = save(upload(tmp_path, "a.txt", b"one"), tmp_path / "articles")
    place = tmp_path / "articles" / saved.name
    place.write_bytes(b"edited by hand")
    save(upload(tmp_path, "a.txt", b"one"), tmp_path / "articles")
    assert place.read_bytes() == b"edited by hand"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.exe", b"MZ", "“a.exe” was not saved: articles are .csv, .htm, .html, .jsonl, .md"),
        ("noending", b"text", "“noending” was not saved: articles are"),
        ("a.txt", b"", "“a.txt” was not saved: it is empty."),
        ("a.txt", b"\x89PNG\x00\x01\x02\x03", "“a.txt” was not saved: looks binary"),
        ("a.txt", b" \n ", "“a.txt” was not saved: empty"),
        ("a.csv", b"id,text\n", "“a.csv” was not saved: empty: there is no row in it"),
        ("a.jsonl", b"[1]\n{}\n", "“a.jsonl” was not saved: "),
        ("a.html", b"<html><body></body></html>", "“a.html” was not saved: "),
    ],
)
def test_what_is_no_article_is_refused(
    tmp_path: Path, name: str, data: bytes, sentence: str
) -> None:
    with pytest.raises(ArticleError, match=re.escape(sentence)):
        save(upload(tmp_path, name, data), tmp_path / "articles")


def test_a_file_over_the_cap_is_refused(tmp_path: Path) -> None:
    source = upload(tmp_path, "big.txt", b"x")
    os.truncate(source, uploads.MAX_BYTES + 1)
    with pytest.raises(ArticleError, match="has 50 MB, at most 50 MB"):
        save(source, tmp_path / "articles")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "articles").write_text("a file, not a folder")
    with pytest.raises(ArticleError, match="was not saved: File exists; check the folder"):
        save(upload(tmp_path, "a.txt", b"text"), tmp_path / "articles")


def test_a_failed_copy_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ArticleError, match="No space left on device"):
        save(upload(tmp_path, "a.txt", b"text"), tmp_path / "articles")
    assert list((tmp_path / "articles").iterdir()) == []


def test_what_a_killed_upload_left_is_swept_and_no_other_file(tmp_path: Path) -> None:
    for name in (".upload-left", ".upload-going", "upload-kept.txt", ".hidden"):
        (tmp_path / name).write_text("half")
    (tmp_path / ".upload-link").symlink_to(tmp_path / "upload-kept.txt")
    with (tmp_path / ".upload-going").open() as going:
        fcntl.flock(going, fcntl.LOCK_EX)
        uploads.sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".hidden",
        ".upload-going",
        ".upload-link",
        "upload-kept.txt",
    ]


def test_what_a_build_would_leave_out_is_refused_and_what_it_takes_is_kept(tmp_path: Path) -> None:
    long = b"A dry summer. " * 1_000
    short = limits(BuildConfig(max_article_chars=1_000))
    with pytest.raises(ArticleError, match="1,000"):
        save(upload(tmp_path, "long.txt", long), tmp_path / "articles", short)
    assert save(upload(tmp_path, "long.txt", long), tmp_path / "articles").label == "long.txt"
