"""A service in; the whole page as a guarded ASGI application out."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse, HTMLResponse, Response

from rag.web import shell
from rag.web.articles import articles_tab
from rag.web.chat import ask_tab
from rag.web.evidence import safe_markdown
from rag.web.guard import Guard
from rag.web.rebuild import Rebuild
from rag.web.service import Service
from rag.web.theme import theme

WAITING = 64
ASKING = 4
_SWEEP_S = 3600


def blocks(service: Service, rebuild: Rebuild) -> gr.Blocks:
    """Masthead, the line about the index, and the two tabs."""
    page = gr.Blocks(
        title="Dateline",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(_SWEEP_S, _SWEEP_S),
    )
    with page:
        with gr.Row(elem_id="masthead"):
            safe_markdown("# Dateline", elem_id="name")
            index_line = safe_markdown(elem_id="index-line")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask"):
                ask_tab(service)
            with gr.Tab("Articles"):
                articles_tab(page, service, rebuild, index_line)
    return page.queue(max_size=WAITING, api_open=False, default_concurrency_limit=ASKING)


def application(service: Service, rebuild: Rebuild, *, port: int) -> Guard:
    """Everything that the chat serves on ``port`` of this machine."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    _serve_shell(app)
    gr.mount_gradio_app(
        app,
        blocks(service, rebuild),
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
    return Guard(app, port=port)


def _serve_shell(app: FastAPI) -> None:
    html = shell.page()
    names = {path.name for path in shell.STATIC.iterdir()}

    @app.get("/")
    def index() -> Response:
        return HTMLResponse(html, headers={"Cache-Control": "no-cache"})

    @app.get("/page/{name}")
    def static(name: str) -> Response:
        if name not in names:
            raise HTTPException(404)
        return FileResponse(shell.STATIC / name, headers={"Cache-Control": "no-cache"})
