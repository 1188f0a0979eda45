"""The command ``dateline``: its options, its help, and its exit codes.

Answers go to stdout, progress and warnings to stderr. The exit code is 0 when the command is done
(an abstention is done), 1 for something that the user can fix, 2 for wrong usage, and 130 when
interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, get_args

from rag import commands
from rag.errors import RagError
from rag.types import Kind
from rag.web.security import access_options

EPILOG = """\
examples:
  dateline build
  dateline ask "Where did Sharif and Pezeshkian meet?"
  dateline ask "What did the two sides discuss?" --before 2024-07-01 --json
  dateline ask "And in June?" --history "What did Sharif say in May 2024?"
  dateline ask --batch questions.jsonl > answers.jsonl
  dateline ask --batch questions.jsonl --export talk.html
  dateline verify answers.jsonl
  dateline quote "They met in Cairo on the sidelines of the summit."

Settings may also stand in a table [tool.dateline] of dateline.toml or pyproject.toml; flags win.
"""


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the usage in one line, and ends with exit code 2.

    The beginning of an option does not stand for it: ``--model`` is not ``--models``.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def run(
    command: Callable[[argparse.Namespace], int],
    options: argparse.Namespace,
    *,
    program: str = "",
    interrupted: str = "what was embedded is kept",
) -> int:
    """Run ``command`` and return its exit code; a RagError is printed as one sentence and gives 1.

    It is 130 after Ctrl+C, and ``interrupted`` says what became of the work; it is 0 where the
    reader of a pipe has gone.
    """
    try:
        code = command(options)
        sys.stdout.flush()
        return code
    except RagError as error:
        print(f"{program}: {error}" if program else error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"Interrupted; {interrupted}.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # What is still in the buffer goes nowhere; else the end of the program would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is returned, and wrong usage raises SystemExit(2)."""
    parser = _parser()
    options = parser.parse_args(argv)
    return run(options.run, options, program=parser.prog)


def _parser() -> Parser:
    parser = Parser(
        prog="dateline",
        description="Ask dated news articles; get their own words back, with article and place.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    _build_options(_command(parsers, "build", commands.build, "build or update the index"))
    _ask_options(_command(parsers, "ask", commands.ask, "answer a question, or a file of them"))
    _search_options(
        _command(parsers, "search", commands.search, "list the passages nearest to a query")
    )
    quote = _command(parsers, "quote", commands.quote, "say whether a text is a quotation")
    quote.add_argument("text", metavar="TEXT|-", help="a sentence or more; - reads it from stdin")

    verify = _command(parsers, "verify", commands.verify, "check exported quotations")
    verify.add_argument("file", type=Path, metavar="FILE", help="written by ask --json or --batch")
    _command(parsers, "check", commands.check, "check every file of the index")
    for name, switch, summary in (
        ("off", commands.off, "search an article no more; its file stays"),
        ("on", commands.on, "search an article again"),
    ):
        switching = _command(parsers, name, switch, summary)
        switching.add_argument("ids", nargs="+", metavar="ID", help="its article_id in an answer")
    _command(parsers, "info", commands.info, "say what is indexed")
    chat_options(_command(parsers, "serve", commands.serve, "open the chat in the browser"))
    return parser


def _build_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--full", action="store_true", help="embed everything again")
    command.add_argument("--model", type=Path, metavar="DIR", help="a sentence-transformers model")
    command.add_argument("--max-tokens", type=int, metavar="N", help="length of a passage (200)")


def _ask_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("question", nargs="?", metavar="QUESTION", help="what you want to know")
    command.add_argument(
        "--batch", metavar="FILE|-", help="answer JSON lines {id, question, …}, one line out each"
    )
    _window_options(command)
    _understanding_options(command)
    command.add_argument("--top-k", type=int, metavar="N", help="stories that are read (10)")
    command.add_argument(
        "--min-confidence", type=float, metavar="P", help="answer from here (0 to 1)"
    )
    _reader_option(command)
    command.add_argument("--timings", action="store_true", help="fill in timings_ms")
    command.add_argument(
        "--export", type=Path, metavar="FILE", help="write all to a .md, .html, .json or .jsonl"
    )


def _search_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("query", metavar="QUERY")
    command.add_argument("--top-k", type=int, metavar="N", help="how many (10)")
    _window_options(command)


def chat_options(parser: argparse.ArgumentParser) -> None:
    """The options of the chat, besides ``place_options``."""
    _reader_option(parser)
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
    parser.add_argument(
        "--port", type=int, default=7860, metavar="N", help="where to listen; 0: any (7860)"
    )
    access_options(parser)
    parser.add_argument("--no-browser", action="store_true", help="only print the address")


def place_options(parser: argparse.ArgumentParser) -> None:
    """Where articles, index and compiled models are."""
    parser.add_argument("--articles", type=Path, metavar="DIR", help="the articles (seeds)")
    parser.add_argument("--index", type=Path, metavar="DIR", help="the index (index)")
    parser.add_argument("--models", type=Path, metavar="DIR", help="compiled models (in the index)")


def _command(
    parsers: argparse._SubParsersAction[Parser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    summary: str,
) -> Parser:
    command = parsers.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
    )
    command.set_defaults(run=run)
    place_options(command)
    if name != "serve":
        command.add_argument("--json", action="store_true", help="print JSON")
    return command


def _reader_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reader", metavar="READER", help="span, sentence, or a folder with a model (span)"
    )


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
