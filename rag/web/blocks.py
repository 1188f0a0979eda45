"""A service in; the whole page as a guarded ASGI application out."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse, HTMLResponse, Response

from rag.tools import Tool, Tools, all_tools
from rag.web import shell
from rag.web.access import Access
from rag.web.api import Waiting, offer_tools, serve_tools
from rag.web.articles import articles_tab
from rag.web.chat import ask_tab
from rag.web.evidence import safe_markdown
from rag.web.guard import Guard
from rag.web.inspect_tab import inspect_tab
from rag.web.inspected import Setting
from rag.web.quote_tab import quote_tab
from rag.web.rebuild import Rebuild
from rag.web.service import Service
from rag.web.theme import theme

WAITING = 64
ASKING = 4
_SWEEP_S = 3600


def blocks(service: Service, rebuild: Rebuild, tools: Sequence[Tool] = ()) -> gr.Blocks:
    """Masthead, the line about the index, and the tabs; ``tools`` for programs."""
    page = gr.Blocks(
        title="Dateline",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(_SWEEP_S, _SWEEP_S),
    )
    with page:
        offer_tools(page, tools)
        with gr.Row(elem_id="masthead"):
            safe_markdown("# Dateline", elem_id="name")
            index_line = safe_markdown(elem_id="index-line")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask"):
                ask_tab(page, service, waiting=WAITING)
            with gr.Tab("Articles"):
                articles_tab(page, service, rebuild, index_line)
            with gr.Tab("Quote check"):
                quote_tab(service)
            with gr.Tab("Inspect"):
                inspect_tab(service, Setting.of(service.ask))
    # A question is only let in while fewer than WAITING wait. Gradio refuses silently, and any
    # event: there must be room for the answer to what was let in, and to go through sources.
    return page.queue(max_size=2 * WAITING, api_open=False, default_concurrency_limit=ASKING)


def application(
    service: Service, rebuild: Rebuild, *, port: int, access: Access | None = None
) -> Guard:
    """Everything that the chat serves on ``port`` of this machine, to those who have access."""
    access = access or Access()
    tools = all_tools(Tools(service.lease)) if access.api else ()
    app = FastAPI(
        title="Dateline",
        description="Answers from dated news articles with their own words. See docs/api.md.",
        openapi_url="/openapi.json" if access.api else None,
        docs_url=None,
        redoc_url=None,
    )
    _serve_shell(app)
    serve_tools(app, tools, Waiting(running=ASKING, waiting=WAITING))
    gr.mount_gradio_app(
        app,
        blocks(service, rebuild, tools),
        path="/",
        server_name="127.0.0.1",
        server_port=port,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme(),
    )
    return Guard(app, port=port, access=access)


def _serve_shell(app: FastAPI) -> None:
    html = shell.page()
    names = {path.name for path in shell.STATIC.iterdir()}

    @app.get("/", include_in_schema=False)
    def index() -> Response:
        return HTMLResponse(html, headers={"Cache-Control": "no-cache"})

    @app.get("/page/{name}", include_in_schema=False)
    def static(name: str) -> Response:
        if name not in names:
            raise HTTPException(404)
        return FileResponse(shell.STATIC / name, headers={"Cache-Control": "no-cache"})
