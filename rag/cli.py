"""The command line: arguments in; answers on stdout, progress on stderr, an exit code out.

0: done, and an abstention is done; 1: something that the user can mend; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn, get_args

from rag import commands
from rag.errors import RagError
from rag.types import Kind

EPILOG = """\
examples:
  python -m rag build
  python -m rag ask "Where did Sharif and Pezeshkian meet?"
  python -m rag ask "What did the two sides discuss?" --before 2024-07-01 --json
  python -m rag ask "And in June?" --history "What did Sharif say in May 2024?"
  python -m rag ask --batch questions.jsonl > answers.jsonl
  python -m rag verify answers.jsonl

Settings may also stand in a table [tool.dateline] of dateline.toml or pyproject.toml; flags win.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is returned, and wrong usage raises SystemExit(2)."""
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except RagError as error:
        print(f"{_parser().prog}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; what was embedded is kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _parser() -> _Parser:
    parser = _Parser(
        prog="python -m rag",
        description="Ask dated news articles; get their own words back, with article and place.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    build = _command(parsers, "build", commands.build, "build or update the index")
    build.add_argument("--full", action="store_true", help="embed everything again")
    build.add_argument("--model", type=Path, metavar="DIR", help="a sentence-transformers model")
    build.add_argument("--max-tokens", type=int, metavar="N", help="length of a passage (200)")

    ask = _command(parsers, "ask", commands.ask, "answer a question, or a file of them")
    ask.add_argument("question", nargs="?", metavar="QUESTION", help="what you want to know")
    ask.add_argument(
        "--batch", metavar="FILE|-", help="answer JSON lines {id, question, …}, one line out each"
    )
    _window_options(ask)
    _understanding_options(ask)
    ask.add_argument("--top-k", type=int, metavar="N", help="stories that are read (10)")
    ask.add_argument("--min-confidence", type=float, metavar="P", help="answer from here (0 to 1)")
    ask.add_argument(
        "--reader", metavar="READER", help="span, sentence, or a folder with a model (span)"
    )
    ask.add_argument("--timings", action="store_true", help="fill in timings_ms")

    search = _command(parsers, "search", commands.search, "list the passages nearest to a query")
    search.add_argument("query", metavar="QUERY")
    search.add_argument("--top-k", type=int, metavar="N", help="how many (10)")
    _window_options(search)

    verify = _command(parsers, "verify", commands.verify, "check exported quotations")
    verify.add_argument("file", type=Path, metavar="FILE", help="written by ask --json or --batch")

    _command(parsers, "check", commands.check, "check every file of the index")
    _command(parsers, "info", commands.info, "say what is indexed")

    serve = _command(parsers, "serve", commands.serve, "open the chat in the browser")
    serve.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
    serve.add_argument("--port", type=int, default=7860, help="where to listen (7860)")
    serve.add_argument("--no-browser", action="store_true", help="only print the address")
    return parser


def _command(
    parsers: argparse._SubParsersAction[_Parser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    says: str,
) -> _Parser:
    command = parsers.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".")
    command.set_defaults(run=run)
    command.add_argument("--articles", type=Path, metavar="DIR", help="the articles (seeds)")
    command.add_argument("--index", type=Path, metavar="DIR", help="the index (index)")
    command.add_argument(
        "--models", type=Path, metavar="DIR", help="compiled models (in the index)"
    )
    if name != "serve":
        command.add_argument("--json", action="store_true", help="print JSON")
    return command


def _window_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--after", type=_day, metavar="DATE", help="published on DATE or later")
    parser.add_argument("--before", type=_day, metavar="DATE", help="published before DATE")
    parser.add_argument("--as-of", type=_day, metavar="DATE", help="published by the end of DATE")


def _understanding_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--today", type=_day, metavar="DATE", help="the day that counts as today")
    parser.add_argument(
        "--history",
        action="append",
        default=[],
        metavar="QUESTION",
        help="an earlier question, oldest first; may be repeated",
    )
    kinds = get_args(Kind)
    parser.add_argument(
        "--kind", choices=kinds, metavar="KIND", help=f"what to answer with: {', '.join(kinds)}"
    )
    parser.add_argument(
        "--undated", action="store_true", help="take the question's dates for mere words"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2024-12-20") from error
