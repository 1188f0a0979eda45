from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import tempfile
import tracemalloc
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.formats.dispatch import Draft, Rejected, read_file
from tests.ingest.reading import LIMITS, TODAY, draft, read, reason

NO_TEXT = "header row has no column named text; its columns are"
TWO_TEXTS = "header row has more than one column named text; its columns are"
BELIED = "cannot be read: looks like UTF-16 but is not valid UTF-16"
GOOD = b'{"id": "b", "text": "Good."}\n'


def test_a_json_line_is_an_article(tmp_path: Path) -> None:
    text = "  Rain\r\nfell\u2028on “Cairo”.\n"
    fields = {
        "id": "r-1",
        "title": "Rain\nin Cairo",
        "date": "2024-12-20",
        "text": text,
        "url": "http://a.example/1",
        "section": [1],
    }
    article = draft(tmp_path, "a.jsonl", "\n" + json.dumps(fields, ensure_ascii=False) + "\n\n")
    assert article == Draft(
        key="r-1",
        where="line 2",
        text=text,
        body=2,
        published=date(2024, 12, 20),
        title="Rain in Cairo",
        title_derived=False,
        url="http://a.example/1",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def test_a_csv_row_is_an_article_whatever_the_columns_order(tmp_path: Path) -> None:
    data = 'Text ,extra,ID,date\n"Rain, he said,\r\nfell on ""Cairo"".",x,7,2024-12-20\n'
    article = draft(tmp_path, "a.csv", data)
    assert article.text == 'Rain, he said,\r\nfell on "Cairo".'
    assert (article.key, article.where, article.published) == ("7", "row 2", date(2024, 12, 20))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"text": "Rain', "is broken JSON: Unterminated string starting at column 10"),
        (b'["Rain"]', "is not a JSON object"),
        (b"{}", "has no text"),
        (b'{"text": null}', "has no text"),
        (b'{"text": "  "}', "empty: there is no story in it"),
        (b'{"text": 7}', "has a text that is not a string"),
        (b'{"text": "Rain", "title": ["a"]}', "has a title that is not a string"),
        (b'{"text": "Rain", "date": 20241220}', "has a date that is not a string"),
        (b'{"text": "Rain", "url": {"a": 1}}', "has a url that is not a string"),
        (b'{"text": "Rain", "id": true}', "has an id that is neither text nor a number"),
        (b'{"text": "Rain", "id": "' + b"x" * 201 + b'"}', "has an id of more than 200 characters"),
        (b'{"text": "a\\ud800b"}', "has a lone surrogate in its text"),
        (b'{"text": "Rain", "title": "\\udc00"}', "has a lone surrogate in its title"),
        (b'{"text": "Rain", "id": "\\udc00"}', "has a lone surrogate in its id"),
        (b'{"text": "a\\u0000b"}', "looks binary: its text holds a NUL character"),
        (b'{"text": ' + b"[" * 20_000, "is JSON with a number too long or nested too deeply"),
        (b'{"text": ' + b"7" * 5_000 + b"}", "is JSON with a number too long or nested too deeply"),
        (
            b'{"text": "' + b"x" * 5_001 + b'"}',
            "has 5,001 characters, more than max_article_chars (5,000) allows",
        ),
        (b"x" * 200_000, "is longer than max_article_chars allows"),
        (b"\xff\x01\x02\x03\x04", "looks binary: it is not UTF-8 and full of control characters"),
    ],
)
def test_a_bad_json_line_is_rejected_and_the_next_one_read(
    tmp_path: Path, line: bytes, why: str
) -> None:
    first, second = read(tmp_path, "a.jsonl", line + b"\n" + GOOD)
    assert first == Rejected("line 1", why)
    assert isinstance(second, Draft)
    assert (second.key, second.where) == ("b", "line 2")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (b"a,", "has no text"),
        (b"a,  ", "empty: there is no story in it"),
        (b"a,Rain, then sun", "has 3 fields where the header has 2"),
        (b"a", "has 1 fields where the header has 2"),
        (b'a,"Rain" fell', "is broken CSV: ',' expected after '\"'"),
        (b"a,x\0y", "looks binary: its text holds a NUL character"),
        (b"a," + b"x" * 140_000, "is longer than max_article_chars allows"),
        (b"a," + b"x" * 5_001, "has 5,001 characters, more than max_article_chars (5,000) allows"),
    ],
)
def test_a_bad_csv_row_is_rejected_and_the_next_one_read(
    tmp_path: Path, row: bytes, why: str
) -> None:
    filler = b"z," + b"good " * 900 + b"\n"  # a NUL in the first 4 KB would speak for the file
    first, second, third = read(tmp_path, "a.csv", b"id,text\n" + filler + row + b"\n\nb,Good.\n")
    assert isinstance(first, Draft)
    assert second == Rejected("row 3", why)
    assert isinstance(third, Draft)
    assert (third.key, third.where) == ("b", "row 5")


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.csv", "id,body\n1,Rain\n", f"{NO_TEXT}: id, body"),
        ("a.csv", "id;text\n1;Rain\n", f"{NO_TEXT}: id;text"),
        ("a.csv", "Text,text\na,b\n", f"{TWO_TEXTS}: Text, text"),
        ("a.csv", '"a" b\n', "header row is broken CSV: ',' expected after '\"'"),
        ("a.csv", "x" * 200_000, "header row is longer than max_article_chars allows"),
        ("a.csv", "text\n", "empty: there is no row in it"),
        ("a.csv", "\n\n", "empty: there is no row in it"),
        ("a.csv", "", "empty"),
        ("a.jsonl", "", "empty"),
        ("a.jsonl", "\n \n", "empty: there is no row in it"),
        ("a.jsonl", "a\0b", "looks binary: it holds NUL bytes"),
        ("a.csv", codecs.BOM_UTF16_LE + b"t\0e", BELIED),
    ],
)
def test_a_file_without_usable_rows_is_rejected(
    tmp_path: Path, name: str, data: str | bytes, why: str
) -> None:
    assert reason(tmp_path, name, data) == why


