from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from rag.ingest.formats.dispatch import Limits
from tests.ingest.reading import LIMITS, draft, reason

FIRST = "The minister said on Friday that the border markets would reopen before the summit begins."
SECOND = "Officials of both countries welcomed the decision, which had been expected for weeks."
STORY = f"<p>{FIRST}</p><p>{SECOND}</p>"


def page(head: str = "", story: str = STORY) -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body><article>{story}</article></body></html>"


def linked(body: str) -> str:
    return f'<script type="application/ld+json">{body}</script>'


def test_a_page_gives_its_story_title_address_and_date(tmp_path: Path) -> None:
    source = f"""<html><head><title>Markets &amp; summits | The Daily</title>
        <meta property="article:published_time" content="2024-12-20T10:00:00Z">
        <link rel="canonical" href="https://example.org/markets"></head>
        <body><nav><a href="/">Home</a></nav><article>{STORY}<p hidden>Unseen words.</p></article>
        <div class="comments"><p>First!</p></div><script>alert(1)</script></body></html>"""
    article = draft(tmp_path, "a.html", source)
    assert article.text == f"{FIRST}\n{SECOND}"
    assert (article.title, article.title_derived) == ("Markets & summits | The Daily", False)
    assert (article.url, article.published) == ("https://example.org/markets", date(2024, 12, 20))
    assert article.sha256 == hashlib.sha256(source.encode()).hexdigest()


@pytest.mark.parametrize(
    ("head", "story"),
    [
        ('<meta property="article:published_time" content="2024-12-20">', STORY),
        ('<meta name="date" content="2024-12-20">', STORY),
        ('<meta name="DC.date" content="2024-12-20">', STORY),
        ('<meta itemprop="datePublished" content="2024-12-20T01:00:00+05:00">', STORY),
        (linked('{"@type": "NewsArticle", "datePublished": "2024-12-20"}'), STORY),
        (linked('[{"@type": ["A", "BlogPosting"], "datePublished": "2024-12-20"}]'), STORY),
        (linked('{"@graph": [{"@type": "Article", "datePublished": "2024-12-20"}]}'), STORY),
        ("", f'<time datetime="2024-12-20">then</time>{STORY}<time datetime="2024-12-31">x</time>'),
        ('<meta name="date" content="Friday">', f'<time datetime="2024-12-20">then</time>{STORY}'),
    ],
)
def test_a_date_stated_for_machines_counts(tmp_path: Path, head: str, story: str) -> None:
    assert draft(tmp_path, "a.html", page(head, story)).published == date(2024, 12, 20)


@pytest.mark.parametrize(
    ("head", "story", "notes"),
    [
        ("", f"<p>Published on 20 December 2024.</p>{STORY}", ()),
        ('<meta property="article:modified_time" content="2024-12-20">', STORY, ()),
        (linked('{"@type": "WebSite", "datePublished": "2024-12-20"}'), STORY, ()),
        (linked('{"@type": "Article", "datePublished": 20241220}'), STORY, ()),
        (linked('{"@type": "Article", "datePublished": "2024-'), STORY, ()),
        (linked("[" * 4000), STORY, ()),
        (
            '<meta name="date" content="2024-02-30">',
            STORY,
            ("date 2024-02-30 is not a day of the calendar: kept as undated",),
        ),
    ],
)
def test_no_date_is_guessed(tmp_path: Path, head: str, story: str, notes: tuple[str, ...]) -> None:
    limits = Limits(LIMITS.max_file_bytes, 50_000, LIMITS.max_files, LIMITS.max_depth)
    article = draft(tmp_path, "a.htm", page(head, story), limits)
    assert (article.published, article.notes) == (None, notes)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("<script>alert(1)</script>", "no story could be extracted from the page"),
        ("<!-- nothing -->", "cannot be parsed as HTML"),
        ("<div>" * 900 + FIRST, "no story could be extracted from the page"),
        ("<p>a\0b</p>", "looks binary: it holds NUL bytes"),
        ("", "empty"),
    ],
)
def test_a_page_without_a_story_is_rejected(tmp_path: Path, source: str, why: str) -> None:
    assert reason(tmp_path, "a.html", source) == why


def test_a_declared_character_set_is_believed_unless_the_page_is_utf8(tmp_path: Path) -> None:
    text = "Министр сообщил в пятницу, что рынки откроются до начала саммита в Каире."
    source = page('<meta charset="windows-1251">', f"<p>{text}</p>")
    declared = draft(tmp_path, "a.html", source.encode("cp1251"))
    assert (declared.text, declared.notes) == (
        text,
        ("decoded as windows-1251, as the page declares",),
    )
    assert draft(tmp_path, "b.html", source.encode("utf-8")).text == text


def test_an_xml_declaration_and_bad_character_references_do_no_harm(tmp_path: Path) -> None:
    source = f"<?xml version='1.0' encoding='ascii'?>{page(story=f'<p>&#0;&#xD800;</p>{STORY}')}"
    assert draft(tmp_path, "a.html", source).text == f"\ufffd\ufffd\n{FIRST}\n{SECOND}"


def test_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("an outgoing connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    head = (
        '<base href="http://example.org/"><link rel="stylesheet" href="a.css">'
        '<meta http-equiv="refresh" content="0; url=http://example.org/">'
    )
    story = (
        f'<img src="http://example.org/a.png"><iframe src="http://example.org/"></iframe>{STORY}'
    )
    assert draft(tmp_path, "a.html", page(head, story)).text == f"{FIRST}\n{SECOND}"
    source = '<!DOCTYPE html SYSTEM "http://example.org/a.dtd">' + page()
    assert draft(tmp_path, "b.html", source).text == f"{FIRST}\n{SECOND}"


def test_the_extractor_complains_to_nobody(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<script>alert(1)</script>")
    code = (
        "import sys; from pathlib import Path; from rag.ingest.formats import html\n"
        "try: html.find_html(Path(sys.argv[1]).read_text())\n"
        "except html.Unusable as error: print(error)"
    )
    # Another process, because pytest gives every logger a handler.
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("no story could be extracted from the page\n", "")
