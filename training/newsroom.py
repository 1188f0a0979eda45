"""Reads bundles of dated news stories with the questions that were written about them.

A bundle is a folder of articles (``2003-03-04-preview.txt``, beginning ``date 2003-03-04 ``) and
``questions.jsonl``. Articles are cut into the passages that the product would cut them into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from rag.ingest.records import derive_title
from rag.ingest.splitter import Limit, Splitter, TokenCounter
from rag.types import Article
from training.rows import read_jsonl

Span = tuple[int, int]

PASSAGE_TOKENS = 200
_DATE_LINE = re.compile(r"\s*date (\d{4}-\d{2}-\d{2})\s+")
_OPEN_START, _OPEN_END = "0000-01-01", "9999-12-31"


@dataclass(frozen=True, slots=True)
class StoryPassage:
    """``[start, end)`` of an article's text, as the product cuts it."""

    article: StoryArticle
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    def inside(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Those of the article's ``spans`` that lie in this passage, in its own characters."""
        return tuple(
            (start - self.start, end - self.start)
            for start, end in spans
            if self.start <= start and end <= self.end
        )


@dataclass(frozen=True, slots=True, eq=False)
class StoryArticle:
    """An article of a bundle; ``published`` is its ISO day, ``title`` its derived title."""

    bundle: str
    stem: str
    text: str
    body: int
    published: str
    title: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A literal answer: ``text`` in the article ``stem``; ``number`` counts occurrences from 1."""

    stem: str
    text: str
    number: int | None

    def places(self, article: StoryArticle) -> tuple[Span, ...]:
        """Where it stands in ``article``: its own occurrence, or all where none is named."""
        found = tuple(m.span() for m in re.finditer(re.escape(self.text), article.text))
        return found if self.number is None else found[self.number - 1 : self.number]


@dataclass(frozen=True, slots=True)
class StoryQuestion:
    """A question of a bundle. ``full`` is it written out; equal to ``asked`` outside conversations.

    ``kind`` and ``label`` are the file's; ``after`` and ``before`` the half-open window of days
    that the question itself sets.
    """

    bundle: str
    asked: str
    full: str
    kind: str
    answers: tuple[Answer, ...]
    near: Answer | None
    label: str
    after: str
    before: str

    def admits(self, article: StoryArticle) -> bool:
        """Whether the question's own window lets ``article`` count."""
        return self.after <= article.published < self.before


@dataclass(frozen=True, slots=True)
class Bundle:
    """The articles by stem, and the questions about them."""

    name: str
    articles: dict[str, StoryArticle]
    questions: tuple[StoryQuestion, ...]


def read_bundles(folder: Path) -> list[Bundle]:
    """Every bundle in ``folder``, by name. Raises FileNotFoundError when it holds none."""
    files = sorted(folder.glob("*/questions.jsonl"))
    if not files:
        raise FileNotFoundError(f"{str(folder)!r} holds no bundles with questions.jsonl.")
    return [_bundle(path.parent) for path in files]


def passages(article: StoryArticle) -> tuple[StoryPassage, ...]:
    """The passages that the product cuts the article into."""
    text = Article(
        article.stem, article.text, article.body, date.fromisoformat(article.published),
        article.title, True, "", f"{article.stem}.txt", "",
    )  # fmt: skip
    return tuple(StoryPassage(article, p.start, p.end) for p in _splitter().split(text))


@cache
def _splitter() -> Splitter:
    return Splitter([Limit(TokenCounter().count, PASSAGE_TOKENS)])


def _bundle(folder: Path) -> Bundle:
    articles = {path.stem: _article(path) for path in sorted(folder.glob("*.txt"))}
    raws = read_jsonl(folder / "questions.jsonl")
    return Bundle(folder.name, articles, tuple(_questions(folder.name, raws)))


def _article(path: Path) -> StoryArticle:
    text = path.read_text("utf-8")
    found = _DATE_LINE.match(text)
    if found is None:
        raise ValueError(f"{str(path)!r} does not begin with its date.")
    body = found.end()
    title = derive_title(text, body)
    return StoryArticle(path.parent.name, path.stem, text, body, found.group(1), title)


def _questions(bundle: str, raws: Iterator[dict[str, Any]]) -> Iterator[StoryQuestion]:
    for raw in raws:
        after, before = raw.get("w") or (None, None)
        yield StoryQuestion(
            bundle=bundle,
            asked=raw["q"],
            full=raw.get("full", raw["q"]),
            kind=raw["k"],
            answers=tuple(_answer(a) for a in raw["a"]),
            near=_answer(raw["near"]) if raw.get("near") else None,
            label=raw.get("label", ""),
            after=after or _OPEN_START,
            before=before or _OPEN_END,
        )


def _answer(raw: Sequence[Any]) -> Answer:
    return Answer(raw[0], raw[1], raw[2] if len(raw) > 2 else None)
