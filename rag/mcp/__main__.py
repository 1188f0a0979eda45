"""``python -m rag.mcp``: settings in; the tools, served to one assistant until it hangs up, out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rag.cli import Parser, place_options, run
from rag.config import AskConfig, BuildConfig, load

MAX_TOKENS = 6000


def main(argv: Sequence[str] | None = None) -> int:
    """Serve on standard input and output; 1, with one sentence, when that cannot begin."""
    parser = Parser(
        prog="python -m rag.mcp",
        description="Offer the articles to an assistant, over standard input and output (MCP).",
    )
    place_options(parser)
    parser.add_argument(
        "--max-tokens",
        type=int,
        default=MAX_TOKENS,
        metavar="N",
        help=f"most tokens of a result ({MAX_TOKENS})",
    )
    return run(_serve, parser.parse_args(argv), program=parser.prog, interrupted="nothing is lost")


def _serve(options: argparse.Namespace) -> int:
    from rag.mcp.server import serve

    flags = {"articles": options.articles, "index": options.index, "models": options.models}
    serve(
        load(AskConfig, flags, folder=Path()),
        load(BuildConfig, flags, folder=Path()),
        max_tokens=options.max_tokens,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
