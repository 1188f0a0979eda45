"""Verifies exported answers: is each quotation still in its article's file?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from rag.errors import QuestionError
from rag.ingest.corpus import Corpus, Limits, read_article
from rag.types import Article

State = Literal["match", "moved", "changed", "missing"]


@dataclass(frozen=True, slots=True)
class ExportedSlice:
    """Text that an export places at ``[start, end)`` of an article."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A quotation as an exported answer states it; ``nearest`` ones were no answer.

    ``parts`` are the other slices that came with it: its sentence, its speaker and its date words.
    """

    article_id: str
    file: str
    start: int
    end: int
    quote: str
    question: str = ""
    nearest: bool = False
    parts: tuple[ExportedSlice, ...] = ()


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """What became of a quotation.

    ``match``: it stands where it was quoted, and so do its parts. ``moved``: it stands elsewhere,
    at ``article_id`` and ``start``, or a part does. ``changed``: its article is there, without it
    or without one of its parts. ``missing``: neither is there.
    """

    exported: Exported
    state: State
    article_id: str = ""
    start: int = -1


def read_export(path: Path) -> list[Exported]:
    """Every quotation of an exported file: one answer, a list of answers, or JSON lines.

    Raises QuestionError when the file is not such an export.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(
            f"{str(path)!r} cannot be read ({error}); name a file written by `dateline ask --json`."
        ) from error
    try:
        answers = _answers(text)
        return [quoted for answer in answers for quoted in _quotations(answer)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionError(
            f"{str(path)!r} is not an exported answer ({type(error).__name__}: {error}); "
            "name a file written by `dateline ask --json` or `--batch`."
        ) from error


def _answers(text: str) -> Sequence[Mapping[str, Any]]:
    """The JSON objects of an export, one after another, or those of one list."""
    decoder, at, values = json.JSONDecoder(), 0, []
    text = text.strip()
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        values += value if isinstance(value, list) else [value]
        at = end + len(text[end:]) - len(text[end:].lstrip())
    if not values:
        raise ValueError("it is empty")
    return values


def _quotations(answer: Mapping[str, Any]) -> Iterator[Exported]:
    if "error" in answer:
        return
    question = str(answer.get("id") or answer.get("question") or "")
    for value in answer["citations"]:
        yield from _exported(value, question, nearest=False)
    for value in answer.get("nearest", ()):
        yield from _exported(value, question, nearest=True)


def _exported(value: Mapping[str, Any], question: str, *, nearest: bool) -> Iterator[Exported]:
    """The quotation, and after it those of the other articles that say the same."""
    yield Exported(
        article_id=str(value["article_id"]),
        file=str(value["file"]),
        start=int(value["start"]),
        end=int(value["end"]),
        quote=str(value["quote"]),
        question=question,
        nearest=nearest,
        parts=tuple(_parts(value)),
    )
    for other in value.get("also", ()):
        yield from _exported(other, question, nearest=nearest)


def _parts(value: Mapping[str, Any]) -> Iterator[ExportedSlice]:
    if "sentence" in value:
        start, end = int(value["sentence_start"]), int(value["sentence_end"])
        yield ExportedSlice(start, end, str(value["sentence"]))
    for part in (value.get("speaker"), *value.get("dates", ())):
        if part is not None:
            yield ExportedSlice(int(part["start"]), int(part["end"]), str(part["text"]))


def verify(
    exported: Sequence[Exported], folder: Path, *, limits: Limits, today: date
) -> list[VerificationResult]:
    """One result per quotation, in order, from the articles as they are on disk now."""
    results = [_compare(quoted, folder, limits, today) for quoted in exported]
    missing = {i for i, result in enumerate(results) if result.state == "missing"}
    if missing:
        for article in Corpus(folder, limits=limits, today=today).articles():
            for i in sorted(missing):
                start = article.text.find(exported[i].quote)
                if start >= 0 and _has_parts(article, exported[i]):
                    results[i] = replace(
                        results[i], state="moved", article_id=article.id, start=start
                    )
                    missing.discard(i)
    return results


def _compare(quoted: Exported, folder: Path, limits: Limits, today: date) -> VerificationResult:
    article = read_article(folder, quoted.file, quoted.article_id, limits=limits, today=today)
    if article is None:
        return VerificationResult(quoted, "missing")
    whole = (ExportedSlice(quoted.start, quoted.end, quoted.quote), *quoted.parts)
    if all(_stands(article, part) for part in whole):
        return VerificationResult(quoted, "match", article.id, quoted.start)
    start = _nearest(article, quoted) if _has_parts(article, quoted) else -1
    return VerificationResult(quoted, "moved" if start >= 0 else "changed", article.id, start)


def _stands(article: Article, part: ExportedSlice) -> bool:
    return part.start >= 0 and article.text[part.start : part.end] == part.text


def _has_parts(article: Article, quoted: Exported) -> bool:
    return all(part.text in article.text for part in quoted.parts)


def _nearest(article: Article, quoted: Exported) -> int:
    """Where the quotation stands closest to its old place; -1 when it does not."""
    before = article.text.rfind(quoted.quote, 0, max(quoted.start, 0) + len(quoted.quote))
    after = article.text.find(quoted.quote, max(quoted.start, 0))
    found = [start for start in (before, after) if start >= 0]
    return min(found, key=lambda start: (abs(start - quoted.start), start), default=-1)
