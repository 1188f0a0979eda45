"""Files that are no ordinary ones, that may not be read, or whose names are odd."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import ArticleError
from rag.ingest.corpus import Corpus, read_article
from tests.ingest.folders import corpus, fates, kept, write
from tests.ingest.reading import LIMITS, TODAY


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
