"""The command line of the evaluation: ``python -m evals``.

Exit codes: 0: done; 1: something that the user can mend, a broken quotation or a failed gate;
2: wrong usage; 130: interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rag.cli import Parser, run

OUT = Path(__file__).parents[1] / "out"
EPILOG = """\
examples:
  python -m evals run
  python -m evals run gazette --split dev
  python -m evals run mine.jsonl --articles articles/
  python -m evals run squad/dev-v2.0.json --reader-only
  python -m evals run --bundles newsroom/dev --limit 200
  python -m evals run gazette --set top_k=5 --json after.json
  python -m evals compare before.json after.json
  python -m evals gate
  python -m evals followups gazette
  python -m evals ablate gazette
  python -m evals bench DATA --quick
  python -m evals feedback --to evals/questions/mine.jsonl

SET is seeds, gazette, or the path of a question set: SQuAD 1.1 or 2.0, JSON lines with a context,
a folder like BEIR's or MultiHop-RAG's, or JSON lines in our own format together with --articles.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is returned, and wrong usage raises SystemExit(2)."""
    parser = _parser()
    options = parser.parse_args(argv)
    from evals import commands

    command: Callable[[argparse.Namespace], int] = getattr(commands, options.command)
    return run(command, options, program=parser.prog, interrupted="nothing was written")


def _parser() -> Parser:
    parser = Parser(
        prog="python -m evals",
        description="Ask reference questions; see what is right, and by how much.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parsers = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True
    )

    _run_options(
        parsers.add_parser("run", help="ask sets of questions, print tables, write a report")
    )
    compare = parsers.add_parser("compare", help="compare two runs question by question")
    compare.add_argument("before", type=Path, metavar="A.json")
    compare.add_argument("after", type=Path, metavar="B.json")
    _gate_options(parsers.add_parser("gate", help="fail when something is worse than the baseline"))
    _followups_options(
        parsers.add_parser("followups", help="compare follow-ups with the same asked in full")
    )
    _ablate_options(parsers.add_parser("ablate", help="see what each part of the engine gives"))
    _bench_options(
        parsers.add_parser("bench", help="Dateline beside other systems: cost and quality")
    )
    _feedback_options(
        parsers.add_parser("feedback", help="make a question set of what readers said in the chat")
    )
    return parser


def _run_options(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("sets", nargs="*", metavar="SET", help="what to ask (seeds and gazette)")
    add("--report", type=Path, default=OUT, metavar="DIR", help="where to write (out)")
    add("--json", type=Path, metavar="FILE", help="write the JSON of one SET there")
    add("--reader-only", action="store_true", help="read each question's own context")
    add("--in-full", action="store_true", help="ask follow-ups as they are written out in full")
    add("--index", type=Path, metavar="DIR", help="one that is built, for one SET")
    _part(command, split="all")
    _changed(command)
    _places(command)


def _gate_options(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("sets", nargs="*", metavar="SET", help="what to ask (seeds and gazette)")
    add("--articles", type=Path, metavar="DIR", help="those of questions of ours")
    _bundles(command)
    add("--baseline", type=Path, metavar="FILE", help="(evals/baseline.json)")
    add("--every", type=_count, default=1, metavar="N", help="ask one question in N (1)")
    add("--update", action="store_true", help="write the baseline anew")
    _changed(command)
    _places(command)
    command.set_defaults(split="all", limit=None, index=None, reader_only=False)


def _followups_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("sets", nargs="*", metavar="SET", help="what to ask (seeds and gazette)")
    _part(command, split="test")
    _changed(command)
    _places(command)
    command.set_defaults(index=None, reader_only=False)


def _ablate_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("set", nargs="?", metavar="SET")
    _part(command, split="dev")
    _places(command)
    command.set_defaults(index=None)


def _bench_options(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("data", type=Path, metavar="DATA", help="with ir/time, news and reader")
    add("--work", type=Path, default=OUT / "bench", metavar="DIR", help="(out/bench)")
    add("--models", type=Path, metavar="DIR", help="compiled models (in --work)")
    add("--reader", type=Path, metavar="FOLDER", help="weights for the others")
    add("--squad", type=Path, metavar="SET", help="questions to read for")
    add("--only", action="append", metavar="CORPUS", help="one; may be repeated")
    add("--quick", action="store_true", help="a few articles: a smoke test")
    add("--again", action="store_true", help="measure what is measured already")
    add("--threads", type=_count, metavar="N", help="of each system (all)")
    add("--memory-gb", type=_count, default=16, metavar="N", help="of each (16)")
    add("--hours", type=_count, default=2, metavar="N", help="for one build (2)")
    add("--pip-flags", default="", metavar="FLAGS", help="for the environments")


def _feedback_options(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--to", type=Path, required=True, metavar="FILE", help="the new file, such as mine.jsonl")
    add("--index", type=Path, default=Path("index"), metavar="DIR", help="the index (index)")


def _bundles(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--bundles",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="newsroom bundles, all articles together; may be repeated",
    )


def _part(command: argparse.ArgumentParser, *, split: str) -> None:
    command.add_argument("--articles", type=Path, metavar="DIR", help="those of questions of ours")
    _bundles(command)
    command.add_argument(
        "--split", choices=("dev", "test", "all"), default=split, help=f"what is asked ({split})"
    )
    command.add_argument("--limit", type=_count, metavar="N", help="only the first N questions")


def _changed(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--set",
        action="append",
        default=[],
        dest="changes",
        metavar="NAME=VALUE",
        help="a setting, as in dateline.toml; may be repeated",
    )


def _places(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--work", type=Path, default=OUT / "work", metavar="DIR", help="indexes (out/work)"
    )
    command.add_argument("--models", type=Path, metavar="DIR", help="compiled models (in --work)")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
