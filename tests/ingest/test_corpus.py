from __future__ import annotations

import hashlib
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ArticleError
from rag.ingest.corpus import Corpus, SourceFile, read_article
from rag.ingest.source import open_below
from rag.ingest.walk import as_name, as_text
from rag.types import Article
from tests.ingest.reading import LIMITS, TODAY

SEEDS = Path(__file__).parents[2] / "seeds"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def corpus(folder: Path, **limits: int) -> tuple[list[Article], list[SourceFile]]:
    reading = Corpus(folder, limits=replace(LIMITS, **limits), today=TODAY)
    return list(reading.articles()), reading.files


def kept(folder: Path) -> dict[str, str]:
    """Paths by article id."""
    return {article.id: article.path for article in corpus(folder)[0]}


def fates(folder: Path) -> dict[str, str]:
    """What was skipped, and why."""
    return {file.path: file.skipped for file in corpus(folder)[1] if file.skipped}


def rows(*fields: dict[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in fields)


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


def test_what_is_not_an_ordinary_file_is_skipped_with_its_reason(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"secret.txt": "Secret", "more/secret.txt": "More"})
    folder = write(tmp_path / "in", {"a.txt": "Rain", ".hidden.txt": "H", ".git/x.txt": "G"})
    (folder / "link.txt").symlink_to(outside / "secret.txt")
    (folder / "links").symlink_to(outside / "more")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.txt").symlink_to("gone.txt")
    os.mkfifo(folder / "fifo.txt")
    write(folder, {"empty.txt": "", "b.pdf": "%PDF", "binary.txt": "a\0b"})
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "socket.txt"))
        skipped = fates(folder)
    link = "is a symbolic link, which is not followed"
    assert skipped == {
        "b.pdf": "unknown extension .pdf: readable are .csv, .htm, .html, .jsonl, .md, .txt",
        "binary.txt": "looks binary: it holds NUL bytes",
        "dangling.txt": link,
        "empty.txt": "empty",
        "fifo.txt": "is a FIFO, not a regular file",
        "link.txt": link,
        "links": link,
        "loop": link,
        "socket.txt": "is a socket, not a regular file",
    }
    assert kept(folder) == {"a": "a.txt"}


def test_a_file_replaced_while_the_corpus_is_read_is_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "outside", {"c.txt": "Secret"})
    folder = write(
        tmp_path / "in", {"a.txt": "Rain", "b/c.txt": "Sun", "d.txt": "Wind", "e.txt": "x"}
    )
    reading = Corpus(folder, limits=LIMITS, today=TODAY)
    articles = reading.articles()
    assert next(articles).text == "Rain"
    (folder / "b").rename(tmp_path / "moved")
    (folder / "b").symlink_to(secret)
    (folder / "d.txt").unlink()
    os.mkfifo(folder / "d.txt")
    (folder / "e.txt").unlink()
    assert list(articles) == []
    assert [(file.path, file.skipped) for file in reading.files[1:]] == [
        ("b/c.txt", "cannot be read: Not a directory"),
        ("d.txt", "cannot be read: not a regular file"),
        ("e.txt", "cannot be read: No such file or directory"),
    ]


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder of a user whom permissions bind, which root's do not."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if root:
            folder.chmod(0o777)
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            for path in folder.rglob("*"):
                path.chmod(0o700)


def test_what_may_not_be_read_is_skipped_with_its_reason(unprivileged: Path) -> None:
    folder = write(unprivileged / "in", {"a.txt": "Rain", "b.txt": "Sun", "c/d.txt": "Wind"})
    (folder / "b.txt").chmod(0)
    (folder / "c").chmod(0)
    denied = "cannot be read: Permission denied"
    assert fates(folder) == {"b.txt": denied, "c": denied}
    assert kept(folder) == {"a": "a.txt"}
    (folder / "c").chmod(0o700)
    folder.chmod(0)
    with pytest.raises(ArticleError, match=r"cannot be listed \(Permission denied\)"):
        corpus(folder)
    folder.chmod(0o700)


ODD_NAMES = [
    "two\nlines.txt",
    "<img src=x onerror=alert(1)>.txt",
    "\u202egnp.txt",
    "a%2e%2e&amp;.txt",
    "a\\..\\b.txt",
    "-rf.txt",
    " .txt",
    "tab\t'\"`$(x).txt",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: "Rain fell."})
    ((article,), (file,)) = corpus(tmp_path)
    assert (article.id, article.path, file.path) == (name.removesuffix(".txt"), name, name)
    assert read_article(tmp_path, name, article.id, limits=LIMITS, today=TODAY) == article


