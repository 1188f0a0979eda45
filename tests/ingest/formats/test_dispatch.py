from __future__ import annotations

import codecs
import hashlib
import os
import socket
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.formats.dispatch import EXTENSIONS, Draft, Rejected, read_file
from rag.ingest.records import derive_title, printable
from tests.ingest.reading import LIMITS, TODAY, draft, read, reason

STORY = "Prime Minister Shehbaz Sharif met President Masoud Pezeshkian.\n\nThey spoke of trade."


def test_a_date_line_stays_in_the_text_and_the_body_starts_after_it(tmp_path: Path) -> None:
    text = f" date 2024-12-20 {STORY}\r\n"
    article = draft(tmp_path, "a.txt", text)
    assert article == Draft(
        key="",
        where="",
        text=text,
        body=text.index("Prime"),
        published=date(2024, 12, 20),
        title="Prime Minister Shehbaz Sharif met President Masoud Pezeshkian.",
        title_derived=True,
        url="",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def test_without_a_date_line_all_of_it_is_the_story(tmp_path: Path) -> None:
    article = draft(tmp_path, "a.txt", f"\n  {STORY}")
    assert (article.published, article.body, article.notes) == (None, 3, ())


@pytest.mark.parametrize(
    ("opening", "body", "published", "notes"),
    [
        ("date 2024-12-20T10:00:00Z Rain", "Rain", date(2024, 12, 20), ()),
        ("Date\n2024-12-20\nRain", "Rain", date(2024, 12, 20), ()),
        ("date 2025-01-01 Rain", "Rain", TODAY, ()),
        (
            "date 2024-02-30 Rain",
            "Rain",
            None,
            ("date 2024-02-30 is not a day of the calendar: kept as undated",),
        ),
        (
            "date 2031-01-01 Rain",
            "Rain",
            None,
            ("date 2031-01-01 lies in the future: kept as undated",),
        ),
        (
            "date 20.12.2024 Rain",
            "date 20.12.2024 Rain",
            None,
            ("date 20.12.2024 is not written as YYYY-MM-DD: kept as undated",),
        ),
        ("dated 2024-12-20 Rain", "dated 2024-12-20 Rain", None, ()),
        ("date 2024-12-20Rain", "date 2024-12-20Rain", None, ()),
        ("date palms grow", "date palms grow", None, ()),
        ("Rain. date 2024-12-20", "Rain. date 2024-12-20", None, ()),
    ],
)
def test_date_lines_are_strict(
    tmp_path: Path, opening: str, body: str, published: date | None, notes: tuple[str, ...]
) -> None:
    article = draft(tmp_path, "a.txt", opening)
    assert article.text == opening
    assert (article.text[article.body :], article.published, article.notes) == (
        body,
        published,
        notes,
    )


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (codecs.BOM_UTF8 + "Łódź, café\r\n".encode(), ()),
        ("Łódź, café\r\n".encode(), ()),
        (codecs.BOM_UTF16_LE + "Łódź, café\r\n".encode("utf-16-le"), ()),
        (codecs.BOM_UTF16_BE + "Łódź, café\r\n".encode("utf-16-be"), ()),
        (codecs.BOM_UTF32_LE + "Łódź, café\r\n".encode("utf-32-le"), ()),
        (codecs.BOM_UTF32_BE + "Łódź, café\r\n".encode("utf-32-be"), ()),
    ],
)
def test_a_byte_order_mark_is_obeyed_and_left_out(
    tmp_path: Path, data: bytes, note: tuple[str, ...]
) -> None:
    article = draft(tmp_path, "a.txt", data)
    assert (article.text, article.notes) == ("Łódź, café\r\n", note)
    assert article.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_read_when_plainly_so(tmp_path: Path, encoding: str) -> None:
    text = "He said “no” at the café.\n"
    assert draft(tmp_path, "a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        (b"a caf\xe9", "a café", "decoded as Latin-1"),
        (b"\x93No\x94", "“No”", "decoded as Windows-1252"),
        (b"\x81 caf\xe9", "\x81 café", "decoded as Latin-1"),
    ],
)
def test_other_bytes_are_latin1_and_said(tmp_path: Path, data: bytes, text: str, note: str) -> None:
    article = draft(tmp_path, "a.txt", data)
    assert (article.text, article.notes) == (text, (note,))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n\t\r\n", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b"date 2024-12-20\n", "empty: there is no story in it"),
        (b"words\0words and more of them", "looks binary: it holds NUL bytes"),
        (b"words " * 1000 + b"\0", "looks binary: it holds a NUL character"),
        (bytes(range(1, 256)) * 4, "looks binary: it is not UTF-8 and full of control characters"),
        (codecs.BOM_UTF16_LE + b"a\0b", "looks like UTF-16 but is not valid UTF-16"),
        (b"x" * 5_001, "has 5,001 characters, more than max_article_chars (5,000) allows"),
        (b"x" * 20_005, "has 20,005 bytes, too many for max_article_chars (5,000)"),
    ],
)
def test_what_is_no_article_is_rejected_with_its_reason(
    tmp_path: Path, data: bytes, why: str
) -> None:
    assert reason(tmp_path, "a.txt", data, replace(LIMITS, max_file_bytes=1_000_000)) == why


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_file_over_the_limit_is_rejected_unread(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a{extension}"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    assert list(read_file(path, limits=LIMITS, today=TODAY)) == [
        Rejected("", "has 100,000,000 bytes, more than max_file_bytes (10,000,000) allows")
    ]


