"""An article is read again from its file, and from nowhere else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.corpus import Corpus, read_article
from rag.ingest.files import as_name, as_text, open_below
from tests.ingest.folders import SEEDS, corpus, rows, write
from tests.ingest.reading import LIMITS, TODAY


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