def test_a_name_that_is_not_utf8_gets_an_id_that_is(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9")).mkdir()
    (tmp_path / os.fsdecode(b"caf\xe9/\xff.txt")).write_text("Rain")
    (tmp_path / os.fsdecode(b"caf\xe9/\xfe.pdf")).write_text("Sun")
    ((article,), files) = corpus(tmp_path)
    assert (article.id, article.path) == ("caf\\xe9/\\xff", "caf\\xe9/\\xff.txt")
    assert [file.path for file in files] == ["caf\\xe9/\\xfe.pdf", "caf\\xe9/\\xff.txt"]
    assert read_article(tmp_path, article.path, article.id, limits=LIMITS, today=TODAY) == article


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


def test_a_reading_can_be_repeated(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "Rain", "b.txt": "Rain", "c.txt": ""})
    reading = Corpus(tmp_path, limits=LIMITS, today=TODAY)
    first = list(reading.articles()), reading.files
    assert (list(reading.articles()), reading.files) == first


def test_an_article_is_read_again_from_its_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.txt": "date 2024-12-20 Rain",
            "b.jsonl": rows({"id": "a", "text": "Sun"}, {"text": "Wind"}, {"id": 7, "text": "Fog"}),
        },
    )
    articles, _ = corpus(tmp_path)
    assert len(articles) == 4
    for article in articles:
        again = read_article(tmp_path, article.path, article.id, limits=LIMITS, today=TODAY)
        assert again == article
    (tmp_path / "a.txt").write_text("date 2024-12-20 Rain and hail")
    changed = read_article(tmp_path, "a.txt", "a", limits=LIMITS, today=TODAY)
    assert changed is not None
    assert changed.text == "date 2024-12-20 Rain and hail"


@pytest.mark.parametrize(
    ("path", "article_id"),
    [
        ("in/gone.txt", "in/gone"),
        ("in/a.txt", "other"),
        ("in/../secret.txt", "in/../secret"),
        ("../secret.txt", "../secret"),
        ("./secret.txt", "./secret"),
        ("in//a.txt", "in//a"),
        ("in/.hidden.txt", "in/.hidden"),
        ("in/link.txt", "in/link"),
        ("link/secret.txt", "link/secret"),
        ("in/a\0.txt", "in/a\0"),
        ("in/\ud800.txt", "x"),
        ("\\x2e\\x2e/secret.txt", "\\x2e\\x2e/secret"),
        ("in/\\x2e\\x2e\\x2fa.txt", "in/\\x2e\\x2e\\x2fa"),
        ("", ""),
    ],
)
def test_what_is_not_below_the_folder_is_not_read_again(
    tmp_path: Path, path: str, article_id: str
) -> None:
    write(tmp_path, {"secret.txt": "Secret"})
    write(tmp_path / "articles/in", {"a.txt": "Rain", ".hidden.txt": "Hidden"})
    folder = tmp_path / "articles"
    (folder / "in/link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "link").symlink_to(tmp_path)
    assert read_article(folder, path, article_id, limits=LIMITS, today=TODAY) is None


@pytest.mark.parametrize("parts", [["..", "a.txt"], [".", "a.txt"], ["", "a.txt"], ["../a.txt"]])
def test_nothing_is_opened_by_a_part_that_is_no_name(tmp_path: Path, parts: list[str]) -> None:
    write(tmp_path, {"a.txt": "Secret", "in/a.txt": "Rain"})
    with pytest.raises(OSError, match="leads out of its folder"):
        open_below(tmp_path / "in", parts)


@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"\xff\xfe", "café".encode(), b"a\\x2e\\x2fb"])
def test_a_name_comes_back_from_its_text(name: bytes) -> None:
    assert as_name(as_text(os.fsdecode(name))) == os.fsdecode(name)


def test_an_absolute_path_is_not_read_again(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "Secret"})
    path = str(tmp_path / "a.txt")
    assert read_article(SEEDS, path, path.removesuffix(".txt"), limits=LIMITS, today=TODAY) is None


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


PLAIN_ROW = st.fixed_dictionaries(
    {"text": st.sampled_from(["Rain", "Sun", "Wind"])},
    optional={"id": st.sampled_from(["a", "b", "c"]), "title": st.sampled_from(["T", "U"])},
)


@settings(deadline=None)
@given(st.lists(PLAIN_ROW, max_size=6), st.lists(PLAIN_ROW, max_size=6))
def test_every_article_of_a_row_file_is_found_again(
    first: list[dict[str, object]], second: list[dict[str, object]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        files = {"a.txt": "Fog", "a.jsonl": rows(*first), "x/a.jsonl": rows(*second)}
        folder = write(Path(name), files)
        for article in corpus(folder)[0]:
            again = read_article(folder, article.path, article.id, limits=LIMITS, today=TODAY)
            assert again is not None
            assert (again.id, again.text) == (article.id, article.text)


def test_importing_the_reader_loads_nothing_heavy() -> None:
    code = (
        "import sys, rag.ingest.corpus; "
        "print([m for m in ('trafilatura', 'lxml', 'yaml', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
