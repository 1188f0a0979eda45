"""The chat: ``python app.py``, then a browser. The same as ``dateline serve``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rag.cli import Parser, chat_options, place_options, run
from rag.commands import serve


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the chat until it is stopped; 1, with one sentence, when it cannot start."""
    parser = Parser(
        prog="app.py", description="Ask a folder of dated news articles in the browser, offline."
    )
    place_options(parser)
    chat_options(parser)
    return run(serve, parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
