"""The tools over HTTP, with an OpenAPI description, and as Gradio's API."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import anyio
import gradio as gr
from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from rag.errors import IndexUnusable, QuestionError, RagError
from rag.present.json import Json, json_object
from rag.present.schema import RETURNED, FailureJson
from rag.tools import Tool

BUSY = "Dateline is busy; try again in a few seconds."
_FAILURES: dict[int | str, dict[str, Any]] = {
    400: {
        "model": FailureJson,
        "description": "A value that cannot be used; the sentence says why.",
    },
    415: {"model": FailureJson, "description": "The body is not application/json."},
    503: {"model": FailureJson, "description": "There is no index yet, or too many are asking."},
}


class Waiting:
    """Runs at most ``running`` calls at a time in threads, and lets ``waiting`` more wait."""

    def __init__(self, *, running: int, waiting: int) -> None:
        self._running = running
        self._most = running + waiting
        self._inside = 0

    async def call(self, tool: Tool, values: Json) -> Json | None:
        """The tool's result; ``None`` when too many are waiting already."""
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
    """Add ``POST /api/NAME`` for each tool; the body is a JSON object with its parameters."""
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
        raise QuestionError(f"The body {error}; correct it.") from error


def _failure(status: int, sentence: str) -> JSONResponse:
    headers = {"Retry-After": "2"} if status == 503 else {}
    return JSONResponse({"error": sentence}, status, headers)


def offer_tools(page: gr.Blocks, tools: Sequence[Tool]) -> None:
    """Offer each tool to ``gradio_client`` under its name; to be called first inside ``page``."""
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
