"""The API as other programs use it: over HTTP, and through the real ``gradio_client``."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI
from gradio_client import Client
from gradio_client.exceptions import AppError
from pydantic import BaseModel

from rag.present.schema import RETURNED
from rag.tools import Tool
from rag.web import app
from rag.web.api import BUSY, Waiting, serve_tools
from rag.web.security import Access, Password
from tests.web.serving import Served, served

NAMES = ["ask", "search_articles", "get_article", "check_quote"]
QUESTION = "Who did Ali Bagheri hold talks with in Istanbul?"
SECRET = "correct horse battery"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, Access(api=True)) as running:
        yield running


def http(site: Served, **more: Any) -> httpx.Client:
    return httpx.Client(base_url=site.address, trust_env=False, **more)


def client(site: Served, **more: Any) -> Client:
    return Client(
        site.address, verbose=False, analytics_enabled=False, download_files=False, **more
    )


def calls(site: Served) -> list[tuple[str, dict[str, Any]]]:
    """One call of each tool, with values that it has an answer for."""
    article = site.collection.versions[-1][0]
    return [
        ("ask", {"question": QUESTION, "today": "2025-01-15"}),
        ("search_articles", {"query": "talks in Istanbul", "top_k": 3}),
        ("get_article", {"article_id": article.id, "start": article.body}),
        ("check_quote", {"quote": article.text[article.body : article.body + 80]}),
    ]


def test_each_tool_answers_as_described_and_the_same_at_both_doors(site: Served) -> None:
    gradio = client(site)
    described = gradio.view_api(return_format="dict")
    assert list(described["named_endpoints"]) == [f"/{name}" for name in NAMES]
    assert described["unnamed_endpoints"] == {}
    with http(site) as rest:
        for name, values in calls(site):
            answered = rest.post(f"/api/{name}", json=values)
            assert answered.status_code == 200, answered.text
            RETURNED[name].model_validate(answered.json(), strict=True)
            assert gradio.predict(api_name=f"/{name}", **values) == answered.json()
    gradio.close()


def test_the_description_names_every_tool_and_its_values(site: Served) -> None:
    with http(site) as rest:
        described = rest.get("/openapi.json").json()
        assert rest.get("/docs").status_code == 404
    assert list(described["paths"]) == [f"/api/{name}" for name in NAMES]
    ask = described["paths"]["/api/ask"]["post"]
    body = ask["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["question"]
    assert {"history", "after", "before", "as_of", "today", "kind"} < set(body["properties"])
    answer = ask["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/Answer"}
    assert "verbatim quotations" in ask["description"]


def test_without_the_flag_there_is_no_api(tmp_path: Path) -> None:
    with served(tmp_path, Access()) as closed, http(closed) as rest:
        assert rest.post("/api/ask", json={"question": QUESTION}).status_code == 404
        assert rest.get("/openapi.json").status_code == 404
        assert rest.get("/gradio_api/info").status_code == 404
        named = {one["api_name"] for one in rest.get("/config").json()["dependencies"]}
        assert not named & {"search_articles", "get_article", "check_quote"}


@pytest.mark.parametrize(
    ("content", "kind", "status", "sentence"),
    [
        (b'{"question": 7}', "application/json", 400, "'question' cannot be used"),
        (b"{}", "application/json", 400, "'question' cannot be used (Field required)"),
        (b"[]", "application/json", 400, "is not a JSON object"),
        (b"[" * 50_000, "application/json", 400, "is not JSON"),
        (b"\xff", "application/json", 400, "is not JSON"),
        (b'{"question": "Who?", "after": "soon"}', "application/json", 400, "'after' is not a day"),
        (b'{"question": "Who?"}', "text/plain", 415, "as application/json"),
        (b'{"question": "Who?"}', "application/x-www-form-urlencoded", 415, "as application/json"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    site: Served, content: bytes, kind: str, status: int, sentence: str
) -> None:
    with http(site) as rest:
        answered = rest.post("/api/ask", content=content, headers={"content-type": kind})
    assert answered.status_code == status
    assert sentence in answered.json()["error"]


def test_gradios_client_is_told_the_same_sentence(site: Served) -> None:
    gradio = client(site)
    with pytest.raises(AppError, match="'after' is not a day such as 2024-12-20; correct it"):
        gradio.predict(QUESTION, after="soon", api_name="/ask")
    gradio.close()


def test_with_a_password_both_doors_ask_for_it(tmp_path: Path) -> None:
    with served(tmp_path, Access(api=True, password=Password(SECRET))) as site:
        with http(site) as rest:
            assert rest.post("/api/ask", json={"question": QUESTION}).status_code == 401
        with pytest.raises(ValueError, match="credentials were not provided"):
            client(site)
        gradio = client(site, httpx_kwargs={"auth": ("anybody", SECRET)})
        with http(site, auth=("anybody", SECRET)) as rest:
            asked = rest.post("/api/ask", json={"question": QUESTION, "today": "2025-01-15"})
        assert gradio.predict(QUESTION, today="2025-01-15", api_name="/ask") == asked.json()
        gradio.close()


class Nothing(BaseModel):
    """A tool's parameters, of which there are none."""