@pytest.mark.parametrize(
    ("number", "key"), [("7", "7"), ("-1", "-1"), ("1.5", "1.5"), ("null", "")]
)
def test_a_number_is_an_id(tmp_path: Path, number: str, key: str) -> None:
    assert draft(tmp_path, "a.jsonl", f'{{"id": {number}, "text": "Rain"}}').key == key


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "id,text\n1,Łódź\n2,“Café”\n"),
        ("a.jsonl", '{"id": 1, "text": "Łódź"}\n{"id": 2, "text": "“Café”"}\n'),
    ],
)
def test_rows_in_other_encodings(tmp_path: Path, encoding: str, name: str, data: str) -> None:
    drafts = read(tmp_path, name, data.encode(encoding))
    assert [(d.key, d.text, d.notes) for d in drafts if isinstance(d, Draft)] == [
        ("1", "Łódź", ()),
        ("2", "“Café”", ()),
    ]


def test_latin1_rows_are_said_once(tmp_path: Path) -> None:
    drafts = read(tmp_path, "a.csv", "id,text\n1,plain\n2,café\n3,crème\n".encode("latin-1"))
    note = "decoded as Latin-1, as is every later line that is not UTF-8"
    assert [(d.text, d.notes) for d in drafts if isinstance(d, Draft)] == [
        ("plain", ()),
        ("café", (note,)),
        ("crème", ()),
    ]


def test_rows_before_broken_utf16_are_kept_and_the_rest_is_said(tmp_path: Path) -> None:
    lines = '{"text": "Rain"}\n' * 10_000
    *rows, last = read(tmp_path, "a.jsonl", codecs.BOM_UTF16_LE + lines.encode("utf-16-le") + b"x")
    assert last == Rejected("", BELIED)
    assert rows
    assert all(isinstance(row, Draft) and row.text == "Rain" for row in rows)


def test_an_open_quotation_mark_does_not_swallow_the_file(tmp_path: Path) -> None:
    data = 'id,text\n1,"Rain\n' + "2,Sun\n" * 100_000 + "3,Good\n"
    outcomes = read(tmp_path, "a.csv", data)
    why = "has a field longer than max_article_chars allows: a quotation mark left open?"
    assert outcomes[0] == Rejected("row 2", why)
    assert isinstance(outcomes[-1], Draft)
    assert outcomes[-1].text == "Good"


def test_bad_fields_are_noted_and_the_row_kept(tmp_path: Path) -> None:
    fields = {"text": "Rain", "date": "2024-02-30", "url": "javascript:alert(1)"}
    article = draft(tmp_path, "a.jsonl", json.dumps(fields))
    assert (article.published, article.url) == (None, "")
    assert article.notes == (
        "date 2024-02-30 is not a day of the calendar: kept as undated",
        "url javascript:alert(1) is not a web address: left out",
    )


STORIES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
        str.strip
    ),
    min_size=1,
    max_size=5,
)


@given(STORIES, st.booleans())
def test_json_texts_come_back_exactly(stories: list[str], ascii_only: bool) -> None:
    data = "".join(json.dumps({"text": s}, ensure_ascii=ascii_only) + "\n" for s in stories)
    with tempfile.TemporaryDirectory() as folder:
        drafts = read(Path(folder), "a.jsonl", data)
    assert [d.text for d in drafts if isinstance(d, Draft)] == stories


@given(STORIES)
def test_csv_texts_come_back_exactly(stories: list[str]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([["text"], *([s] for s in stories)])
    with tempfile.TemporaryDirectory() as folder:
        drafts = read(Path(folder), "a.csv", buffer.getvalue())
    assert [d.text for d in drafts if isinstance(d, Draft)] == stories


@pytest.mark.slow
@pytest.mark.parametrize("extension", ["jsonl", "csv"])
def test_a_large_file_is_read_in_bounded_memory(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"large.{extension}"
    story = "Rain fell on Cairo and Giza. " * 150
    row = f'{{"text": "{story}"}}\n' if extension == "jsonl" else f"{story}\n"
    with path.open("w") as file:
        file.write("text\n" if extension == "csv" else "")
        file.writelines([row] * (50_000_000 // len(row)))
        file.write("x" * 20_000_000)  # one line that must not be held
    limits = replace(LIMITS, max_file_bytes=100_000_000)
    tracemalloc.start()
    drafts, rejected = 0, []
    for outcome in read_file(path, limits=limits, today=TODAY):
        if isinstance(outcome, Rejected):
            rejected.append(outcome.reason)
        else:
            drafts += 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert drafts == 50_000_000 // len(row)
    assert rejected == ["is longer than max_article_chars allows"]
    assert peak < 2_000_000
