"""The JSON objects of ``rag.present.json`` as types, for the OpenAPI description and for tests."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from rag.types import Kind, Reason


class JsonModel(BaseModel):
    """A JSON object with these fields and no others; ``component`` is its name in OpenAPI."""

    model_config = ConfigDict(extra="forbid")

    def __init_subclass__(cls, *, component: str, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        cls.__name__ = cls.__qualname__ = component


class SliceJson(JsonModel, component="Slice"):
    start: int
    end: int
    text: str


class DateWordsJson(SliceJson, component="DateWords"):
    after: str | None
    before: str | None


class CopyJson(JsonModel, component="Copy"):
    article_id: str
    published: str | None
    file: str


class SourceJson(JsonModel, component="Source"):
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


class CitationJson(SourceJson, component="Citation"):
    sentence: str
    sentence_start: int
    sentence_end: int
    score: float
    speaker: SliceJson | None
    dates: list[DateWordsJson]
    also: list[CitationJson]
    copies: list[CopyJson]


class WindowJson(JsonModel, component="Days"):
    after: str | None
    before: str | None
    said: str


class VersionJson(JsonModel, component="Version"):
    version: str
    fingerprint: str


class IndexJson(VersionJson, component="Index"):
    newest_article: str | None
    built_at: str


class AnswerJson(JsonModel, component="Answer"):
    id: str | None
    question: str
    interpreted: str
    kind: Kind
    carried: list[str]
    window: WindowJson | None
    preferred: WindowJson | None
    answer: str | None
    confidence: float
    abstained: bool
    reason: Reason | None
    advice: str | None
    disagreement: bool
    citations: list[CitationJson]
    nearest: list[CitationJson]
    changed_files: list[str]
    index: IndexJson
    timings_ms: dict[str, float]


class HitJson(JsonModel, component="Passage"):
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


class SearchJson(JsonModel, component="Found"):
    query: str
    interpreted: str
    hits: list[HitJson]
    index: VersionJson


class ArticleJson(JsonModel, component="Article"):
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
    index: VersionJson


class PlaceJson(SourceJson, component="Place"):
    inside_word: bool
    link: str


class DiffRunJson(JsonModel, component="Run"):
    kind: Literal["equal", "missing", "added"]
    article: str
    pasted: str


class NearestTextJson(PlaceJson, component="Near"):
    likeness: float
    but_for: list[str]
    difference: list[DiffRunJson]


class CheckedQuotationJson(JsonModel, component="Checked"):
    text: str
    state: Literal["exact", "near", "not_found"]
    places: list[PlaceJson]
    more: bool
    near: NearestTextJson | None
    index: VersionJson


class FailureJson(JsonModel, component="Failure"):
    error: str


RETURNED: dict[str, type[JsonModel]] = {
    "ask": AnswerJson,
    "search_articles": SearchJson,
    "get_article": ArticleJson,
    "check_quote": CheckedQuotationJson,
}
