"""The tools as HTTP routes with an OpenAPI description, and as Gradio's API."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

import anyio
import gradio as gr
from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from rag.errors import IndexUnusable, QuestionError, RagError
from rag.present.json import json_object
from rag.tools import Json, Tool
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


BUSY = "Dateline is busy; try again in a few seconds."
_FAILURES: dict[int | str, dict[str, Any]] = {
    400: {"model": Failure, "description": "A value that cannot be used; the sentence says why."},
    415: {"model": Failure, "description": "The body is not application/json."},
    503: {"model": Failure, "description": "There is no index yet, or too many are asking."},
}


class Waiting:
    """Lets ``running`` calls run at a time in threads of their own, and ``waiting`` more wait."""

    def __init__(self, *, running: int, waiting: int) -> None:
        self._running = running
        self._most = running + waiting
        self._inside = 0

    async def call(self, tool: Tool, values: Json) -> Json | None:
        """What the tool returns; ``None`` when as many as may be are waiting already."""
        if self._inside >= self._most:
            return None
        self._inside += 1
        try:
            return await to_thread.run_sync(tool.call, values, limiter=self._limiter)
        finally:
            self._inside -= 1

    @functools.cached_property
    def _limiter(self) -> anyio.CapacityLimiter:
        return anyio.CapacityLimiter(self._running)


def serve_tools(app: FastAPI, tools: Sequence[Tool], waiting: Waiting) -> None:
    """``POST /api/NAME`` for each tool: its values as a JSON object in, its JSON out."""
    for tool in tools:
        body = {"application/json": {"schema": tool.parameters.model_json_schema()}}
        app.add_api_route(
            f"/api/{tool.name}",
            _route(tool, waiting),
            methods=["POST"],
            operation_id=tool.name,
            summary=tool.name,
            description=tool.description,
            responses={200: {"model": RETURNED[tool.name]}, **_FAILURES},
            response_model=None,
            openapi_extra={"requestBody": {"required": True, "content": body}},
        )


def _route(tool: Tool, waiting: Waiting) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def route(request: Request) -> JSONResponse:
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return _failure(415, "Send the values as application/json.")
        try:
            result = await waiting.call(tool, _object(await request.body()))
        except QuestionError as error:
            return _failure(400, str(error))
        except IndexUnusable as error:
            return _failure(503, str(error))
        return _failure(503, BUSY) if result is None else JSONResponse(result)

    return route


def _object(body: bytes) -> Json:
    try:
        return json_object(body)
    except ValueError as error:
        raise QuestionError(f"The body {error}; mend it.") from error


def _failure(status: int, sentence: str) -> JSONResponse:
    headers = {"Retry-After": "2"} if status == 503 else {}
    return JSONResponse({"error": sentence}, status, headers)


def offer_tools(page: gr.Blocks, tools: Sequence[Tool]) -> None:
    """Inside ``page``, before its other parts: each tool for ``gradio_client`` under its name."""
    for tool in tools:
        gr.api(_endpoint(tool), api_name=tool.name, api_description=tool.description)


def _endpoint(tool: Tool) -> Callable[..., Json]:
    names = tuple(inspect.signature(tool.function).parameters)

    @functools.wraps(tool.function)
    def endpoint(*values: object) -> Json:
        try:
            return tool.call(dict(zip(names, values, strict=True)))
        except RagError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return endpoint
