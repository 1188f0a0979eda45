"""Nothing in; the types of what the tools return, for descriptions such as OpenAPI, out.

The values themselves are made by ``rag.present.json`` and ``rag.tools``; the tests hold both
together. What the fields mean stands in docs/json.md and docs/api.md.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from rag.types import Kind, Reason


class Model(BaseModel):
    """A JSON object with these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Slice(Model):
    start: int
    end: int
    text: str


class DateWords(Slice):
    after: str | None
    before: str | None


class Copy(Model):
    article_id: str
    published: str | None
    file: str


class Source(Model):
    """A quotation and its place: the article's text [start:end] is the quotation."""

    article_id: str
    title: str
    published: str | None
    url: str | None
    file: str
    sha256: str
    start: int
    end: int
    quote: str


class Citation(Source):
    sentence: str
    sentence_start: int
    sentence_end: int
    score: float
    speaker: Slice | None
    dates: list[DateWords]
    also: list[Citation]
    copies: list[Copy]


class Days(Model):
    after: str | None
    before: str | None
    said: str


class Version(Model):
    version: str
    fingerprint: str


class Index(Version):
    newest_article: str | None
    built_at: str


class Answer(Model):
    id: str | None
    question: str
    interpreted: str
    kind: Kind
    carried: list[str]
    window: Days | None
    answer: str | None
    confidence: float
    abstained: bool
    reason: Reason | None
    advice: str | None
    disagreement: bool
    citations: list[Citation]
    nearest: list[Citation]
    changed_files: list[str]
    index: Index
    timings_ms: dict[str, float]


class Passage(Model):
    rank: int
    article_id: str
    title: str
    published: str | None
    start: int
    end: int
    text: str
    score: float
    dense: float
    lexical: float
    copies: list[str]


class Found(Model):
    query: str
    interpreted: str
    hits: list[Passage]
    index: Version


class Article(Model):
    article_id: str
    title: str
    published: str | None
    url: str | None
    file: str
    sha256: str
    body: int
    length: int
    start: int
    end: int
    text: str
    index: Version


class Place(Source):
    inside_word: bool
    link: str


class Run(Model):
    kind: Literal["equal", "missing", "added"]
    article: str
    pasted: str


class Near(Place):
    likeness: float
    but_for: list[str]
    difference: list[Run]


class Checked(Model):
    text: str
    state: Literal["exact", "near", "not_found"]
    places: list[Place]
    more: bool
    near: Near | None
    index: Version


class Failure(Model):
    error: str


RETURNED: dict[str, type[Model]] = {
    "ask": Answer,
    "search_articles": Found,
    "get_article": Article,
    "check_quote": Checked,
}
