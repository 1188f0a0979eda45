"""Gradio's built files in; the HTML page that starts them, without inline scripts, out.

Gradio's own page carries inline scripts and names remote images; this one lets the strict content
policy hold. It shows nothing of the articles: everything arrives later, as data.
"""

from __future__ import annotations

import re
from pathlib import Path

from rag.errors import ConfigError

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
<noscript>This page needs JavaScript; <code>python -m rag ask</code> does not.</noscript>
</body>
</html>
"""


def page(template: Path | None = None) -> str:
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
