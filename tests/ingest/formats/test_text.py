from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.ingest.reading import draft

FRONT = "---\ntitle: No\ndate: 2024-12-20\nurl: https://example.org/a\ntags: [x, y]\n---\n"


def test_front_matter_is_read_and_stays_in_the_text(tmp_path: Path) -> None:
    text = f"{FRONT}\nRain fell.\n"
    article = draft(tmp_path, "a.md", text)
    assert article.text == text
    assert article.text[article.body :] == "Rain fell.\n"
    assert (article.title, article.title_derived) == ("No", False)
    assert (article.published, article.url) == (date(2024, 12, 20), "https://example.org/a")
    assert article.notes == ()


@pytest.mark.parametrize(
    ("text", "title", "derived"),
    [
        ("# Floods in Giza #\n\nRain fell.", "Floods in Giza", False),
        ("---\ndate: 2024-12-20\n---\nRain fell.\n## Later\n", "Later", False),
        ("---\r\ntitle: Floods\r\n---\r\nRain fell.", "Floods", False),
        ("Rain fell. It stopped.", "Rain fell.", True),
        ("---\n---\nRain fell. It stopped.", "Rain fell.", True),
        ("#hashtag rains", "#hashtag rains", True),
    ],
)
def test_the_title_is_stated_else_a_heading_else_derived(
    tmp_path: Path, text: str, title: str, derived: bool
) -> None:
    article = draft(tmp_path, "a.md", text)
    assert (article.title, article.title_derived) == (title, derived)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("---\ntitle: a\n", "front matter has no closing line"),
        ("---\ntitle: [a\n---\nRain.", "front matter is not valid YAML"),
        ("---\n- a\n- b\n---\nRain.", "front matter holds no fields"),
        ('---\ntitle: "\\UFFFFFFFF"\n---\nR.', "front matter is not valid YAML (OverflowError)"),
        ("---\n" + "[" * 2000 + "\n---\nRain.", "front matter is not valid YAML (RecursionError)"),
        (
            "---\na: !!python/name:os.system x\n? [b]\n: c\n---\nR.",
            "front matter is not valid YAML",
        ),
    ],
)
def test_broken_front_matter_is_noted_and_read_as_story(
    tmp_path: Path, text: str, note: str
) -> None:
    article = draft(tmp_path, "a.md", text)
    assert article.body == 0
    assert len(article.notes) == 1
    assert article.notes[0].startswith(note)


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("date: 2024-02-30", "date 2024-02-30 is not a day of the calendar: kept as undated"),
        ("date: [2024]", "date in the front matter is not plain text: left out"),
        ("title: {a: b}", "title in the front matter is not plain text: left out"),
        ("url: javascript:alert(1)", "url javascript:alert(1) is not a web address: left out"),
        (
            "title: " + "word " * 80,
            "title cut to 300 characters",
        ),
    ],
)
def test_a_field_that_cannot_be_used_is_noted(tmp_path: Path, line: str, note: str) -> None:
    article = draft(tmp_path, "a.md", f"---\n{line}\n---\nRain fell.")
    assert article.notes == (note,)
    assert (article.published, article.url) == (None, "")
    assert len(article.title) <= 300


def test_aliases_are_no_bomb(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    article = draft(tmp_path, "a.md", f"---\n{bomb}title: *a29\n---\nRain fell.")
    assert article.notes == ("title in the front matter is not plain text: left out",)
