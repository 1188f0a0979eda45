"""The chat: ``python app.py``, then a browser."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rag.config import AskConfig, BuildConfig, load
from rag.errors import RagError


def parser() -> argparse.ArgumentParser:
    """The options of the chat."""
    options = argparse.ArgumentParser(
        prog="app.py", description="Ask a folder of dated news articles in the browser, offline."
    )
    options.add_argument("--articles", type=Path, help="folder of the articles (default: seeds)")
    options.add_argument("--index", type=Path, help="folder of the index (default: index)")
    options.add_argument("--host", default="127.0.0.1", help="this machine's own address")
    options.add_argument("--port", type=int, default=7860, help="0 picks a free one")
    options.add_argument("--no-browser", action="store_true", help="only print the address")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Serve the chat until it is stopped; 1, with one sentence, when it cannot start."""
    chosen = parser().parse_args(arguments)
    try:
        from rag.web.page import serve

        flags = {"articles": chosen.articles, "index": chosen.index}
        serve(
            load(AskConfig, flags, folder=Path()),
            load(BuildConfig, flags, folder=Path()),
            host=chosen.host,
            port=chosen.port,
            browser=not chosen.no_browser,
        )
    except RagError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; what was embedded is kept.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
