"""A folder of files becomes articles: order, ids, copies, rows, limits."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ArticleError
from rag.ingest.corpus import Corpus
from tests.ingest.folders import SEEDS, corpus, kept, rows, write
from tests.ingest.reading import LIMITS, TODAY


def test_the_seeds_are_two_dated_articles_named_by_their_files() -> None:
    articles, files = corpus(SEEDS)
    assert [(a.id, a.published) for a in articles] == [
        ("000_67432f77a0b5fa99", date(2024, 12, 20)),
        ("003_9aa3f54420ab385a", date(2024, 6, 9)),
    ]
    for article, file in zip(articles, files, strict=True):
        assert article.text.encode("utf-8") == (SEEDS / article.path).read_bytes()
        assert not article.text[: article.body].removeprefix(" date ").strip(" -0123456789")
        assert file.articles == (article.id,)
        assert (file.sha256, file.size_bytes) == (
            article.sha256,
            (SEEDS / article.path).stat().st_size,
        )


def test_order_is_by_path_bytewise_whatever_was_written_first(tmp_path: Path) -> None:
    names = ["B.txt", "a-b.txt", "a.txt", "a/b.txt", "a/c/d.txt", "a0.txt", "b.txt", "é.txt"]
    assert names == sorted(names, key=os.fsencode)
    for seed in range(5):
        folder = tmp_path / str(seed)
        shuffled = random.Random(seed).sample(names, len(names))
        write(folder, {name: f"Story of {name}" for name in shuffled})
        assert [article.path for article in corpus(folder)[0]] == names


def test_files_of_one_stem_take_turns(tmp_path: Path) -> None:
    write(tmp_path, {"a.html": "One", "a.md": "Two", "a.txt": "Three", "a.txt.md": "Four"})
    write(tmp_path, {"sub/a.txt": "Five"})
    assert kept(tmp_path) == {
        "a": "a.html",
        "a.md": "a.md",
        "a.txt": "a.txt",
        "a.txt.md": "a.txt.md",
        "sub/a": "sub/a.txt",
    }


def test_rows_are_named_by_their_own_id_then_their_file_then_their_text(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.csv": "id,text\nx,One\ny,Two\n",
            "b.jsonl": rows({"id": "x", "text": "Three"}, {"text": "Four"}),
            "b/x.jsonl": rows({"id": "b#x", "text": "Five"}),
            "x.txt": "Six",
            "y.jsonl": rows({"text": "Four", "title": "T"}, {"text": "Four", "title": "U"}),
        },
    )
    four = hashlib.sha256(b"Four").hexdigest()[:12]
    assert kept(tmp_path) == {
        "x": "a.csv",
        "y": "a.csv",
        "b#x": "b.jsonl",
        f"b#{four}": "b.jsonl",
        "b/x#b#x": "b/x.jsonl",
        "x.txt": "x.txt",
        f"y#{four}": "y.jsonl",
        f"y.jsonl#{four}": "y.jsonl",
    }


def test_a_second_row_with_an_id_is_a_copy_or_rejected(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.jsonl": rows(
                {"id": "x", "text": "Rain"},
                {"id": "x", "text": " Rain\n"},
                {"id": "x", "text": "Sun"},
                {"id": "y", "text": "Sun"},
            )
        },
    )
    _, (file,) = corpus(tmp_path)
    assert file.articles == ("x", "y")
    assert file.notes == ("line 2: is a copy of x", "line 3: duplicate id x")
    assert (file.skipped, file.duplicate_of) == ("", "")


def test_a_copy_is_listed_and_takes_over_when_the_original_goes(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.txt": "date 2024-12-20 Rain fell on Cairo.",
            "b.txt": "date  2024-12-20 Rain  fell\non Cairo. \n",
            "c.txt": "date 2024-12-21 Rain fell on Cairo.",
            "d.md": "---\ndate: 2024-12-20\n---\nRain fell on Cairo.",
            "e.md": "---\ndate: 2024-12-20\ntitle: Rain\n---\nRain fell on Cairo.",
        },
    )
    articles, files = corpus(tmp_path)
    assert [article.id for article in articles] == ["a", "c", "e"]
    assert {file.path: file.duplicate_of for file in files if file.duplicate_of} == {
        "b.txt": "a",
        "d.md": "a",
    }
    assert files[1].notes == ("is a copy of a",)
    (tmp_path / "a.txt").unlink()
    assert kept(tmp_path) == {"b": "b.txt", "c": "c.txt", "e": "e.md"}


def test_an_empty_folder_has_no_articles(tmp_path: Path) -> None:
    assert corpus(tmp_path) == ([], [])


def test_a_folder_that_is_missing_or_a_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="does not exist; create it or name another one"):
        corpus(tmp_path / "gone")
    write(tmp_path, {"a.txt": "Rain"})
    with pytest.raises(ArticleError, match="is not a folder; name the folder"):
        corpus(tmp_path / "a.txt")


def test_too_many_or_too_deep_stops_before_anything_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "One", "b.pdf": "Two", "c/d/e.txt": "Three"})
    assert len(corpus(tmp_path, max_files=3, max_depth=2)[0]) == 2
    for limit, setting in (({"max_files": 2}, "max_files"), ({"max_depth": 1}, "max_depth")):
        reading = Corpus(tmp_path, limits=replace(LIMITS, **limit), today=TODAY)
        with pytest.raises(ArticleError, match=setting):
            next(reading.articles())
        assert reading.files == []


def test_a_row_file_without_a_usable_row_is_skipped(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": "nonsense\n{}\n", "b.csv": "body\nRain\n"})
    _, (broken, columns) = corpus(tmp_path)
    assert (
        broken.skipped == "no row can be used; line 1 is broken JSON: Expecting value at column 1"
    )
    assert broken.notes == (
        "line 1: is broken JSON: Expecting value at column 1",
        "line 2: has no text",
    )
    assert columns.skipped == "header row has no column named text; its columns are: body"


def test_notes_are_listed_up_to_fifty_and_then_counted(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows({"text": "Rain"}) + "{}\n" * 1284})
    _, (file,) = corpus(tmp_path)
    assert len(file.notes) == 51
    assert file.notes[49:] == ("line 51: has no text", "and 1,234 more")


def test_a_row_file_that_breaks_off_keeps_what_was_read(tmp_path: Path) -> None:
    data = rows(*({"text": f"Rain {n}"} for n in range(5000))).encode("utf-16") + b"x"
    (tmp_path / "a.jsonl").write_bytes(data)
    articles, (file,) = corpus(tmp_path)
    assert articles
    assert file.notes == (
        "not read to the end: cannot be read: looks like UTF-16 but is not valid UTF-16",
    )
    assert file.skipped == ""


ROW = st.fixed_dictionaries(
    {"text": st.sampled_from(["Rain", "Sun", "Wind", " "])},
    optional={
        "id": st.sampled_from(["a", "b", "a#b", "a.txt", "b#a", "a.jsonl#a", "a.jsonl#a~2"]),
        "title": st.sampled_from(["T", "U"]),
    },
)
ROW_FILE = st.lists(ROW, max_size=8).map(lambda fields: rows(*fields))
FILES = st.dictionaries(st.sampled_from(["a.jsonl", "b.jsonl", "a/b.jsonl"]), ROW_FILE).flatmap(
    lambda row_files: st.dictionaries(
        st.sampled_from(["a.txt", "a.md", "a.txt.txt", "b.txt", "a/b.txt", "a#b.txt"]),
        st.sampled_from(["Rain", "Sun", "Wind", "Fog"]),
    ).map(lambda files: {**row_files, **files})
)


@settings(deadline=None)
@given(FILES)
def test_ids_are_unique_and_the_files_account_for_every_article(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), files)
        articles, told = corpus(folder)
        again, _ = corpus(folder)
        ids = [article.id for article in articles]
        assert len(set(ids)) == len(ids)
        assert [file.path for file in told] == sorted(files, key=os.fsencode)
        assert [name for file in told for name in file.articles] == ids
        assert again == articles
        assert len({(a.title if not a.title_derived else "", a.text) for a in articles}) == len(ids)


def test_importing_the_reader_loads_nothing_heavy() -> None:
    code = (
        "import sys, rag.ingest.corpus; "
        "print([m for m in ('trafilatura', 'lxml', 'yaml', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
