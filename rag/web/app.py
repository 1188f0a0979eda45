"""Puts the page together: theme, HTML shell and tabs, as one guarded ASGI application."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import gradio as gr
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse, HTMLResponse, Response
from gradio.themes import Base
from gradio.themes.utils import colors, sizes

from rag.errors import ConfigError
from rag.service import Rebuild, Service
from rag.tools import Tool, Tools, all_tools
from rag.web.api import Waiting, offer_tools, serve_tools
from rag.web.articles_tab import articles_tab
from rag.web.ask_tab import ask_tab
from rag.web.inspect_tab import SearchSetting, inspect_tab
from rag.web.quote_tab import quote_tab
from rag.web.security import Access, Guard
from rag.web.source_panel import safe_markdown

_SANS = ("ui-sans-serif", "system-ui", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif")
_MONO = ("ui-monospace", "Menlo", "Consolas", "monospace")
_INK = colors.Color(
    "#faf8f4", "#f3f0e9", "#e5e0d6", "#cfc8bb", "#a29a8c", "#756e62",
    "#595349", "#433e37", "#2c2925", "#1e1c19", "#151412", name="ink",
)  # fmt: skip
_CLARET = colors.Color(
    "#fbf3f2", "#f6e3e1", "#ecc5c1", "#dfa09a", "#d98c84", "#b04a42",
    "#8f2f29", "#7a2722", "#62201c", "#4b1916", "#2f100e", name="claret",
)  # fmt: skip


def theme() -> Base:
    """Warm paper and ink, one accent; every colour has its counterpart for the dark."""
    base = Base(
        primary_hue=_CLARET,
        secondary_hue=_CLARET,
        neutral_hue=_INK,
        radius_size=sizes.radius_sm,
        text_size=sizes.text_md,
        font=_SANS,
        font_mono=_MONO,
    )
    return base.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="#e9e4da",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="#b0a899",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_800",
        border_color_primary="*neutral_200",
        border_color_primary_dark="*neutral_700",
        color_accent="*primary_600",
        color_accent_soft="*primary_50",
        color_accent_soft_dark="*primary_900",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_400",
        link_text_color_active="*primary_600",
        link_text_color_active_dark="*primary_400",
        link_text_color_hover="*primary_700",
        link_text_color_hover_dark="*primary_300",
        link_text_color_visited="*primary_600",
        link_text_color_visited_dark="*primary_400",
        input_background_fill="#ffffff",
        input_background_fill_dark="*neutral_900",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_600",
        input_border_color_focus="*primary_600",
        input_border_color_focus_dark="*primary_400",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="#a29a8c",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_dark="transparent",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_600",
        button_border_width="1px",
    )


STATIC = Path(__file__).parent / "static"
_ENTRY = re.compile(r'(?:src|href)="\./(assets/index-[\w-]+\.(?:js|css))"')
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Dateline</title>
<link rel="icon" type="image/svg+xml" href="/page/favicon.svg">
<link rel="stylesheet" href="/{css}">
<link rel="stylesheet" href="/page/page.css">
<script src="/page/stream.js"></script>
<script src="/page/page.js"></script>
<script src="/page/controls.js"></script>
<script src="/page/keys.js"></script>
<script src="/page/kept.js"></script>
<script type="module" src="/{js}"></script>
</head>
<body>
<gradio-app control_page_title="true" embed="false" eager="true"></gradio-app>
<noscript>This page needs JavaScript; <code>dateline ask</code> does not.</noscript>
</body>
</html>
"""


def shell_html(template: Path | None = None) -> str:
    """The page's HTML. Raises ConfigError when Gradio's built files are not where they were."""
    template = template or _gradio_template()
    try:
        found = _ENTRY.findall(template.read_text(encoding="utf-8"))
        entries = {name.rsplit(".", 1)[1]: name for name in found}
        return _PAGE.format(js=entries["js"], css=entries["css"])
    except (OSError, KeyError) as error:
        raise ConfigError(
            f"Gradio's page is not as expected in {template}; install gradio>=6.31,<7 again."
        ) from error


def _gradio_template() -> Path:
    import gradio

    return Path(gradio.__file__).parent / "templates" / "frontend" / "index.html"


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
                inspect_tab(service, SearchSetting.of(service.ask))
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
    html = shell_html()
    names = {path.name for path in STATIC.iterdir()}

    @app.get("/", include_in_schema=False)
    def index() -> Response:
        return HTMLResponse(html, headers={"Cache-Control": "no-cache"})

    @app.get("/page/{name}", include_in_schema=False)
    def static(name: str) -> Response:
        if name not in names:
            raise HTTPException(404)
        return FileResponse(STATIC / name, headers={"Cache-Control": "no-cache"})