def test_when_too_many_wait_the_next_is_told_to_try_again() -> None:
    release = threading.Event()

    def slow() -> dict[str, Any]:
        release.wait(60)
        return {"done": True}

    app = FastAPI()
    waiting = Waiting(running=1, waiting=1)
    serve_tools(app, [Tool("ask", "Wait.", Nothing, slow)], waiting)
    answered: list[httpx.Response] = []

    async def ask(rest: httpx.AsyncClient) -> None:
        answered.append(await rest.post("/api/ask", json={}))

    async def all_ask() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as rest:
            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(ask, rest)
                await anyio.wait_all_tasks_blocked()
                release.set()
            await ask(rest)

    anyio.run(all_ask)
    assert [response.status_code for response in answered] == [503, 200, 200, 200]
    assert answered[0].json() == {"error": BUSY}
    assert answered[0].headers["retry-after"] == "2"


def test_when_the_pages_queue_is_full_the_next_is_told_to_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "WAITING", 1)
    with served(tmp_path, Access(api=True)) as site:
        site.collection.reading.clear()
        gradio = client(site)
        jobs = [gradio.submit(QUESTION, api_name="/ask") for _ in range(app.ASKING + 6)]
        # Only one that is refused can end by now.
        wait(jobs, timeout=60, return_when=FIRST_COMPLETED)
        site.collection.reading.set()
        errors = [error for job in jobs if (error := job.exception(timeout=60))]
        assert 0 < len(errors) < len(jobs)
        assert {str(error) for error in errors} == {"Queue is full! Please try again."}
        gradio.close()


def counter(version: int) -> str:
    return f"date 2025-01-01 The counter of Veldt stands at {version:06} now, the keeper said."


def test_eight_clients_ask_during_twenty_rebuilds_and_none_is_told_of_two_versions(
    site: Served,
) -> None:
    answered = threading.Semaphore(0)

    def rebuild() -> None:
        version = len(site.collection.versions) + 1
        (site.folder / "counter.txt").write_text(counter(version), "utf-8")
        site.collection.build(site.service.build)
        site.service.reload()

    def ask() -> list[httpx.Response]:
        answers = []
        with http(site) as rest:
            for _ in range(12):
                values = {"question": "What does the counter of Veldt stand at?"}
                answers.append(rest.post("/api/ask", json=values))
                answered.release()
        return answers

    rebuild()
    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask) for _ in range(8)]
        for _ in range(20):
            rebuild()
            assert all(answered.acquire(timeout=60) for _ in range(4))
        responses = [response for job in asking for response in job.result()]
    assert [response.status_code for response in responses] == [200] * 96
    answers = [response.json() for response in responses]
    assert len({answer["index"]["version"] for answer in answers}) > 1
    for answer in answers:
        text = counter(int(answer["index"]["version"]))
        assert answer["citations"]
        for citation in answer["citations"]:
            assert citation["file"] == "counter.txt"
            assert citation["sha256"] == hashlib.sha256(text.encode()).hexdigest()
            assert citation["quote"] == text[citation["start"] : citation["end"]]
    assert sorted(site.collection.closed) == list(range(1, len(site.collection.versions)))
