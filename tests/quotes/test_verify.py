"""Verifying an export: every slice in it is compared with the article, wherever it stands."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag.config import BuildConfig
from rag.ingest.build import limits
from rag.present.json import answer_json
from rag.quotes.verify import VerificationResult, read_export, verify
from rag.types import Answer, Article, Citation, DatedWords, IndexInfo, Query

FIRST = "date 2024-12-20 The board said. The dyke broke on Tuesday in Veldt."
SECOND = "date 2024-12-21 It broke on Tuesday, all agree."
LIMITS = limits(BuildConfig())
INFO = IndexInfo("000001", "f", None, None, "", 2, 2)


def stored(folder: Path, name: str, text: str) -> Article:
    (folder / f"{name}.txt").write_text(text, "utf-8")
    return Article(name, text, 16, date(2024, 12, 20), "T", False, "", f"{name}.txt", "00")


def cite(article: Article, quote: str, sentence: str) -> Citation:
    start, around = article.text.index(quote), article.text.index(sentence)
    return Citation(article, start, start + len(quote), around, around + len(sentence), 1.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    return tmp_path / "articles"


@pytest.fixture
def exported(folder: Path) -> dict[str, Any]:
    """An answer with a speaker in another sentence, a date and a second source, as JSON."""
    first, second = stored(folder, "a", FIRST), stored(folder, "b", SECOND)
    tuesday, board = FIRST.index("on Tuesday"), FIRST.index("The board")
    cited = replace(
        cite(first, "on Tuesday", "The dyke broke on Tuesday in Veldt."),
        also=(cite(second, "on Tuesday", "It broke on Tuesday, all agree."),),
        speaker=(board, board + 9),
        dates=(DatedWords(tuesday, tuesday + 10, date(2024, 12, 17), date(2024, 12, 18)),),
    )
    query = Query("When did the dyke break?", "When did the dyke break?", kind="when")
    return answer_json(Answer(query, "when", "2024-12-17", (cited,), 0.9, None, (), INFO))


def verdicts(folder: Path, answer: dict[str, Any]) -> list[VerificationResult]:
    file = folder.parent / "answer.json"
    file.write_text(json.dumps(answer), "utf-8")
    return verify(read_export(file), folder, limits=LIMITS, today=date(2025, 1, 1))


def states(folder: Path, answer: dict[str, Any]) -> list[str]:
    return [verdict.state for verdict in verdicts(folder, answer)]


def test_the_quotation_and_those_that_agree_with_it_match(
    folder: Path, exported: dict[str, Any]
) -> None:
    assert [(v.state, v.article_id) for v in verdicts(folder, exported)] == [
        ("match", "a"),
        ("match", "b"),
    ]


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        (lambda cited: cited.update(quote="on Wednesday"), ["changed", "match"]),
        (lambda cited: cited.update(sentence="Nobody knows when."), ["changed", "match"]),
        (lambda cited: cited["speaker"].update(text="The mayor"), ["changed", "match"]),
        (lambda cited: cited["dates"][0].update(text="on Friday"), ["changed", "match"]),
        (lambda cited: cited["also"][0].update(quote="on Friday"), ["match", "changed"]),
        (
            lambda cited: cited["also"][0].update(file="c.txt", quote="Nowhere"),
            ["match", "missing"],
        ),
        (lambda cited: cited["speaker"].update(start=17, end=26), ["moved", "match"]),
        (lambda cited: cited["speaker"].update(start=-1), ["moved", "match"]),
    ],
)
def test_whatever_is_forged_is_found(
    folder: Path, exported: dict[str, Any], forge: Any, found: list[str]
) -> None:
    forge(exported["citations"][0])
    assert states(folder, exported) == found


def test_an_edit_elsewhere_moves_a_quotation_with_all_that_belongs_to_it(
    folder: Path, exported: dict[str, Any]
) -> None:
    stored(folder, "a", FIRST.replace("The board", "At noon. The board"))
    assert states(folder, exported) == ["moved", "match"]
    (folder / "a.txt").rename(folder / "c.txt")
    assert [v.article_id for v in verdicts(folder, exported)] == ["c", "b"]


def test_an_article_elsewhere_with_the_words_alone_is_not_it(
    folder: Path, exported: dict[str, Any]
) -> None:
    (folder / "a.txt").unlink()
    assert states(folder, exported) == ["missing", "match"]


def test_exports_of_before_there_were_such_parts_are_read(
    folder: Path, exported: dict[str, Any]
) -> None:
    for name in ("speaker", "dates", "also", "sentence"):
        del exported["citations"][0][name]
    assert states(folder, exported) == ["match"]