def test_control_characters_stay_where_they_are(tmp_path: Path) -> None:
    assert draft(tmp_path, "a.txt", "a\x07b\x1b[31m c\u202e").text == "a\x07b\x1b[31m c\u202e"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a.pdf", "unknown extension .pdf: readable are"),
        ("README", "no extension: readable are"),
        ("a.t\nxt", "unknown extension .t\\nxt: readable are"),
    ],
)
def test_an_unknown_extension_is_rejected(tmp_path: Path, name: str, why: str) -> None:
    assert reason(tmp_path, name, STORY).startswith(why)


def test_an_extension_may_be_in_capitals(tmp_path: Path) -> None:
    assert draft(tmp_path, "A.TXT", STORY).text == STORY


def test_a_missing_file_a_link_and_a_folder_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text(STORY)
    (tmp_path / "link.txt").symlink_to("real.txt")
    (tmp_path / "folder.txt").mkdir()
    reasons = [
        list(read_file(tmp_path / name, limits=LIMITS, today=TODAY))
        for name in ("gone.txt", "link.txt", "folder.txt")
    ]
    assert reasons == [
        [Rejected("", "cannot be read: No such file or directory")],
        [Rejected("", "is a symbolic link, which is not followed")],
        [Rejected("", "cannot be read: not a regular file")],
    ]


def test_a_fifo_and_a_socket_are_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "sock.txt"))
        outcomes = [
            list(read_file(tmp_path / name, limits=LIMITS, today=TODAY))
            for name in ("fifo.txt", "sock.txt")
        ]
    assert outcomes == [
        [Rejected("", "cannot be read: not a regular file")],
        [Rejected("", "cannot be read: No such device or address")],
    ]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Rain fell. Then it stopped.", "Rain fell."),
        ("The U.S. and Gen. Asim Munir agreed on Rs. 5 more. Then they left.", None),
        ("Rain fell on Cairo\nand on Giza\n\nThen it stopped", "Rain fell on Cairo and on Giza"),
        ("Rain fell\r\n\r\nThen it stopped", "Rain fell"),
        ("He said: “No more.” Then he left.", "He said: “No more.”"),
        ("word " * 40, ("word " * 18).strip()),
        ("many words in a row that go on, and on, and on, and on, until the title, which is" * 2,
         "many words in a row that go on, and on, and on, and on, until the title, which ismany"),
        ("x" * 200, "x" * 90),
    ],
)  # fmt: skip
def test_a_title_is_the_first_sentence_cut_at_a_word(text: str, title: str | None) -> None:
    expected = title or "The U.S. and Gen. Asim Munir agreed on Rs. 5 more."
    assert derive_title(text, 0) == expected


@given(st.text(min_size=1).filter(str.strip))
def test_a_derived_title_is_one_short_line(text: str) -> None:
    title = derive_title(text, len(text) - len(text.lstrip()))
    assert 0 < len(title) <= 90
    assert title == " ".join(title.split())


@given(st.text(alphabet=st.characters()))
def test_what_notes_quote_is_short_printable_and_encodable(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(text).encode("utf-8").count(b"\n") == 0


def _check(outcome: Draft | Rejected) -> None:
    if isinstance(outcome, Rejected):
        assert outcome.reason
        return
    assert 0 <= outcome.body < len(outcome.text)
    assert not outcome.text[outcome.body].isspace()
    assert len(outcome.text) <= LIMITS.max_article_chars
    assert "\0" not in outcome.text
    assert outcome.title.strip()
    for value in (outcome.text, outcome.title, outcome.url, outcome.key, *outcome.notes):
        value.encode("utf-8")


PIECES = (
    "date 2024-12-20 ", "---\n", "title: [a, &b *b]\n", '{"id": 1, "text": "Rain"}', "[[[[", "\n",
    "id,text\n", "text\n", '"', ",", "<p>", "<article>", "</p>", "<table><tr><td>", "&#0;", "\r",
    "<time datetime=", "\ud7ff", '{"text": "\\ud800"}', "Rain fell on Cairo. ", "é", "1e999",
)  # fmt: skip


@pytest.mark.parametrize("extension", EXTENSIONS)
@settings(deadline=None, max_examples=150)
@given(
    data=st.binary(max_size=300)
    | st.lists(st.sampled_from(PIECES), max_size=30).map(lambda parts: "".join(parts).encode())
    | st.text(max_size=200).map(lambda text: text.encode("utf-16"))
    | st.tuples(st.sampled_from(PIECES), st.binary(max_size=50)).map(
        lambda parts: parts[0].encode() + parts[1]
    )
)
def test_no_content_raises_and_every_draft_keeps_the_invariants(
    extension: str, data: bytes
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcomes = read(Path(folder), f"a{extension}", data)
    assert outcomes
    for outcome in outcomes:
        _check(outcome)


@given(st.text(min_size=1, max_size=200))
def test_the_text_of_a_text_file_is_the_file(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (outcome,) = read(Path(folder), "a.txt", codecs.BOM_UTF8 + text.encode("utf-8"))
    if isinstance(outcome, Draft):
        assert outcome.text == text
    else:
        assert "\0" in text or not text.strip()
